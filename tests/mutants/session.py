"""Judging many submissions on several cores, each in a sandbox of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from autograder.verdict import Status, StepVerdict
from tests.mutants.codes import statuses_of
from tests.mutants.court import Court, open_runners
from tests.mutants.tasks import Task

__all__ = ["Fault", "fault_in", "judge_all"]

_MOST_JOBS = 4
_courts: dict[str, Court] = {}


@dataclass(frozen=True)
class Fault:
    """A step that was judged otherwise than it should be.

    ``kind``: a mistake ``survived`` or got a ``status`` that does not name it; a right answer was
    ``killed``; or a step ``suffered`` from what is written in another one.
    """

    stage: str
    step: str
    kind: str
    source: str
    message: str

    def __str__(self) -> str:
        return f"{self.stage} {self.step} {self.kind}: {self.message}\n    {self.source!r}"


def judge_all(tasks: Sequence[Task]) -> Iterator[list[Fault]]:
    """The faults in each task, in order."""
    jobs = min(os.cpu_count() or 1, _MOST_JOBS)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_begin) as pool:
        yield from pool.map(_judge, tasks)


def _begin() -> None:
    from autograder.stages import STAGES

    runners = open_runners()
    _courts.update({stage: Court(stage, runners) for stage in STAGES})


def _judge(task: Task) -> list[Fault]:
    verdicts = _courts[task.stage].judge(task.answers, task.before, task.seed)
    faults = (fault_in(task, verdict) for verdict in verdicts.values())
    return [fault for fault in faults if fault is not None]


def fault_in(task: Task, verdict: StepVerdict) -> Fault | None:
    """What is wrong with the verdict on one step of a task, if anything is."""
    step, status = verdict.name, verdict.status
    mistake = task.wrong.get(step)
    if mistake is not None:
        if status in statuses_of(mistake.code):
            return None
        spared = status.passed or status is Status.HARD_CODED
        return _told(
            task, verdict, "survived" if spared else "status", mistake.source, mistake.code
        )
    if status.passed or step in task.left_out:
        return None
    kind = "killed" if step in task.right or task.name else "suffered"
    source = task.right.get(step, task.name or " | ".join(m.source for m in task.wrong.values()))
    return _told(task, verdict, kind, source)


def _told(task: Task, verdict: StepVerdict, kind: str, source: str, code: str = "") -> Fault:
    why = verdict.diagnosis.message if verdict.diagnosis else ""
    message = f"{code or 'right'} judged {verdict.status}: {why}"
    return Fault(task.stage, verdict.name, kind, source, message)
