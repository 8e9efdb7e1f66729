"""A second look at a right answer: whether its cell is right on other numbers, too.

On the notebook's minibatch some wrong formulas come out right: where the true gradient is zero,
where a size is written as a number, where the last character does not occur. The judge tries
numbers that show it, by the same rules, and a student should hear of it before.
"""

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from autograder.compare import Reference, compare
from autograder.diagnose import diagnose
from autograder.examine import State
from autograder.observation import Observation
from autograder.remarks import aliasing_message
from autograder.rerun import Again, run_again, run_elsewhere, situations
from autograder.steps import GradientStep, Stage, ValueStep
from autograder.verdict import StepVerdict

__all__ = ["is_right", "observed", "second_look"]

_HARD_CODED = (
    "this is right in the notebook's own sizes only: write `n` or a `.shape` in place of a number "
    "such as 32 or 27, and say `num_classes`."
)
_NO_ANSWER = (
    "on other numbers than these the cell comes to no answer, and the grader tries them: is a "
    "size written as a number, or guessed (`num_classes`)?"
)
_SHORTCUT = "this comes straight from the loss; make it from the gradients of the steps before."


def second_look(
    stage: Stage, step: GradientStep | ValueStep, verdict: StepVerdict, state: State
) -> StepVerdict:
    """The verdict on a right answer, with a remark if the judge will not find it right."""
    again = run_again(stage, step.name, state.namespace)
    if again is None:
        return verdict
    if changed := again.outcomes[0].changed:
        told = aliasing_message(changed)
    elif not is_right(again.own.answer, state.reference(step)):
        return verdict  # it is not this cell that made the answer
    else:
        told = _trouble(stage, step, again, state.namespace) if again.answered else _NO_ANSWER
    return dataclasses.replace(verdict, remarks=(*verdict.remarks, told)) if told else verdict


def observed(step: GradientStep | ValueStep, again: Again) -> list[Observation]:
    """The answers of all runs; each has to be there."""
    return [
        Observation(outcome.given, outcome.answer, situation.expected[step.name])
        for situation, outcome in zip(again.situations, again.outcomes, strict=True)
    ]


def is_right(answer: Any, expected: Reference) -> bool:
    """Whether what came out of a cell or a function is right; it may be anything."""
    if not isinstance(answer, Tensor):
        return False
    with contextlib.suppress(TypeError, RuntimeError):
        return compare(answer, expected).passed
    return False


def _trouble(
    stage: Stage, step: GradientStep | ValueStep, again: Again, namespace: Mapping[str, Any]
) -> str:
    """What the judge will find, as a sentence; nothing if it finds the answer right."""
    if _holds(step, again):
        return _HARD_CODED if again.own_sizes else ""
    if isinstance(step, GradientStep) and _is_loss_gradient(step, again):
        return "" if step.from_loss else _SHORTCUT
    if not (isinstance(step, GradientStep) and step.degenerate):
        consistent = situations(stage, again.own_sizes, consistent=True)
        if _holds(step, run_elsewhere(again, step.name, consistent, namespace)):
            return ""
    if not again.own_sizes:
        at_home = run_elsewhere(again, step.name, situations(stage, own_sizes=True), namespace)
        if _holds(step, at_home):
            return _HARD_CODED
    found = diagnose(stage, step, observed(step, again), source=again.calculation.text)
    why = "" if found.code == "differs" else f" {found.message}"
    return f"on other numbers than these your formula is wrong, and the grader tries them.{why}"


def _holds(step: GradientStep | ValueStep, again: Again) -> bool:
    return again.answered and all(
        is_right(one.answer, one.expected) for one in observed(step, again)
    )


def _is_loss_gradient(step: GradientStep, again: Again) -> bool:
    pairs = zip(again.situations, again.outcomes, strict=True)
    return all(is_right(run.answer, Reference.of(one.truth[step.name])) for one, run in pairs)
