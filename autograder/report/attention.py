"""Who needs a look, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from autograder.grading.batch.names import CHECK
from autograder.report.looks import LOOKS
from autograder.report.roster import Roster, Submission

__all__ = ["Reason", "attention"]

_ENDED = ("timeout", "killed")


@dataclass(frozen=True)
class Reason:
    """One reason to look, and the students it holds for, each with what is known."""

    code: str
    title: str
    advice: str
    students: tuple[tuple[str, tuple[str, ...]], ...]


def attention(roster: Roster) -> list[Reason]:
    """The reasons that hold for anybody, the most pressing first."""
    waiting: dict[str, tuple[str, ...]] = dict.fromkeys(roster.waiting, ())
    other: dict[str, tuple[str, ...]] = dict.fromkeys(roster.other, ())
    found = [
        _reason(
            roster,
            _refused,
            "refused",
            "Could not be graded",
            "There is no score; the student has to hand it in again.",
        ),
        _listed(
            waiting,
            "waiting",
            "Handed in, without a verdict",
            "`autograder grade` judges them. One that has been judged says there why it failed.",
        ),
        _reason(
            roster,
            _flags,
            "flags",
            "Flagged by the judge",
            "Read the cell in formgrader: points for autograd's own answer are yours to decide.",
        ),
        _reason(
            roster,
            _ended,
            "ended",
            "Took too long, or ended its process",
            "The step has no points. Steps that need its answer went on with the right one.",
        ),
        _reason(roster, _review, "review", "Marked for review", "Formgrader lists these cells."),
        _reason(
            roster,
            _given_before,
            "given_before",
            "Your points are older than the verdict",
            "They count as you gave them; see whether they still fit.",
        ),
        _reason(
            roster,
            _repairs,
            "repairs",
            "Mended before grading",
            "Most are slips of the mouse. See whether what was meant is what was graded.",
        ),
        _listed(
            other,
            "other_versions",
            "Judged with another version of the stage or the packages",
            "`autograder grade --again --dry-run` shows whose score would change.",
        ),
        _reason(
            roster,
            _pending,
            "pending",
            "Waiting to be graded by reading",
            "Formgrader shows one derivation after the other.",
        ),
    ]
    return [reason for reason in found if reason.students]


def _reason(
    roster: Roster,
    why: Callable[[Roster, Submission], Iterator[str]],
    code: str,
    title: str,
    advice: str,
) -> Reason:
    told = {each.student: tuple(why(roster, each)) for each in roster.submissions}
    return _listed({name: said for name, said in told.items() if said}, code, title, advice)


def _listed(students: Mapping[str, tuple[str, ...]], code: str, title: str, advice: str) -> Reason:
    return Reason(code, title, advice, tuple(sorted(students.items())))


def _refused(_: Roster, submission: Submission) -> Iterator[str]:
    if not submission.judged:
        yield str(submission.entry.refused)


def _flags(_: Roster, submission: Submission) -> Iterator[str]:
    for flag in (submission.entry.verdict or {}).get("flags", []):
        step = f"`{flag['step']}`: " if flag.get("step") else ""
        yield f"{step}{flag['message']}"


def _ended(_: Roster, submission: Submission) -> Iterator[str]:
    for step in (submission.entry.verdict or {}).get("steps", []):
        if step["status"] in _ENDED:
            yield f"`{step['name']}` {LOOKS[step['status']].word}"


def _review(_: Roster, submission: Submission) -> Iterator[str]:
    """What is not told by a flag already."""
    flags = (submission.entry.verdict or {}).get("flags", [])
    flagged = {CHECK + str(flag.get("step")) for flag in flags}
    for name in submission.entry.review:
        if name not in flagged:
            yield f"`{name.removeprefix(CHECK)}`"


def _given_before(roster: Roster, submission: Submission) -> Iterator[str]:
    for item in roster.items:
        given = submission.by_hand.get(item.grade_id)
        if given is not None and given.again:
            yield f"`{item.name}`: {given.points:g} of {item.max_points:g} points by hand"


def _repairs(_: Roster, submission: Submission) -> Iterator[str]:
    yield from map(str, (submission.entry.verdict or {}).get("repairs", []))


def _pending(roster: Roster, submission: Submission) -> Iterator[str]:
    for item in roster.items:
        if item.manual and submission.judged and submission.points(item) is None:
            yield f"`{item.name}`"
