"""The run of the notebook as it stands: outputs for feedback, functions and found numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor

from autograder.examine_function import (
    changed_an_argument,
    describe_call,
    judge_results,
    most_telling,
)
from autograder.grading.answers import as_value, ended_early, missing_answer, told
from autograder.grading.cells import Cells
from autograder.grading.errors import GradingError
from autograder.grading.process import CellDied
from autograder.grading.results import CellResult, Missing, NotATensor, RunnerDied
from autograder.grading.results import Status as RunStatus
from autograder.grading.runner_process import Runner
from autograder.grading.seed import generator_for
from autograder.grading.values import same_bytes, tensors_in
from autograder.judge_tensor import unjudged
from autograder.steps import FunctionStep, PropertyStep
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["OwnRun"]

_SECONDS = 60.0  # for a cell of the notebook
_CALL_SECONDS = 30.0
_DOORS = "from autograder.grading import doors as _doors\n_doors.{action}_doors()\ndel _doors"


@dataclass
class OwnRun:
    """Runs every cell once, in order; judges functions and properties as soon as they are there.

    ``own`` gives the notebook's own variables by name, as the instructor's cells make them.
    ``dead`` maps cells that are not to be run to why. After ``run`` there are ``verdicts``, and
    in ``ended`` how each cell ended.
    """

    cells: Cells
    seed: int
    own: Callable[[tuple[str, ...]], tuple[Any, ...]]
    silent: bool
    dead: dict[int, str] = field(default_factory=dict)
    verdicts: dict[str, StepVerdict] = field(default_factory=dict)
    ended: list[CellResult] = field(default_factory=list)

    def run(self, runner: Runner) -> None:
        """Run all the cells after the set-up. Raises CellDied when one ends the process."""
        self.ended.clear()
        for place, cell in enumerate(self.cells.all):
            step = self.cells.stage.by_name.get(cell.name) if cell.kind == "solution" else None
            seconds = step.seconds if isinstance(step, PropertyStep) else _SECONDS
            if cell.kind == "setup":
                ended = CellResult("ok")
            elif place in self.dead:
                ended = CellResult(cast(RunStatus, self.dead[place]))
            else:
                if isinstance(step, PropertyStep):
                    self._put_right(runner, step, place)
                ended = runner.run(cell.source, silent=self.silent, timeout=seconds)
            self.ended.append(ended)
            if isinstance(step, FunctionStep | PropertyStep):
                self.verdicts[step.name] = self._verdict(runner, step, ended, seconds)
            if not runner.alive:
                raise CellDied(place, "timeout" if ended.status == "timeout" else "killed")

    def _put_right(self, runner: Runner, step: PropertyStep, place: int) -> None:
        """Define anew what the answer will be judged by, where a cell before has changed it."""
        right = {
            name: value
            for name, value in zip(step.inputs, self.own(step.inputs), strict=True)
            if isinstance(value, Tensor)
        }
        try:
            for name, found in runner.fetch(list(right)).items():
                if not (isinstance(found, Tensor) and same_bytes(found, right[name])):
                    runner.put({name: right[name]})
        except RunnerDied as error:
            raise CellDied(place, "killed") from error

    def _verdict(
        self, runner: Runner, step: FunctionStep | PropertyStep, ended: CellResult, seconds: float
    ) -> StepVerdict:
        if ended.status in ("timeout", "killed"):
            return ended_early(step, ended.status, seconds)
        try:
            if isinstance(step, PropertyStep):
                return self._judge_property(runner, step, ended)
            return self._judge_function(runner, step, ended)
        except RunnerDied:
            return ended_early(step, "killed", seconds)

    def _judge_property(self, runner: Runner, step: PropertyStep, ended: CellResult) -> StepVerdict:
        answer = runner.fetch([step.name])[step.name]
        empty = isinstance(answer, NotATensor) and answer.type_name in ("NoneType", "ellipsis")
        if isinstance(answer, Missing) or empty or ended.status == "raised":
            missing = answer if isinstance(answer, NotATensor) and empty else Missing()
            return missing_answer(step, missing, ended)
        value = as_value(answer)
        try:
            diagnosis = step.judge(value, *self.own(step.inputs))
        except Exception as error:  # an answer of any shape or type
            diagnosis = Diagnosis(
                "wrong",
                f"`{step.name}` could not be judged: {told(type(error).__name__, str(error))}",
            )
            if isinstance(value, NotATensor):
                message = f"`{step.name}` is of type {value.type_name}, which cannot be judged."
                diagnosis = Diagnosis("not_a_tensor", message)
        status = Status.CORRECT if diagnosis is None else Status.WRONG
        return StepVerdict(step.name, status, step.points, diagnosis)

    def _judge_function(self, runner: Runner, step: FunctionStep, ended: CellResult) -> StepVerdict:
        function = runner.fetch([step.name])[step.name]
        if isinstance(function, Missing):
            return missing_answer(step, function, ended)
        if not _may_be_called(function):
            kind = function.type_name if isinstance(function, NotATensor) else "Tensor"
            message = f"`{step.name}` should be a function; it is of type {kind}."
            return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
        draws = step.draw(generator_for(self.seed, step.name))
        before = _default_dtype(runner)
        runner.run(_DOORS.format(action="shut"), silent=True, timeout=_SECONDS)
        called = [self._call(runner, step, arguments) for arguments in draws]
        if runner.alive:
            runner.run(_DOORS.format(action="open"), silent=True, timeout=_SECONDS)
            runner.set_default_dtype(before)
        verdict = most_telling(step, called)
        if not verdict.status.passed:
            if step.own is not None and called[step.own].status.passed:
                verdict = _hard_coded(step, verdict)
            if step.right is not None and runner.alive:
                runner.put({step.name: step.right})
        return verdict

    def _call(self, runner: Runner, step: FunctionStep, arguments: tuple[Any, ...]) -> StepVerdict:
        if not runner.alive:
            return ended_early(step, "killed", _CALL_SECONDS)
        call = describe_call(step, arguments)
        floating = (t.dtype for t in tensors_in(arguments) if t.is_floating_point())
        runner.set_default_dtype(next(floating, torch.float64))
        answer = runner.call(step.name, arguments, timeout=_CALL_SECONDS)
        if answer.status in ("timeout", "killed"):
            return ended_early(step, answer.status, _CALL_SECONDS)
        if answer.error_name == "DoorShut":
            message = f"{call} calls autograd: write the gradient by hand."
            return unjudged(step, Status.USED_AUTOGRAD, "used_autograd", message)
        if answer.error_name == "NotImplementedError":
            message = f"`{step.name}` is not written yet."
            return unjudged(step, Status.NOT_ATTEMPTED, "not_attempted", message)
        if answer.status == "raised":
            message = f"{call} raised {told(answer.error_name, answer.error_message)}"
            return unjudged(step, Status.RAISED, "raised", message)
        if answer.changed:
            return changed_an_argument(step, call)
        result = as_value(answer.result)
        if isinstance(result, NotATensor) and len(step.results) == 1:
            message = f"{call} should return a tensor, not a value of type {result.type_name}."
            return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
        return judge_results(step, call, result, step.expected(*arguments))


def _may_be_called(value: Tensor | NotATensor) -> bool:
    """Whether a value could be a function: it is no tensor, number, text, list or None."""
    if isinstance(value, Tensor) or value.items is not None or value.value is not None:
        return False
    return value.type_name not in ("NoneType", "ellipsis")


def _default_dtype(runner: Runner) -> torch.dtype:
    """The default dtype that the notebook has set in its process."""
    probe = "_dtype_probe = __import__('torch').zeros(())"
    runner.run(probe, silent=True, timeout=_SECONDS)
    tensor = runner.fetch(["_dtype_probe"])["_dtype_probe"]
    runner.delete(["_dtype_probe"])
    return tensor.dtype if isinstance(tensor, Tensor) else torch.float64


def _hard_coded(step: FunctionStep, verdict: StepVerdict) -> StepVerdict:
    why = verdict.diagnosis.message if verdict.diagnosis else ""
    remarks: Mapping[bool, tuple[str, ...]] = {True: (f"in other sizes: {why}",), False: ()}
    message = (
        f"`{step.name}` is right for the notebook's own sizes and wrong for others: take every "
        "size from its arguments (`len(x)`, `x.shape`)."
    )
    return StepVerdict(
        step.name,
        Status.HARD_CODED,
        step.points,
        Diagnosis("hard_coded_size", message),
        remarks=remarks[bool(why)] + verdict.remarks,
    )
