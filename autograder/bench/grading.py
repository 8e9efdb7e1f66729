"""`nbgrader autograde` as it comes against `autograder grade`, on the same submissions."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bench.courses import BenchError, Course, Timed, our_course, stock_course
from autograder.bench.one_submission import bare_forks, costs, summarize
from autograder.bench.submissions import Made, make_submissions

__all__ = ["Plan", "check_scores", "help_seconds", "measure_grading", "measure_scale", "per_one"]

_HELPS = 5  # runs of `autograder --help`, the fastest counts: the rest is the machine


@dataclass(frozen=True)
class Plan:
    """``submissions`` for ours, the first ``stock`` of them for nbgrader; ``jobs`` for ours."""

    submissions: int = 40
    stock: int = 8
    jobs: int = 2


@dataclass(frozen=True)
class _Side:
    """One command on a first submission alone, then on all: what is start-up, and what is not."""

    first: Timed
    all: Timed
    count: int

    @property
    def marginal(self) -> float:
        """Seconds for one more submission."""
        return (self.all.wall - self.first.wall) / (self.count - 1)

    def whole(self, count: int) -> float:
        """Seconds for ``count`` submissions: measured, or start-up and so many more."""
        if count == self.count:
            return self.all.wall
        return self.first.wall + (count - 1) * self.marginal


def measure_grading(plan: Plan) -> dict[str, Any]:
    """All of it, as plain JSON values. Raises BenchError when scores are not what they must be."""
    made = list(make_submissions(plan.submissions))
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        stock, stock_feedback, theirs = _measure_stock(folder, made[: plan.stock])
        ours, mine = _measure_ours(folder / "ours", made, plan.jobs, "--no-feedback")
        ours_feedback, _ = _measure_ours(folder / "feedback", made, plan.jobs)
        compared = check_scores(made, theirs, mine)
        inside = our_course(folder / "inside")
        sample = made[:16]
        inside.hand_in(sample)
        one = summarize(costs(inside.root, sample), bare_forks(sample))
    whole = _compare(plan.submissions, [stock], ours)
    return {
        "submissions": plan.submissions,
        "stock_sample": plan.stock,
        "jobs": plan.jobs,
        "scores_compared": compared,
        "autograde": whole,
        "with_feedback": _compare(plan.submissions, [stock, stock_feedback], ours_feedback),
        "cpu_ms": {
            "whole": 1e3 * ours.all.cpu / plan.submissions,
            "marginal": 1e3 * (ours.all.cpu - ours.first.cpu) / (plan.submissions - 1),
        },
        "one": one,
        "help_seconds": help_seconds(),
    }


def _measure_stock(folder: Path, made: Sequence[Made]) -> tuple[_Side, _Side, Mapping[str, float]]:
    """nbgrader's autograde, its feedback, and its scores."""
    took: dict[str, list[Timed]] = {"autograde": [], "generate_feedback": []}
    scores: Mapping[str, float] = {}
    for number, sample in enumerate((made[:1], made)):
        course = stock_course(folder / f"stock{number}")
        course.hand_in(sample)
        took["autograde"].append(course.nbgrader("autograde", "--create"))
        took["generate_feedback"].append(course.nbgrader("generate_feedback"))
        scores = course.scores()
    first, feedback = (_Side(a, b, len(made)) for a, b in took.values())
    return first, feedback, scores


def _measure_ours(
    folder: Path, made: Sequence[Made], jobs: int, *options: str
) -> tuple[_Side, Mapping[str, float]]:
    times = []
    course: Course
    for number, sample in enumerate((made[:1], made)):
        course = our_course(folder / str(number))
        course.hand_in(sample)
        times.append(course.grade(jobs, *options))
    return _Side(times[0], times[1], len(made)), course.scores()


def _compare(count: int, stock: Sequence[_Side], ours: _Side) -> dict[str, float]:
    """Seconds a submission, and how many times as many we do in the same time."""
    theirs = sum(side.whole(count) for side in stock) / count
    mine = ours.whole(count) / count
    theirs_more, mine_more = sum(side.marginal for side in stock), ours.marginal
    return {
        "stock_seconds": theirs,
        "stock_marginal": theirs_more,
        "ours_seconds": mine,
        "ours_marginal": mine_more,
        "times": theirs / mine,
        "times_marginal": theirs_more / mine_more,
    }


def check_scores(
    made: Sequence[Made], stock: Mapping[str, float], ours: Mapping[str, float]
) -> int:
    """How many scores were compared. Raises BenchError for one that is not as it must be.

    What is right, or not there, is that for both. A wrong answer fails what follows from it in a
    notebook's own checks, and nothing but its own step in the judge's.
    """
    compared = 0
    for submission in made:
        for grader, scores in (("nbgrader", stock), ("autograder", ours)):
            score = scores.get(submission.student)
            if score is None and grader == "nbgrader":
                continue  # not in the sample
            if score is None or (submission.points is not None and score != submission.points):
                raise BenchError(
                    f"{submission.student} ({submission.kind}) has {score} points by {grader} "
                    f"and should have {submission.points}: no measurement."
                )
            compared += submission.points is not None
    return compared


def help_seconds() -> float:
    """Seconds until `autograder --help` has answered."""
    start = "import sys; from autograder.cli import main; sys.exit(main())"
    seconds = []
    for _ in range(_HELPS):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", start, "--help"], capture_output=True, check=True)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def measure_scale(counts: Sequence[int], jobs: int) -> dict[int, float]:
    """Seconds a submission without start-up, for batches of so many."""
    return dict(_scale(counts, jobs))


def _scale(counts: Sequence[int], jobs: int) -> Iterator[tuple[int, float]]:
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            course = our_course(Path(name) / "course")
            course.hand_in(make_submissions(count))
            first = f"--student={next(iter(make_submissions(1))).student}"
            alone = course.grade(jobs, "--no-feedback", first)
            rest = course.grade(jobs, "--no-feedback")
        yield count, (rest.wall - alone.wall) / (count - 2)


def per_one(seconds: Mapping[int, float]) -> float:
    """How much longer a submission takes in the largest batch than in the smallest."""
    return seconds[max(seconds)] / seconds[min(seconds)]
