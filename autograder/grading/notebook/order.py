"""Which cells of a submission stand in the course's order."""

from bisect import bisect_right
from collections.abc import Sequence

__all__ = ["in_order"]


def in_order(places: Sequence[tuple[int, int]]) -> set[int]:
    """The places of the longest run whose indices never fall: those that nobody moved.

    ``places`` are pairs of a place in the submission and the index of its cell, by place.
    """
    ends: list[int] = []  # the smallest index that a run of each length ends with
    best: list[int] = []  # and the position of that pair
    before: list[int] = []
    for position, (_, index) in enumerate(places):
        length = bisect_right(ends, index)
        before.append(best[length - 1] if length else -1)
        ends[length:] = [index, *ends[length + 1 :]]
        best[length:] = [position, *best[length + 1 :]]
    run, position = set[int](), best[-1] if best else -1
    while position >= 0:
        run.add(places[position][0])
        position = before[position]
    return run
