"""An answer to a step, and what a piece of a submission can be to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.grading.notebook.assignment import SourceCell, same_text
from autograder.grading.notebook.pieces import Piece
from autograder.grading.notebook.statements import read_source

__all__ = ["Answer", "is_untouched", "stands_alone"]

_NO_ANSWER = re.compile(r"\s*(#.*|raise NotImplementedError(\(\))?\s*(#.*)?)?")


@dataclass
class Answer:
    """The source that counts for a step and the places of the pieces it comes from.

    Without places it is the untouched stub. ``untouched`` are places of cells left as they were.
    """

    cell: SourceCell
    source: str
    places: list[int] = field(default_factory=list)
    untouched: list[int] = field(default_factory=list)


def is_untouched(piece: Piece, cell: SourceCell) -> bool:
    """Whether a piece is the cell as released, or nothing but comments and the stub's line."""
    if piece.text == same_text(cell.released):
        return True
    return cell.is_code and all(_NO_ANSWER.fullmatch(line) for line in piece.text.split("\n"))


def stands_alone(piece: Piece, keys: Sequence[str]) -> bool:
    """Whether a piece by itself gives a step's names their values."""
    source = piece.code if piece.is_code else read_source(piece.source)  # it may be retyped
    if source.continues or source.unfinished:
        return False
    return any(key in source.stores and not source.goes_on(key) for key in keys)
