"""How the state of an answer looks in a report: a letter, a word and a color together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.report.roster import Item, Submission

__all__ = ["LOOKS", "Look", "look_of", "statuses"]


@dataclass(frozen=True)
class Look:
    """A letter, words, and the class of its colors in the style sheet."""

    icon: str
    word: str
    color: str


# By the verdict's status (see ``autograder.verdict.Status``), and what only an instructor decides.
LOOKS = {
    "correct": Look("✓", "right", "right"),
    "correct_shape_differs": Look("✓", "right", "right"),
    "hard_coded": Look("◐", "right in the notebook's own sizes only", "part"),
    "wrong": Look("✗", "wrong", "wrong"),
    "raised": Look("E", "raised an error", "wrong"),
    "not_finite": Look("∞", "not finite", "wrong"),
    "not_a_tensor": Look("?", "of the wrong type", "wrong"),
    "timeout": Look("T", "took too long", "look"),
    "killed": Look("K", "ended its process", "look"),
    "used_autograd": Look("A", "made with autograd", "look"),
    "not_attempted": Look("○", "not done", "open"),
    "pending": Look("✎", "waits for an instructor", "open"),
    "no_score": Look("–", "has no score", "open"),
    "given_full": Look("✓", "full points by hand", "right"),
    "given_part": Look("◐", "some points by hand", "part"),
    "given_none": Look("✗", "no points by hand", "wrong"),
}


def statuses(submission: Submission) -> dict[str, Mapping[str, Any]]:
    """The verdict's steps by name."""
    return {step["name"]: step for step in (submission.entry.verdict or {}).get("steps", [])}


def look_of(submission: Submission, item: Item, step: Mapping[str, Any] | None) -> str:
    """The key in ``LOOKS`` for a step of a submission; ``step`` is what the verdict says of it."""
    given = submission.by_hand.get(item.grade_id)
    if given is not None:
        return _share("given_full", "given_part", "given_none", given.points, item)
    if item.manual:
        points = submission.entry.points.get(item.grade_id)
        return "pending" if points is None else "not_attempted"
    if step is None or submission.points(item) is None:
        return "no_score"
    if step["status"] in LOOKS:
        return str(step["status"])
    return _share("correct", "hard_coded", "wrong", float(step["points"]), item)


def _share(full: str, part: str, none: str, points: float, item: Item) -> str:
    return full if points >= item.max_points else part if points > 0 else none
