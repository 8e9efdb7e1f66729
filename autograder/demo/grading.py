"""Grade each submission by itself, so that one that nbgrader cannot grade stops no other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.layout import Checkout
from autograder.authoring.markers import StageLike
from autograder.demo.course import Course, NotGraded, Score
from autograder.demo.submissions import SUBMISSIONS, Submission, Work

__all__ = ["Result", "grade_all"]


@dataclass(frozen=True)
class Result:
    """What nbgrader made of one submission.

    ``score`` is None where nothing trustworthy is in the gradebook; ``problem`` is what nbgrader
    said then. ``unscored`` names the check cells that nbgrader has no score for.
    """

    submission: Submission
    stage: str
    score: Score | None
    problem: str = ""
    unscored: tuple[str, ...] = ()
    feedback: Path | None = None


def grade_all(folder: Path, checkout: Checkout, stages: list[StageLike]) -> Iterator[Result]:
    """Release the stages in a course folder and grade the submissions, one result at a time."""
    course = Course(folder, checkout)
    for stage in stages:
        release, solution = course.release(stage.name), course.solution(stage.name)
        work = Work.of(release, solution, [step.name for step in stage.checked])
        for submission in SUBMISSIONS:
            if stage.name in submission.stages:
                course.submit(submission.student, stage.name, submission.make(work))
                yield _graded(course, submission, stage.name)


def _graded(course: Course, submission: Submission, stage: str) -> Result:
    try:
        course.autograde(submission.student, stage)
        page = course.feedback(submission.student, stage)
    except NotGraded as refusal:
        # The gradebook may hold an entry of zeros by now; it is no score.
        return Result(submission, stage, None, str(refusal))
    score = course.score(submission.student, stage)
    unscored = tuple(name for name, points in score.points.items() if points is None)
    return Result(submission, stage, score, unscored=unscored, feedback=page)
