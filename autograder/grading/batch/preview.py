"""`autograder grade --dry-run`: whose score would change; nothing is written."""

from __future__ import annotations

import contextlib
from pathlib import Path

from sqlalchemy.engine import make_url

from autograder.grading.batch.display import Display
from autograder.grading.batch.plan import Plan, Wanted, make_plan
from autograder.grading.batch.pool import Pool
from autograder.grading.batch.settings import Outcome, Request, Summary
from autograder.grading.batch.work import entry_of, judging_job, outcome_of
from autograder.grading.errors import GradingError
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Journal, journal_path
from autograder.grading.record.recorded import Recorded, read_recorded
from autograder.grading.versions import digest_of, versions

__all__ = ["preview"]


def preview(
    request: Request, course: CourseFolder, students: tuple[str, ...], pool: Pool | None = None
) -> Summary:
    """Judge what has no verdict yet, and tell all as if it had been recorded.

    Raises GradingError.
    """
    stage = request.stage
    recorded = _recorded(course, stage)
    journal = Journal(journal_path(course.root, stage), writable=False)
    with contextlib.ExitStack() as stack:
        if pool is None:
            pool = stack.enter_context(Pool(request.sandbox, request.jobs))
        wanted = Wanted(digest_of(course.source(stage)), versions(), request.seed)
        plan = make_plan(course, stage, students, journal, recorded, wanted, again=request.again)
        summary = Summary(stage, other=plan.other)
        for student, entry in plan.known.items():
            judged = student in plan.record or student in plan.judge
            summary.outcomes[student] = outcome_of(entry, recorded, judged=judged)
        if plan.judge:
            first = judging_job(request, course, plan.judge[0])
            pool.wait(len(plan.judge), first)
            with Display(len(plan.judge), quiet=request.quiet) as display:
                _judge_all(pool, plan, request, course, recorded, summary, display)
    return summary


def _judge_all(
    pool: Pool,
    plan: Plan,
    request: Request,
    course: CourseFolder,
    recorded: dict[str, Recorded],
    summary: Summary,
    display: Display,
) -> None:
    for student in plan.judge:
        pool.give(judging_job(request, course, student))
    for _ in plan.judge:
        answer = pool.answers.get()
        student = answer.job["student"]
        if told := answer.result.get("lacking"):
            raise GradingError(told)
        if told := answer.result.get("failed"):
            summary.outcomes[student] = Outcome(student, None, f"{student}: {told}", judged=True)
        else:
            entry = entry_of(student, request.stage, answer.result)
            summary.outcomes[student] = outcome_of(entry, recorded, judged=True)
        display.advance(failed=bool(summary.outcomes[student].fault))


def _recorded(course: CourseFolder, stage: str) -> dict[str, Recorded]:
    """What the gradebook has; nothing if there is no gradebook yet."""
    url = make_url(course.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return {}
    with contextlib.suppress(GradingError):
        return read_recorded(course, stage)
    return {}
