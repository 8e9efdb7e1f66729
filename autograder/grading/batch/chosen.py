"""Whose submissions a run is about."""

from __future__ import annotations

from autograder.grading.batch.settings import NoSuchStudent, Outcome, Request, Summary
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.handed_in import HandedIn, spelled

__all__ = ["choose", "tell_of_others"]


def choose(request: Request, course: CourseFolder) -> HandedIn:
    """Those who were asked for, everyone if nobody was. Raises NoSuchStudent, WrongAssignment."""
    course.source(request.stage)  # else there is nothing to look for
    found = course.handed_in(request.stage)
    if not request.students:
        return found
    asked = dict.fromkeys(spelled(student) for student in request.students)
    for student in asked:
        if student not in (*found.students, *found.faults):
            raise NoSuchStudent(
                f"the student '{student}' has handed in nothing for {request.stage}."
            )
    return HandedIn(
        tuple(student for student in asked if student not in found.faults),
        {student: found.faults[student] for student in asked if student in found.faults},
    )


def tell_of_others(summary: Summary, chosen: HandedIn) -> Summary:
    """The summary, and in it the folders that cannot be graded for their names."""
    for student, fault in chosen.faults.items():
        summary.outcomes[student] = Outcome(student, None, fault, judged=True)
    summary.notes += chosen.notes
    return summary
