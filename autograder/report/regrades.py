"""Whose score another verdict on the same file has changed, and by which steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from autograder.grading.batch.names import CHECK
from autograder.grading.record.journal import Entry
from autograder.report.roster import Roster

__all__ = ["Regrade", "regrades"]

Points = float | None


@dataclass(frozen=True)
class Regrade:
    """One change of a score; None is no score. ``reasons``: what differs in the receipts."""

    student: str
    before: Points
    after: Points
    steps: tuple[tuple[str, Points, Points], ...]
    reasons: tuple[str, ...]


def regrades(roster: Roster) -> list[Regrade]:
    """All changes, by student, each student's in the order in which they came."""
    return [
        change
        for submission in roster.submissions
        for former, later in pairwise((*submission.earlier, submission.entry))
        for change in _change(former, later)
    ]


def _change(former: Entry, later: Entry) -> Iterator[Regrade]:
    names = [*later.points, *(name for name in former.points if name not in later.points)]
    steps = tuple(
        (name.removeprefix(CHECK), former.points.get(name), later.points.get(name))
        for name in names
        if former.points.get(name) != later.points.get(name)
    )
    if steps:
        yield Regrade(
            later.student, former.score, later.score, steps, tuple(_reasons(former, later))
        )


def _reasons(former: Entry, later: Entry) -> Iterator[str]:
    before, now = former.receipt, later.receipt
    if before.get("stage") != now.get("stage"):
        yield "another version of the stage"
    old, new = _versions(before), _versions(now)
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, '(none)')} → {new.get(name, '(none)')}"
    if before.get("seed") != now.get("seed"):
        yield "another seed"


def _versions(receipt: Mapping[str, object]) -> Mapping[str, object]:
    told = receipt.get("versions")
    return told if isinstance(told, dict) else {}
