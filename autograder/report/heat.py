"""The heat map, student by step: a row for each of few students, a row for each group of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from autograder.report.looks import LOOKS, look_of, statuses
from autograder.report.roster import Item, Roster, Submission

__all__ = ["MOST_ROWS", "Group", "Row", "groups", "rows", "score"]

MOST_ROWS = 60  # more students than this are shown in groups
_GROUPS = 20


@dataclass(frozen=True)
class Row:
    """A student: the score, and for each step a key of ``LOOKS`` and the points."""

    student: str
    score: float
    looks: tuple[str, ...]
    points: tuple[float | None, ...]

    @property
    def letters(self) -> str:
        """A letter for each step; a dot for what is right, so that the rest stands out."""
        looks = [LOOKS[look] for look in self.looks]
        return "".join("·" if look.color == "right" else look.icon for look in looks)


@dataclass(frozen=True)
class Group:
    """Students with neighboring scores; ``shares`` are of each step's points, None if undefined."""

    rows: tuple[Row, ...]
    first: int
    shares: tuple[float | None, ...]

    @property
    def last(self) -> int:
        """The rank of the last student of the group; ``first`` is that of the first."""
        return self.first + len(self.rows) - 1


def score(submission: Submission, items: Sequence[Item]) -> float:
    """The points of the steps that the judge decides, as an instructor has left them."""
    return fsum(submission.points(item) or 0.0 for item in items if not item.manual)


def rows(roster: Roster) -> list[Row]:
    """A row for each submission with a verdict, the highest score first."""
    found = []
    for submission in roster.submissions:
        if submission.judged:
            told: Mapping[str, Mapping[str, object]] = statuses(submission)
            looks = tuple(look_of(submission, item, told.get(item.name)) for item in roster.items)
            points = tuple(submission.points(item) for item in roster.items)
            found.append(Row(submission.student, score(submission, roster.items), looks, points))
    return sorted(found, key=lambda row: (-row.score, row.student))


def groups(ordered: Sequence[Row], items: Sequence[Item]) -> list[Group]:
    """At most twenty groups of nearly the same size, in the order of ``rows``."""
    count = min(_GROUPS, len(ordered))
    bounds = [len(ordered) * number // count for number in range(count + 1)] if count else []
    found = []
    for start, stop in pairwise(bounds):
        members = tuple(ordered[start:stop])
        shares = tuple(
            _share([row.points[place] for row in members], item.max_points)
            for place, item in enumerate(items)
        )
        found.append(Group(members, start + 1, shares))
    return found


def _share(points: Sequence[float | None], most: float) -> float | None:
    known = [value for value in points if value is not None]
    return fsum(known) / (len(known) * most) if known and most > 0 else None
