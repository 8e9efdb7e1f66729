"""Take merged cells apart: a submitted cell that holds several cells of the course."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from autograder.grading.ingest import RawCell
from autograder.grading.notebook.assignment import Kind, SourceCell, lines_of, same_text
from autograder.grading.notebook.statements import Source, read_source

__all__ = ["Piece", "take_apart"]


@dataclass(frozen=True)
class Piece:
    """A submitted cell, or a part of one that held several.

    ``number`` is the cell's, from 1; ``part`` tells that it was taken out of a larger cell;
    ``checks`` that calls of the check were taken out of it.
    """

    number: int
    kind: str
    source: str = field(repr=False)
    id: str = ""
    grade_id: str = ""
    part: bool = False
    checks: bool = False

    @property
    def is_code(self) -> bool:
        """Whether it is code."""
        return self.kind == "code"

    @cached_property
    def text(self) -> str:
        """Its source in the form for comparison."""
        return same_text(self.source)

    @cached_property
    def code(self) -> Source:
        """Its statements; none if it is not code."""
        return read_source(self.source if self.is_code else "")


class _Blocks:
    """Finds the whole text of cells of the course inside of other cells."""

    def __init__(self, cells: Sequence[SourceCell]):
        self.by_line: dict[str, list[tuple[list[str], SourceCell]]] = {}
        for cell in cells:
            lines = lines_of(cell.released)
            if any(lines):
                self.by_line.setdefault(lines[0], []).append((lines, cell))
        for found in self.by_line.values():
            found.sort(key=lambda block: -len(block[0]))

    def at(self, lines: Sequence[str], place: int) -> tuple[int, SourceCell] | None:
        """The longest block that begins at this line: its length and its cell."""
        for block, cell in self.by_line.get(lines[place], ()):
            if lines[place : place + len(block)] == block:
                return len(block), cell
        return None


def _pieces(cell: RawCell, parts: Sequence[tuple[str, bool]], checks: bool) -> Iterator[Piece]:
    """The parts that are not blank; the first that is no block keeps the cell's names."""
    parts = [(text, block) for text, block in parts if text.strip()]
    named = next((i for i, (_, block) in enumerate(parts) if not block), None)
    for i, (text, _) in enumerate(parts):
        names = (cell.id, cell.grade_id) if i == named else ("", "")
        yield Piece(cell.number, cell.kind, text, *names, part=len(parts) > 1, checks=checks)


class _TakeApart:
    def __init__(self, cells: Sequence[RawCell], assignment: Sequence[SourceCell]):
        present = Counter(same_text(cell.source) for cell in cells)
        fixed = [cell for cell in assignment if not cell.answered]
        absent = [c for c in fixed if c.kind is Kind.CHECK or not present[same_text(c.released)]]
        solutions = [cell for cell in assignment if cell.kind is Kind.SOLUTION]
        self.texts = {same_text(cell.released) for cell in assignment}
        self.blocks = _Blocks(absent)
        self.names = {name for cell in solutions for name in (cell.name, cell.id) if name}
        self.key_of = {key: cell for cell in solutions for key in cell.keys}
        self.landmark_of = {cell.landmarks[0]: cell for cell in solutions if cell.landmarks}

    def answers(self, cell: RawCell, lines: Sequence[str]) -> bool:
        """Whether a cell has anything to do with a step."""
        return (
            bool({cell.grade_id, cell.id} & self.names)
            or any(line in self.landmark_of for line in lines)
            or not self.key_of.keys().isdisjoint(read_source(cell.source).stores)
        )

    def of_cell(self, cell: RawCell) -> Iterator[Piece]:
        """The pieces of one submitted cell, in order."""
        raw = cell.source.split("\n")
        lines = [line.rstrip() for line in raw]
        if same_text(cell.source) in self.texts:
            yield from _pieces(cell, [(cell.source, False)], checks=False)
            return
        answers = self.answers(cell, lines)
        parts: list[tuple[str, bool]] = []
        waiting: list[str] = []
        checks, place, seen = False, 0, False

        def close() -> None:
            parts.append(("\n".join(waiting), False))
            waiting.clear()

        while place < len(lines):
            block = self.blocks.at(lines, place)
            if block and block[1].kind is Kind.CHECK:
                # A call of the check is the instructor's, and the judge makes it.
                if answers:
                    checks = True
                else:
                    waiting += raw[place : place + block[0]]
                place += block[0]
            elif block:
                close()
                parts.append(("\n".join(raw[place : place + block[0]]), True))
                place, seen = place + block[0], False
            else:
                owner = self.landmark_of.get(lines[place])
                if owner and (seen or self._answers_another("\n".join(waiting), owner)):
                    close()
                seen = seen or owner is not None
                waiting.append(raw[place])
                place += 1
        close()
        yield from _pieces(cell, parts, checks)

    def _answers_another(self, source: str, owner: SourceCell) -> bool:
        """Whether what stands above a step's first line is the answer of another step."""
        stored = read_source(source).stores
        return any(self.key_of[key] is not owner for key in stored & self.key_of.keys())


def take_apart(cells: Sequence[RawCell], assignment: Sequence[SourceCell]) -> list[Piece]:
    """The submitted cells in order, merged ones in pieces, blank ones left out.

    A cell is cut around the whole text of a cell of the course that is nowhere else, and at the
    first line of each further step in it.
    """
    apart = _TakeApart(cells, assignment)
    return [piece for cell in cells for piece in apart.of_cell(cell)]
