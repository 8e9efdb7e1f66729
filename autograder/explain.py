"""Why an answer in the notebook is wrong: from the cell that made it to a diagnosis."""

import contextlib
import copy
import dataclasses
import linecache
import math
import warnings
from collections.abc import Callable
from typing import Any

import torch

from autograder.diagnosed import (
    Call,
    diagnosed,
    is_right,
    needs_diagnosis,
    observe_calls,
    with_section,
)
from autograder.examine import State
from autograder.examine_function import default_dtype_of
from autograder.made_in_parts import run_too_often
from autograder.reassigned import new_value
from autograder.remarks import ONLY_SMALL, aliasing_message
from autograder.rerun import Again, run_again, run_elsewhere, situations
from autograder.second_look import holds, observed, second_look, with_autograd_told
from autograder.steps import FunctionStep, GradientStep, Stage, Step, ValueStep
from autograder.verdict import Diagnosis, StepVerdict

__all__ = ["explain"]

# Entries of an answer that no step comes near, the notebook's own `(n, 64)` and the like.
_LARGEST = 1_000_000
_FROM_THE_TOP = "Then run the notebook from the top."
_SEED = 20  # of the arguments on which a function is called: those of its verdict


def explain(stage: Stage, step: Step, verdict: StepVerdict, state: State) -> StepVerdict:
    """The verdict with its diagnosis, and in that the section to read again.

    The student's cell or function runs again to find it. A right answer gets a remark if its cell
    is wrong on other numbers. A verdict that needs no diagnosis (no tensor, or following from a
    wrong upstream gradient) keeps what it has, and so does one on a cell that cannot be run again.
    Where the search itself fails, the verdict comes back as it is, with a warning.
    """
    try:
        verdict = _explained(stage, step, verdict, state)
    except Exception as error:  # what a student's variables hold may fail in ways of its own
        told = f"{type(error).__name__}: {error}"
        warnings.warn(f"no explanation of {step.name}: {told}", RuntimeWarning, stacklevel=2)
    return with_section(stage, verdict)


def _explained(stage: Stage, step: Step, verdict: StepVerdict, state: State) -> StepVerdict:
    if isinstance(step, GradientStep | ValueStep) and verdict.status.passed:
        return second_look(stage, step, verdict, state)
    if isinstance(step, FunctionStep) and verdict.status.passed:
        return with_autograd_told(verdict, state)
    if not needs_diagnosis(verdict):
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
    if _is_far_too_large(verdict):
        return verdict  # its shape is told, and to make it again takes long
    again = run_again(stage, step.name, state.namespace, state.right_for(step))
    if again is None:
        return verdict
    if changed := again.outcomes[0].changed:
        # An upstream gradient that is wrong may have been changed by this very cell.
        alone = dataclasses.replace(verdict, follows_from=())
        return dataclasses.replace(
            alone, diagnosis=Diagnosis("aliasing", aliasing_message(changed))
        )
    if verdict.follows_from or not again.answered:
        return verdict  # to be mended elsewhere; or on other numbers the cell comes to nothing
    if isinstance(
        step, ValueStep
    ):  # its reference follows from the inputs, as they from each other
        consistent = situations(stage, again.own_sizes, consistent=True)
        again = run_elsewhere(again, step.name, consistent, state.namespace)
    if holds(step, again):
        if _is_partial(stage, step, again, state):
            return dataclasses.replace(verdict, diagnosis=Diagnosis("hard_coded_size", ONLY_SMALL))
        return _stale(verdict, step, again, state)
    known = "\n".join((*verdict.remarks, *state.told_of(state.mended)))
    new = [name for name in again.outcomes[0].rebound if f"gives `{name}`" not in known]
    if new:
        verdict = dataclasses.replace(verdict, remarks=(*verdict.remarks, new_value(new)))
    return diagnosed(stage, step, verdict, observed(step, again), again.calculation.text)


def _is_far_too_large(verdict: StepVerdict) -> bool:
    comparison = verdict.comparison
    return comparison is not None and math.prod(comparison.shape) > _LARGEST


def _is_partial(stage: Stage, step: GradientStep | ValueStep, again: Again, state: State) -> bool:
    """Whether a cell that is right in small states leaves out a part of larger ones."""
    if again.own_sizes or is_right(again.own.answer, state.reference(step)):
        return False
    consistent = isinstance(step, ValueStep)
    at_home = situations(stage, own_sizes=True, consistent=consistent)
    return not holds(step, run_elsewhere(again, step.name, at_home, state.namespace))


def _stale(
    verdict: StepVerdict, step: GradientStep | ValueStep, again: Again, state: State
) -> StepVerdict:
    """The cell is right: what it read when it ran was old, or is wrong now."""
    name, reference = step.name, state.reference(step)
    if new := again.outcomes[0].rebound:
        message = f"your formula is right, but {new_value(new)} {_FROM_THE_TOP}"
        return dataclasses.replace(verdict, diagnosis=Diagnosis("stale", message))
    if is_right(again.own.answer, reference):
        message = "your formula is right, but " + (
            run_too_often(name, state.cells)
            or f"`{name}` is older than what it is made from: run this cell again."
        )
        return dataclasses.replace(verdict, diagnosis=Diagnosis("stale", message))
    if verdict.remarks:
        return verdict  # they tell which variable has changed
    message = (
        "your formula is right; what it reads is not as it should be here: check the gradients "
        "that it is made from, and run the notebook again from the top."
    )
    return dataclasses.replace(verdict, diagnosis=Diagnosis("stale", message))


def _explain_function(
    stage: Stage, step: FunctionStep, verdict: StepVerdict, function: Callable[..., Any]
) -> StepVerdict:
    calls = {}
    for number, arguments in enumerate(step.draw(torch.Generator().manual_seed(_SEED))):
        with contextlib.suppress(Exception):  # a call that fails is no observation
            with default_dtype_of(arguments):
                returned = function(*copy.deepcopy(arguments))
            results = [returned] if len(step.results) == 1 else list(returned)
            calls[number] = Call(arguments, results, step.expected(*arguments))
    return diagnosed(stage, step, verdict, observe_calls(step, calls), _source(function))


def _source(function: Callable[..., Any]) -> str:
    """The text of the cell that defines a function; empty for a callable of another kind."""
    code = getattr(function, "__code__", None)
    return "".join(linecache.getlines(code.co_filename)) if code is not None else ""
