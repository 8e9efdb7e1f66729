"""What a judging process is given for a submission, and the entry in what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.grading.batch.settings import Outcome, Request
from autograder.grading.plain.settings import plain_settings
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Entry
from autograder.grading.record.recorded import Recorded
from autograder.grading.record.source import is_stage

__all__ = ["entry_of", "judging_job", "outcome_of"]


def judging_job(request: Request, course: CourseFolder, student: str) -> dict[str, Any]:
    """The job for a student's folder."""
    return {
        "do": "judge",
        "student": student,
        "folder": str(course.submitted(student, request.stage)),
        "stage": request.stage,
        "course": str(course.root),
        "seed": request.seed,
        "source": str(course.source(request.stage)),
        "plain": None if is_stage(request.stage) else plain_settings(course.config),
    }


def entry_of(student: str, stage: str, result: Mapping[str, Any]) -> Entry:
    """What is recorded of a submission that a judging process has answered for."""
    return Entry(
        student=student,
        stage=stage,
        receipt=result["receipt"],
        verdict=result["verdict"],
        refused=result["refused"],
        points=result["points"],
        comments=result["comments"],
        review=tuple(result["review"]),
    )


def outcome_of(entry: Entry, recorded: Mapping[str, Recorded], *, judged: bool) -> Outcome:
    """What is told of an entry, given what the gradebook had before."""
    known = recorded.get(entry.student)
    fault = f"{entry.student}: {entry.refused}" if entry.refused is not None else ""
    before = known.points if known is not None and known.scored else None
    return Outcome(entry.student, entry, fault, before, judged)
