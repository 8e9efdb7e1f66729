"""The functions that a student writes, called in the submission's process on random arguments."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import torch
from torch import Tensor

from autograder.diagnosed import Call, diagnosed, needs_diagnosis, observe_calls
from autograder.examine_function import (
    changed_an_argument,
    describe_call,
    judge_results,
    most_telling,
)
from autograder.grading.answers import as_value, ended_early, missing_answer, told
from autograder.grading.reasons import with_explanation
from autograder.grading.results import Called, CellResult, Fetched, Missing, NotATensor
from autograder.grading.runner_process import Runner
from autograder.grading.seed import generator_for
from autograder.grading.values import tensors_in
from autograder.judge_tensor import unjudged
from autograder.steps import FunctionStep, Stage
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["judge_function"]

_SECONDS = 30.0  # for a call
_DOORS = "from autograder.grading import doors as _doors\n_doors.{action}_doors()\ndel _doors"


def judge_function(
    runner: Runner, stage: Stage, step: FunctionStep, source: str, ended: CellResult, seed: int
) -> StepVerdict:
    """The verdict on the function that ``step``'s cell has left in the runner's variables.

    ``source`` is the cell's. Where the function is wrong and the stage has a right one, that one
    takes its place. Raises RunnerDied.
    """
    function = runner.fetch([step.name])[step.name]
    if isinstance(function, Missing) or _is_nothing(function):
        return missing_answer(step, function, ended)
    if not _may_be_called(function):
        kind = function.type_name if isinstance(function, NotATensor) else "Tensor"
        message = f"`{step.name}` should be a function; it is of type {kind}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    before = _default_dtype(runner)
    runner.run(_DOORS.format(action="shut"), silent=True, timeout=_SECONDS)
    tried = _call_on_draws(runner, step, seed)
    if runner.alive:
        runner.run(_DOORS.format(action="open"), silent=True, timeout=_SECONDS)
        runner.set_default_dtype(before)
    verdict = most_telling(step, (one.verdict for one in tried))
    if not verdict.status.passed:
        if step.own is not None and len(tried) > step.own and tried[step.own].passed:
            verdict = _hard_coded(step, verdict)
        else:
            verdict = _with_reason(stage, step, verdict, tried, source)
        if step.right is not None and runner.alive:
            runner.put({step.name: step.right})
    return verdict


@dataclass(frozen=True)
class _Tried:
    """The verdict on one call; what it returned, or how it ended."""

    verdict: StepVerdict
    arguments: tuple[Any, ...]
    call: Call | None = None
    ended: Called | None = None

    @property
    def passed(self) -> bool:
        return self.verdict.status.passed


def _call_on_draws(runner: Runner, step: FunctionStep, seed: int) -> list[_Tried]:
    """Each call, up to the first that does not return in time."""
    tried: list[_Tried] = []
    for arguments in step.draw(generator_for(seed, step.name)):
        tried.append(_try(runner, step, arguments))
        if tried[-1].verdict.status in (Status.TIMEOUT, Status.KILLED):
            break  # the others would take as long
    return tried


def _with_reason(
    stage: Stage, step: FunctionStep, verdict: StepVerdict, tried: Sequence[_Tried], source: str
) -> StepVerdict:
    """The verdict on a function with the mistake that it makes, or what its exception means."""
    if verdict.status is Status.RAISED:
        first = next(one for one in tried if one.verdict is verdict)
        parameters = inspect.signature(step.expected).parameters
        names = dict(zip(parameters, first.arguments, strict=True))
        ended = first.ended or Called("raised")
        return with_explanation(stage, verdict, ended, source, names)
    if not needs_diagnosis(verdict):
        return verdict
    calls = {number: one.call for number, one in enumerate(tried) if one.call is not None}
    return diagnosed(stage, step, verdict, observe_calls(step, calls), source)


def _try(runner: Runner, step: FunctionStep, arguments: tuple[Any, ...]) -> _Tried:
    if not runner.alive:
        return _Tried(ended_early(step, "killed", _SECONDS), arguments)
    floating = (t.dtype for t in tensors_in(arguments) if t.is_floating_point())
    runner.set_default_dtype(next(floating, torch.float64))
    answer = runner.call(step.name, arguments, timeout=_SECONDS)
    verdict = _unanswered(step, arguments, answer)
    if verdict is not None:
        return _Tried(verdict, arguments, ended=answer)
    result, references = as_value(answer.result), step.expected(*arguments)
    verdict = judge_results(step, describe_call(step, arguments), result, references)
    if verdict.status is Status.NOT_A_TENSOR:
        return _Tried(verdict, arguments)
    results = [result] if len(step.results) == 1 else list(result)
    return _Tried(verdict, arguments, Call(arguments, results, references))


def _unanswered(
    step: FunctionStep, arguments: tuple[Any, ...], answer: Called
) -> StepVerdict | None:
    """The verdict on a call that came to no tensor of its own; None for any other."""
    call = describe_call(step, arguments)
    if answer.status in ("timeout", "killed"):
        return ended_early(step, answer.status, _SECONDS)
    if answer.error_name == "DoorShut":
        message = f"{call} calls autograd: write the gradient by hand."
        return unjudged(step, Status.USED_AUTOGRAD, "used_autograd", message)
    if answer.error_name == "NotImplementedError" and not answer.error_message:
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
    return None


def _is_nothing(value: Fetched) -> TypeGuard[NotATensor]:
    """Whether a value is None or the three dots of a stub."""
    return isinstance(value, NotATensor) and value.type_name in ("NoneType", "ellipsis")


def _may_be_called(value: Tensor | NotATensor) -> bool:
    """Whether a value could be a function: it is no tensor, number, text, list or None."""
    if isinstance(value, Tensor) or value.items is not None or value.value is not None:
        return False
    return not _is_nothing(value)


def _default_dtype(runner: Runner) -> torch.dtype:
    """The default dtype that the notebook has set in its process."""
    probe = "_dtype_probe = __import__('torch').zeros(())"
    runner.run(probe, silent=True, timeout=_SECONDS)
    tensor = runner.fetch(["_dtype_probe"])["_dtype_probe"]
    runner.delete(["_dtype_probe"])
    return tensor.dtype if isinstance(tensor, Tensor) else torch.float64


def _hard_coded(step: FunctionStep, verdict: StepVerdict) -> StepVerdict:
    why = verdict.diagnosis.message if verdict.diagnosis else ""
    elsewhere = (f"in other sizes: {why}",) if why else ()
    message = (
        f"`{step.name}` is right for the notebook's own sizes and wrong for others: take every "
        "size from its arguments (`len(x)`, `x.shape`)."
    )
    return StepVerdict(
        step.name,
        Status.HARD_CODED,
        step.points,
        Diagnosis("hard_coded_size", message),
        remarks=(*elsewhere, *verdict.remarks),
    )
