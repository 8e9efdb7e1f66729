"""Why an answer in the notebook is wrong: from the cell that made it to a diagnosis."""

import contextlib
import copy
import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference
from autograder.diagnose import diagnose
from autograder.examine import State
from autograder.observation import Observation
from autograder.remarks import aliasing_message
from autograder.rerun import Again, run_again
from autograder.second_look import is_right, observed, second_look
from autograder.steps import FunctionStep, GradientStep, Stage, Step, ValueStep
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["explain"]

_UNEXPLAINED = "differs"
_SEED = 20  # of the arguments on which a function is called: those of its verdict


def explain(stage: Stage, step: Step, verdict: StepVerdict, state: State) -> StepVerdict:
    """The verdict with its diagnosis, found by running the student's cell or function again.

    A right answer gets a remark if its cell is wrong on other numbers. A verdict that needs no
    diagnosis (no tensor, or following from a wrong upstream gradient) comes back as it is, and so
    does one on a cell that cannot be run again.
    """
    if isinstance(step, GradientStep | ValueStep) and verdict.status.passed:
        return second_look(stage, step, verdict, state)
    if verdict.status is not Status.WRONG or verdict.comparison is None:
        return verdict
    match step:
        case FunctionStep():
            return _explain_function(stage, step, verdict, state.namespace[step.name])
        case GradientStep() | ValueStep():
            return _explain_cell(stage, step, verdict, state)
    return verdict


def _explain_cell(
    stage: Stage, step: GradientStep | ValueStep, verdict: StepVerdict, state: State
) -> StepVerdict:
    again = run_again(stage, step.name, state.namespace)
    if again is None:
        return verdict
    if changed := again.outcomes[0].changed:
        # An upstream gradient that is wrong may have been changed by this very cell.
        alone = dataclasses.replace(verdict, follows_from=())
        return _with(alone, Diagnosis("aliasing", aliasing_message(changed)))
    if verdict.follows_from or not again.answered:
        return verdict  # to be mended elsewhere; or on other numbers the cell comes to nothing
    observations = observed(step, again)
    if all(is_right(one.answer, one.expected) for one in observations):
        return _stale(verdict, step.name, again, state.reference(step))
    return _with(verdict, diagnose(stage, step, observations, source=again.calculation.text))


def _stale(verdict: StepVerdict, name: str, again: Again, reference: Reference) -> StepVerdict:
    """The cell is right: what it read when it ran was old, or is wrong now."""
    if is_right(again.own.answer, reference):
        message = (
            f"your formula is right, but `{name}` is older than what it is made from: run this "
            "cell again."
        )
        return _with(verdict, Diagnosis("stale", message))
    if verdict.remarks:
        return verdict  # they tell which variable has changed
    message = (
        "your formula is right; what it reads is not as it should be here: check the gradients "
        "that it is made from, and run the notebook again from the top."
    )
    return _with(verdict, Diagnosis("stale", message))


def _explain_function(
    stage: Stage, step: FunctionStep, verdict: StepVerdict, function: Callable[..., Any]
) -> StepVerdict:
    names = tuple(inspect.signature(step.expected).parameters)
    calls = []
    for arguments in step.draw(torch.Generator().manual_seed(_SEED)):
        references = step.expected(*arguments)
        with contextlib.suppress(Exception):  # a call that fails is no observation
            returned = function(*copy.deepcopy(arguments))
            results = [returned] if len(step.results) == 1 else list(returned)
            calls.append((dict(zip(names, arguments, strict=True)), results, references))
    number = _first_wrong(calls)
    observations = [
        Observation(given, results[number], references[number], number)
        for given, results, references in calls
        if len(results) > number and isinstance(results[number], Tensor)
    ]
    return _with(verdict, diagnose(stage, step, observations))


def _first_wrong(
    calls: Sequence[tuple[Mapping[str, Any], Sequence[Any], Sequence[Reference]]],
) -> int:
    """The number of the first result that is wrong in any call."""
    wrong = (
        number
        for _, results, references in calls
        for number, (result, expected) in enumerate(zip(results, references, strict=False))
        if not is_right(result, expected)
    )
    return next(wrong, 0)


def _with(verdict: StepVerdict, diagnosis: Diagnosis) -> StepVerdict:
    """The verdict with a diagnosis; one that explains nothing does not replace a shape's story."""
    if diagnosis.code == _UNEXPLAINED and verdict.diagnosis is not None:
        return verdict
    return dataclasses.replace(verdict, diagnosis=diagnosis)
