"""Separate two answers that were written into one cell without the course's words between them."""

from collections.abc import Collection

from autograder.grading.notebook.statements import Source, read_source

__all__ = ["separate"]


def _top(source: Source, index: int) -> int:
    """The statement outside of any block that this one is, or belongs to."""
    while index and source.statements[index].indent:
        index -= 1
    return index


def _cut(text: str, first: Collection[str], second: Collection[str]) -> int | None:
    """The line at which the answer with ``second`` begins, after all that concerns ``first``."""
    source = read_source(text)
    done = [
        i
        for i, statement in enumerate(source.statements)
        if not (statement.stores | statement.changes).isdisjoint(first)
    ]
    begun = [i for i, s in enumerate(source.statements) if not s.stores.isdisjoint(second)]
    if not done or not begun:
        return None
    after = done[-1] + 1
    while after < len(source.statements) and source.statements[after].indent:
        after += 1
    if after > _top(source, begun[0]):
        return None
    return source.statements[done[-1] if after == 0 else after - 1].last + 1


def separate(text: str, mine: Collection[str], other: Collection[str]) -> tuple[str, str] | None:
    """The parts of a cell that answer ``mine`` and ``other`` (names that they define).

    What stands between the two goes with the later one. None if the answers are interwoven.
    """
    lines = text.split("\n")
    place = _cut(text, mine, other)
    if place is not None:
        return "\n".join(lines[:place]), "\n".join(lines[place:])
    place = _cut(text, other, mine)
    if place is not None:
        return "\n".join(lines[place:]), "\n".join(lines[:place])
    return None
