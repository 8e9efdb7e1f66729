"""Grade the submissions of the demonstration, stage by stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.layout import Checkout
from autograder.authoring.markers import StageLike
from autograder.demo.course import Course, Score
from autograder.demo.submissions import SUBMISSIONS, Submission, Work

__all__ = ["Result", "grade_all"]


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    ``score`` is None where there is no verdict; ``problem`` says why. ``repairs`` are sentences
    on what was mended before it was graded.
    """

    submission: Submission
    stage: str
    score: Score | None
    problem: str = ""
    repairs: tuple[str, ...] = ()
    feedback: Path | None = None


def grade_all(
    folder: Path, checkout: Checkout, stages: list[StageLike], sandbox: str
) -> Iterator[Result]:
    """Release the stages in a course folder and grade the submissions. Raises GradingError."""
    course = Course(folder, checkout)
    for stage in stages:
        release, solution = course.release(stage.name), course.solution(stage.name)
        work = Work.of(release, solution, [step.name for step in stage.checked])
        submitted = [each for each in SUBMISSIONS if stage.name in each.stages]
        for submission in submitted:
            course.submit(submission.student, stage.name, submission.make(work))
        summary = course.grade(stage.name, sandbox)
        for submission in submitted:
            outcome = summary.outcomes[submission.student]
            verdict = outcome.entry.verdict if outcome.entry else None
            page = course.notebook("feedback", stage.name, submission.student)
            yield Result(
                submission,
                stage.name,
                None if verdict is None else course.score(submission.student, stage.name),
                problem=outcome.fault,
                repairs=tuple(verdict["repairs"]) if verdict else (),
                feedback=page.with_suffix(".html"),
            )
