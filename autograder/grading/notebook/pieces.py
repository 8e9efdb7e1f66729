"""Take merged cells apart: a submitted cell that holds several cells of the course."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from autograder.grading.ingest import RawCell
from autograder.grading.notebook.asks import asks_only
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


@dataclass(frozen=True)
class _Part:
    """A part of a cell; ``block`` is the cell of the course that it is, word for word."""

    text: str
    block: SourceCell | None = None


def _pieces(cell: RawCell, parts: Sequence[_Part], checks: bool) -> Iterator[Piece]:
    """The parts; the first that is no block keeps the cell's names."""
    named = next((i for i, part in enumerate(parts) if not part.block), None)
    for i, text in enumerate(part.text for part in parts):
        names = (cell.id, cell.grade_id) if i == named else ("", "")
        yield Piece(cell.number, cell.kind, text, *names, part=len(parts) > 1, checks=checks)


class _TakeApart:
    def __init__(self, cells: Sequence[RawCell], assignment: Sequence[SourceCell]):
        present = Counter(same_text(cell.source) for cell in cells)
        fixed = [cell for cell in assignment if not cell.answered]
        absent = [c for c in fixed if asks_only(c) or not present[same_text(c.released)]]
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
            if cell.source.strip():
                yield from _pieces(cell, [_Part(cell.source)], checks=False)
            return
        answers = self.answers(cell, lines)
        parts: list[_Part] = []
        waiting: list[str] = []
        checks, place, seen = False, 0, False

        def close() -> None:
            if any(line.strip() for line in waiting):
                parts.append(_Part("\n".join(waiting)))
            waiting.clear()

        while place < len(lines):
            block = self.blocks.at(lines, place)
            if block and asks_only(block[1]):
                # A call of the check is the instructor's, and the judge makes it.
                if answers:
                    checks = True
                else:
                    waiting += raw[place : place + block[0]]
                place += block[0]
            elif block:
                close()
                parts.append(_Part("\n".join(raw[place : place + block[0]]), block[1]))
                place, seen = place + block[0], False
            else:
                owner = self.landmark_of.get(lines[place])
                if owner and (seen or self._answers_another("\n".join(waiting), owner)):
                    close()
                seen = seen or owner is not None
                waiting.append(raw[place])
                place += 1
        close()
        yield from _pieces(cell, self._joined(parts) if answers else parts, checks)

    def _joined(self, parts: Sequence[_Part]) -> list[_Part]:
        """The parts, an answer in one again that a plain cell of the course stands amid."""
        joined: list[_Part] = []
        for part in parts:
            joined.append(part)
            if len(joined) > 2 and self._amid(*joined[-3:]):
                joined[-3:] = [_Part("\n".join(one.text for one in joined[-3:]))]
        return joined

    def _amid(self, above: _Part, between: _Part, below: _Part) -> bool:
        """Whether an answer begins above a plain cell of the course, and is not given but below."""
        if above.block or below.block or not between.block or between.block.kind is not Kind.PLAIN:
            return False
        steps = self._steps(below.text)
        begun = any(line.rstrip() in self.landmark_of for line in below.text.split("\n"))
        return bool(steps) and not begun and self._steps(above.text) <= steps

    def _steps(self, source: str) -> set[str]:
        """The steps that a source gives values to."""
        stored = read_source(source).stores & self.key_of.keys()
        return {self.key_of[key].name for key in stored}

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
