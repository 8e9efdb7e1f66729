"""An attack as a small entry: what is put into an honest notebook, and what must come of it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

__all__ = ["ROOMS", "Attack", "cell"]

ROOMS = ("forging", "cheating", "exhausting", "escaping", "reader")


def cell(source: str) -> str:
    """The source of a cell, without the margin that it has in a Python file."""
    return textwrap.dedent(source).strip("\n")


@dataclass(frozen=True)
class Attack:
    """One attack on the base notebook of a stage, in which every other step is answered.

    ``extra`` is a cell in front of the first answer; ``answers`` replace the cells of steps;
    ``after`` are further cells behind the cell of a step. ``edit`` changes the notebook, and
    ``file`` gets the path of the submitted notebook and changes what lies there. Words such as
    ``@COURSE@`` in a source become a place of the scene (see ``scene.Scene.places``).

    ``outcomes`` are the ways in which it may end (see ``outcome.Outcome.happened``). ``scores``
    says why an answer may count although it was not written by hand: it is no secret that it
    does. ``short`` lets cells run for a few seconds only. ``slow`` attacks take so long all the
    same that only `make test-all` and `make attacks` run them. ``stock`` tells that stock
    nbgrader, which has no sandbox, may run it without harm.
    """

    name: str
    room: str
    outcomes: tuple[str, ...]
    extra: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    edit: Callable[[NotebookNode], None] | None = None
    file: Callable[[Path], None] | None = None
    stage: str = "01_unrolled"
    scores: str = ""
    short: bool = False
    slow: bool = False
    stock: bool = False
