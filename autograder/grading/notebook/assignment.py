"""The instructor's notebook, seen as what a submission has to be put back into."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nbformat import NotebookNode

from autograder.grading.notebook.statements import read_source
from autograder.grading.notebook.stub import Stubs, untouched_source, without_hidden_parts
from autograder.steps import Stage

__all__ = ["Kind", "SourceCell", "lines_of", "read_assignment", "same_text"]


class Kind(StrEnum):
    """What a cell of the instructor's notebook is for."""

    SOLUTION = "solution"  # code that the student writes
    MANUAL = "manual"  # prose that the student writes
    LOCKED = "locked"
    CHECK = "check"
    TASK = "task"  # prose that tells an instructor-graded task
    PLAIN = "plain"  # no matter for nbgrader


@dataclass(frozen=True)
class SourceCell:
    """A cell of the instructor's notebook.

    ``released`` is its source as students get it; a solution cell's answer is nowhere but in
    ``source``. ``keys`` are the names that an answer defines, the first of them the step's own
    where it has one. ``landmarks`` are the lines of ``released`` that no other cell has.
    """

    index: int
    kind: Kind
    name: str
    id: str
    is_code: bool
    source: str = field(repr=False)
    released: str = field(repr=False)
    keys: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the student writes it."""
        return self.kind in (Kind.SOLUTION, Kind.MANUAL)


def lines_of(source: str) -> list[str]:
    """The lines of a source, less blanks at their ends and blank lines around them all."""
    return [line.rstrip() for line in source.strip("\n \t").split("\n")]


def same_text(source: str) -> str:
    """A source in the form in which two are compared: editors differ in blanks at line ends."""
    return "\n".join(lines_of(source))


def _kind(metadata: Mapping[str, object], is_code: bool) -> Kind:
    if metadata.get("solution"):
        return Kind.SOLUTION if is_code else Kind.MANUAL
    if metadata.get("task"):
        return Kind.TASK
    if metadata.get("grade"):
        return Kind.CHECK
    return Kind.LOCKED if metadata.get("locked") else Kind.PLAIN


def _landmarks(released: Sequence[str], stubs: Stubs) -> list[tuple[str, ...]]:
    """For each cell the lines that are its own, in order."""
    generic = {line.strip() for line in (*stubs.code.split("\n"), *stubs.text.split("\n"))}
    lines = [[line for line in lines_of(text) if len(line.strip()) > 3] for text in released]
    cells_with = Counter(line for cell in lines for line in set(cell))
    return [
        tuple(line for line in cell if cells_with[line] == 1 and line.strip() not in generic)
        for cell in lines
    ]


def _keys(sources: Sequence[str], names: Sequence[str], stage: Stage | None) -> list[list[str]]:
    """For each solution cell the names that its reference answer defines and no other does."""
    stored = [read_source(source).stores for source in sources]
    cells_with = Counter(name for cell in stored for name in cell)
    steps = stage.by_name if stage else {}
    return [
        [name] if name in steps or name in cell else sorted(n for n in cell if cells_with[n] == 1)
        for name, cell in zip(names, stored, strict=True)
    ]


def read_assignment(
    source: NotebookNode, stubs: Stubs, stage: Stage | None = None
) -> tuple[SourceCell, ...]:
    """The cells of an instructor's notebook, in order.

    Raises ValueError if two of them have the same grade_id, or one that is graded has none.
    """
    nbgrader = [dict(cell.metadata.get("nbgrader") or {}) for cell in source.cells]
    code = [cell.cell_type == "code" for cell in source.cells]
    kinds = [_kind(metadata, is_code) for metadata, is_code in zip(nbgrader, code, strict=True)]
    names = [
        "" if kind is Kind.PLAIN else str(metadata.get("grade_id") or "")
        for metadata, kind in zip(nbgrader, kinds, strict=True)
    ]
    for name, count in Counter(names).items():
        if name and count > 1:
            raise ValueError(f"the instructor's notebook has {count} cells called '{name}'")
    if any(not n and k is not Kind.PLAIN for n, k in zip(names, kinds, strict=True)):
        raise ValueError("the instructor's notebook has an nbgrader cell without a grade_id")
    released = [
        untouched_source(cell.source, is_code, stubs)
        if kind in (Kind.SOLUTION, Kind.MANUAL)
        else without_hidden_parts(cell.source)
        for cell, is_code, kind in zip(source.cells, code, kinds, strict=True)
    ]
    solved = [i for i, kind in enumerate(kinds) if kind is Kind.SOLUTION]
    keys = dict(
        zip(
            solved,
            _keys([source.cells[i].source for i in solved], [names[i] for i in solved], stage),
            strict=True,
        )
    )
    landmarks = _landmarks(released, stubs)
    return tuple(
        SourceCell(
            index=i,
            kind=kinds[i],
            name=names[i],
            id=str(cell.get("id", "")),
            is_code=code[i],
            source=cell.source,
            released=released[i],
            keys=tuple(keys.get(i, ())),
            landmarks=landmarks[i],
        )
        for i, cell in enumerate(source.cells)
    )
