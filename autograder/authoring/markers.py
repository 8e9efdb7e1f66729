"""The short marker of an authored cell.

An author writes one key on the cell's ``# %%`` line:

- ``solution="dprobs"``: a code cell that a student fills in;
- ``check="dprobs"``: the autograded cell of that step, named ``check-dprobs``;
- ``locked="setup"``: a code cell that students cannot change;
- ``manual="derivation"``: a markdown answer that an instructor grades.

``tags=["..."]`` may stand on any cell. Points are never typed: they come from the stage
(``metadata``), and ``rules`` says which markers make sense together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nbformat import NotebookNode

from autograder.authoring.cells import describe

__all__ = ["Marker", "StageLike", "StepLike", "read_markers"]

KINDS = ("solution", "check", "locked", "manual")
_OURS = {*KINDS, "tags"}
_FROM_JUPYTEXT = {"lines_to_next_cell"}  # blank lines of the text file, of no use in a notebook


class StepLike(Protocol):
    """What a stage says about one of its steps."""

    @property
    def name(self) -> str:
        """The grade_id of the step's solution cell."""

    @property
    def points(self) -> float:
        """What the step is worth."""


class StageLike(Protocol):
    """What the pipeline needs to know about a stage."""

    @property
    def name(self) -> str:
        """The stage's name, such as ``01_unrolled``."""

    @property
    def steps(self) -> Sequence[StepLike]:
        """The stage's steps, in the order of the notebook."""

    @property
    def checked(self) -> Sequence[StepLike]:
        """Those of the steps that a check judges; an instructor grades the others."""


@dataclass(frozen=True)
class Marker:
    """The marker of one cell: its place (from 1), its kind and the name it gives."""

    ordinal: int
    kind: str
    name: str
    cell: NotebookNode

    @property
    def grade_id(self) -> str:
        """What nbgrader calls the cell."""
        return f"check-{self.name}" if self.kind == "check" else self.name


def read_markers(notebook: NotebookNode, stage: str) -> tuple[list[Marker], list[str]]:
    """The markers of a converted notebook, and a sentence for each that cannot be read."""
    markers, problems = [], []
    for ordinal, cell in enumerate(notebook.cells, start=1):
        here = describe(stage, ordinal, cell)
        unknown = set(cell.metadata) - _OURS - _FROM_JUPYTEXT
        found = [kind for kind in KINDS if kind in cell.metadata]
        if unknown:
            what = ", ".join(f"{key}={cell.metadata[key]!r}" for key in sorted(unknown))
            problems.append(
                f"{here}: unknown marker {what}; write one of {', '.join(KINDS)} or tags, each "
                'as key="value".'
            )
        elif len(found) > 1:
            problems.append(f"{here}: markers {' and '.join(found)} on one cell; keep one.")
        elif found and not isinstance(cell.metadata[found[0]], str):
            problems.append(f'{here}: write the marker as {found[0]}="name".')
        elif found:
            markers.append(Marker(ordinal, found[0], cell.metadata[found[0]], cell))
    return markers, problems
