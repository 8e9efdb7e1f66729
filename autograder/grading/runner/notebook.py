"""A notebook that is ready to be served, perhaps with its first cells run already."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.grading.protocol import Frame, encode_text
from autograder.grading.runner.requests import Requests
from autograder.grading.runner.shell import CellShell
from autograder.grading.runner.warm import reseed

__all__ = ["Notebook"]

_SECONDS = 120.0  # for each of the course's first cells


class Notebook:
    """Answers requests on one shell's variables, with random numbers as they are in every run."""

    def __init__(self, shell: CellShell) -> None:
        self._shell = shell
        self._requests: Requests | None = None
        self._random: tuple[Any, ...] | None = None

    def requests(self) -> Requests:
        """What answers; made with the first request, in the process that serves them."""
        if self._requests is None:
            self._requests = self._begun()
        elif self._random is not None:
            random.setstate(self._random)  # Python seeds it anew in every fork
        return self._requests

    def begin(self, sources: Sequence[str]) -> bool:
        """Run the course's own first cells, for whatever process is forked from this one.

        The first is the set-up cell, which shows nothing. False if one of them fails or leaves
        files behind: then this process is not to be used.
        """
        self._requests = requests = self._begun()
        before = _files()
        for number, source in enumerate(sources):
            header = {"do": "run", "silent": number == 0, "timeout": _SECONDS}
            request = Frame(header)
            header["source"] = encode_text(request, source)
            if not requests.run_ahead(request):
                return False
        self._random = random.getstate()
        return _files() == before

    def _begun(self) -> Requests:
        reseed()
        os.environ.setdefault("HOME", str(Path.cwd()))
        # Files that a cell writes beside the notebook can be imported, but shadow nothing.
        sys.path.append("")
        return Requests(self._shell)


def _files() -> set[Path]:
    return set(Path.cwd().rglob("*"))
