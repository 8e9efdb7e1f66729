"""Why an answer in the notebook is wrong: from the cell that made it to a diagnosis."""

import contextlib
import copy
import dataclasses
import linecache
import warnings
from collections.abc import Callable
from typing import Any

import torch

from autograder.compare import Reference
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
from autograder.remarks import ONLY_SMALL, aliasing_message
from autograder.rerun import Again, run_again, run_elsewhere, situations
from autograder.second_look import holds, observed, second_look
from autograder.steps import FunctionStep, GradientStep, Stage, Step, ValueStep
from autograder.verdict import Diagnosis, StepVerdict

__all__ = ["explain"]

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
    again = run_again(stage, step.name, state.namespace)
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
        return _stale(verdict, step.name, again, state.reference(step))
    return diagnosed(stage, step, verdict, observed(step, again), again.calculation.text)


def _is_partial(stage: Stage, step: GradientStep | ValueStep, again: Again, state: State) -> bool:
    """Whether a cell that is right in small states leaves out a part of larger ones."""
    if again.own_sizes or is_right(again.own.answer, state.reference(step)):
        return False
    consistent = isinstance(step, ValueStep)
    at_home = situations(stage, own_sizes=True, consistent=consistent)
    return not holds(step, run_elsewhere(again, step.name, at_home, state.namespace))


def _stale(verdict: StepVerdict, name: str, again: Again, reference: Reference) -> StepVerdict:
    """The cell is right: what it read when it ran was old, or is wrong now."""
    if is_right(again.own.answer, reference):
        message = (
            f"your formula is right, but `{name}` is older than what it is made from: run this "
            "cell again."
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
