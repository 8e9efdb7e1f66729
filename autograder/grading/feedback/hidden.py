"""What of a test cell a student has never seen, taken out."""

from __future__ import annotations

__all__ = ["has_hidden_tests", "without_hidden_parts"]

# nbgrader's own delimiters; a region that is not closed ends with the cell.
_REGIONS = (
    ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
    ("BEGIN MARK SCHEME", "END MARK SCHEME"),
)


def has_hidden_tests(source: str) -> bool:
    """Whether a part of the cell is not in what students get."""
    return any(begin in source for begin, _ in _REGIONS)


def without_hidden_parts(source: str) -> str:
    """The cell as students have it."""
    for begin, end in _REGIONS:
        if begin in source:
            source = _without(source, begin, end)
    return source


def _without(source: str, begin: str, end: str) -> str:
    kept, inside = [], False
    for line in source.split("\n"):
        if begin in line:
            inside = True
        elif end in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
