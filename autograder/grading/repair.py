"""From a submission to the cells that the judge runs.

The notebook is rebuilt from the instructor's source. Of the submission come only the answers,
and the cells that a student added or changed where the course does not mind. What is the
instructor's is the instructor's whatever the submission says; an answer that cannot be found is
the untouched stub, never the reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nbformat import NotebookNode

from autograder.grading.ingest import RawNotebook
from autograder.grading.notebook.rebuild import Rebuilt, Slot, rebuild
from autograder.steps import Stage

__all__ = ["Cell", "Prepared", "Rebuilt", "Slot", "prepare", "prepared_from", "rebuild"]

_RUN = ("setup", "locked", "solution", "course", "extra")


@dataclass(frozen=True)
class Cell:
    """One cell to run. ``name`` is the grade_id, empty for ``course`` and ``extra``."""

    kind: Literal["setup", "locked", "solution", "course", "extra"]
    name: str
    source: str


@dataclass(frozen=True)
class Prepared:
    """What the judge needs of a submission.

    ``cells`` begin with the set-up and hold no check. ``manual`` maps the grade_id of each
    instructor-graded answer in prose to the student's text, empty if there is none.
    ``submission`` is the digest of the file.
    """

    cells: tuple[Cell, ...]
    manual: Mapping[str, str]
    repairs: tuple[str, ...]
    submission: str


def prepare(raw: RawNotebook, source: NotebookNode, stage: Stage) -> Prepared:
    """The cells of a submission to run, the prose to grade by hand, and what was mended.

    ``source`` is the instructor's notebook of the stage. Raises as ``rebuild`` does.
    """
    return prepared_from(rebuild(raw, source, stage), raw.submission)


def prepared_from(rebuilt: Rebuilt, submission: str) -> Prepared:
    """The same from a notebook that has been put back already; ``submission`` is its digest."""
    cells = tuple(
        Cell(slot.kind, slot.name, slot.source)  # type: ignore[arg-type]  # one of _RUN
        for slot in rebuilt.slots
        if slot.kind in _RUN
    )
    manual = {
        slot.name: "" if slot.name in rebuilt.unanswered else slot.source
        for slot in rebuilt.slots
        if slot.kind == "manual"
    }
    return Prepared(cells, manual, rebuilt.repairs, submission)
