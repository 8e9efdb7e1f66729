"""The judge: from a prepared submission to its verdict.

A step counts if its local rule holds on states that the student has never seen. This process is
trusted and runs nothing of the submission; what runs in the other one, see ``passes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from autograder.diagnosed import with_section
from autograder.figures.drawing import Drawing
from autograder.grading.autograd_flow import AutogradUse
from autograder.grading.cells import Cells
from autograder.grading.fresh import FreshStates
from autograder.grading.own_run import OwnRun
from autograder.grading.own_state import own_values
from autograder.grading.process import Process
from autograder.grading.receipt import make_receipt
from autograder.grading.repair import Prepared
from autograder.grading.results import CellResult
from autograder.grading.runner_process import Runner
from autograder.judge_tensor import unjudged
from autograder.steps import FunctionStep, ManualStep, PropertyStep, Stage
from autograder.threads import one_thread
from autograder.verdict import Flag, Status, StepVerdict, SubmissionVerdict

__all__ = ["Judged", "judge"]


@dataclass(frozen=True)
class Judged:
    """A verdict, and how each prepared cell ended in the notebook's own run (if there was one).

    ``maps`` show where wrong answers differ, by step, if there is to be feedback.
    """

    verdict: SubmissionVerdict
    cells: tuple[CellResult, ...] = ()
    maps: Mapping[str, Drawing] = field(default_factory=dict)


def judge(
    prepared: Prepared,
    stage: Stage,
    *,
    locked: Sequence[str],
    stage_version: str,
    seed: int,
    start: Callable[[], Runner],
    feedback: bool = False,
) -> Judged:
    """Judge a submission of ``stage``.

    ``start`` opens a runner, another one each time that a cell has ended one. ``locked`` are the
    sources of the instructor's locked cells, ``stage_version`` is the digest of the notebook that
    they come from: they run in this process, so they must not come from anywhere else.
    ``feedback``: keep the outputs of the notebook's
    own run. Raises GradingError when the course's own cells do not run here.
    """
    cells = Cells(stage, prepared.cells)
    with one_thread(), Process(cells, start, locked) as process:
        own = OwnRun(cells, seed, cache(partial(own_values, tuple(locked))), silent=not feedback)
        if feedback or any(isinstance(s, FunctionStep | PropertyStep) for s in stage.steps):
            process.attempt(own.run, own.dead)
        failing = {place for place, ended in enumerate(own.ended) if ended.status != "ok"}
        fresh = FreshStates(cells, process, seed, failing)
        verdicts = {**own.verdicts, **fresh.verdicts()}
    uses = cells.autograd()
    for use in uses:
        if use.refused:
            verdicts[use.step] = _refuse(stage, use)
    verdicts = {name: with_section(stage, one) for name, one in verdicts.items()}
    verdict = SubmissionVerdict(
        stage=stage.name,
        steps=tuple(verdicts[step.name] for step in stage.checked),
        receipt=make_receipt(prepared.submission, stage_version, seed),
        repairs=prepared.repairs,
        flags=_flags(uses, verdicts),
        manual={step.name: step.points for step in stage.steps if isinstance(step, ManualStep)},
    )
    wrong = [step.name for step in verdict.steps if step.status is Status.WRONG]
    return Judged(verdict, tuple(own.ended), fresh.maps(wrong) if feedback else {})


def _refuse(stage: Stage, use: AutogradUse) -> StepVerdict:
    step = stage.by_name[use.step]
    assert not isinstance(step, ManualStep)
    return unjudged(step, Status.USED_AUTOGRAD, "used_autograd", use.message)


def _flags(uses: Sequence[AutogradUse], verdicts: Mapping[str, StepVerdict]) -> tuple[Flag, ...]:
    """One flag for each finding, and for each answer that came to a shut door."""
    flags = [
        Flag(use.step, "used_autograd" if use.refused else "autograd_suspected", use.message)
        for use in uses
    ]
    told = {use.step for use in uses}
    for name, verdict in verdicts.items():
        if verdict.status is Status.USED_AUTOGRAD and name not in told and verdict.diagnosis:
            flags.append(Flag(name, "used_autograd", verdict.diagnosis.message))
    return tuple(flags)
