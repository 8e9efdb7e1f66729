"""Whose cell is it? Match the pieces of a submission with the cells of the course."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.grading.notebook.assignment import Kind, SourceCell, lines_of, same_text
from autograder.grading.notebook.pieces import Piece

__all__ = ["Alignment", "Claim", "align"]

# How much a likeness weighs. The course's first words for a step (11) outweigh both names of a
# cell (10), which a student may have swapped or pasted; the names outweigh a definition (3), or
# what is left of the other words (up to 8).
_GRADE_ID, _ID, _FIRST_WORDS, _WORDS, _DEFINES = 6.0, 4.0, 11.0, 8.0, 3.0
_ENOUGH = 4.0  # an id, or half of the words


@dataclass(frozen=True)
class Claim:
    """A piece that seems to belong to a cell of the course, and how much speaks for it.

    ``begins`` tells that the first words of the course for that cell are in it.
    """

    place: int
    score: float
    begins: bool


@dataclass
class Alignment:
    """Which pieces belong to which cell of the course.

    ``exact`` maps the cell's index to the place of the piece that is that cell, word for word;
    ``claims`` to the pieces that seem to belong to it otherwise, in order; ``copies`` are places
    of further pieces with the text of a cell that is the instructor's.
    """

    pieces: Sequence[Piece]
    exact: dict[int, int] = field(default_factory=dict)
    claims: dict[int, list[Claim]] = field(default_factory=dict)
    copies: set[int] = field(default_factory=set)


def _named(piece: Piece, cell: SourceCell) -> bool:
    """Whether the piece has one of the cell's names."""
    return bool(piece.grade_id and piece.grade_id == cell.name) or bool(
        piece.id and piece.id == cell.id
    )


def _match_exactly(alignment: Alignment, assignment: Sequence[SourceCell]) -> None:
    """Match the cells that are not the student's by their whole text."""
    places: dict[str, list[int]] = {}
    for place, piece in enumerate(alignment.pieces):
        places.setdefault(piece.text, []).append(place)
    cells: dict[str, list[SourceCell]] = {}
    for cell in assignment:
        text = same_text(cell.released)
        if not cell.answered and text:
            cells.setdefault(text, []).append(cell)
    for text, same in cells.items():
        waiting = places.get(text, [])
        # Those with the right name first, then in order of the notebook.
        for by_name in (True, False):
            for cell in same:
                if cell.index not in alignment.exact:
                    fitting = (
                        place
                        for place in waiting
                        if not by_name or _named(alignment.pieces[place], cell)
                    )
                    found = next(fitting, None)
                    if found is not None:
                        waiting.remove(found)
                        alignment.exact[cell.index] = found
        if same[0].kind is not Kind.PLAIN or not same[0].is_code:
            alignment.copies.update(waiting)


class _Scores:
    """What speaks for each cell of the course, looked up by the words of a piece."""

    def __init__(self, cells: Sequence[SourceCell]):
        self.by_name = {cell.name: cell for cell in cells if cell.name}
        self.by_id = {cell.id: cell for cell in cells if cell.id}
        self.by_line = {line: cell for cell in cells for line in cell.landmarks}
        self.by_key = {key: cell for cell in cells for key in cell.keys}

    def best(self, piece: Piece) -> tuple[SourceCell, float] | None:
        """The cell with the highest score, the first of them if there are several."""
        scores: dict[int, float] = {}
        cells: dict[int, SourceCell] = {}

        def add(cell: SourceCell | None, weight: float) -> None:
            if cell is not None:
                cells[cell.index] = cell
                scores[cell.index] = scores.get(cell.index, 0.0) + weight

        add(self.by_name.get(piece.grade_id), _GRADE_ID)
        add(self.by_id.get(piece.id), _ID)
        lines = set(lines_of(piece.source))
        for cell in {c.index: c for line in lines if (c := self.by_line.get(line))}.values():
            found = sum(line in lines for line in cell.landmarks) / len(cell.landmarks)
            whole = cell.answered and cell.landmarks[0] in lines
            add(cell, _FIRST_WORDS if whole else _WORDS * found)
        for name in sorted(piece.code.stores & self.by_key.keys()):
            add(self.by_key[name], _DEFINES)
        if not scores:
            return None
        index = min(scores, key=lambda index: (-scores[index], index))
        return cells[index], scores[index]


def align(pieces: Sequence[Piece], assignment: Sequence[SourceCell]) -> Alignment:
    """Match pieces with cells: by their whole text, then by name, id, words and definitions.

    A piece claims one cell at most; a cell may have several claims.
    """
    alignment = Alignment(pieces)
    _match_exactly(alignment, assignment)
    taken = set(alignment.exact.values()) | alignment.copies
    scores = _Scores(
        [
            cell
            for cell in assignment
            if cell.kind is not Kind.PLAIN and cell.index not in alignment.exact
        ]
    )
    for place, piece in enumerate(pieces):
        best = None if place in taken else scores.best(piece)
        if best and best[1] >= _ENOUGH:
            cell, score = best
            begins = bool(cell.landmarks) and cell.landmarks[0] in lines_of(piece.source)
            alignment.claims.setdefault(cell.index, []).append(Claim(place, score, begins))
    return alignment
