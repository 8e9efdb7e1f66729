"""A second look at a right answer: whether its cell is right on other numbers, too.

On the notebook's minibatch some wrong formulas come out right: where the true gradient is zero,
where a size is written as a number, where the last character does not occur. The judge tries
numbers that show it, by the same rules, and a student should hear of it before.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from autograder.asked_of_autograd import remark_on_autograd
from autograder.compare import Reference
from autograder.diagnosed import diagnosed, is_right, observe
from autograder.examine import State
from autograder.observation import Observation
from autograder.reassigned import new_value
from autograder.remarks import NO_POINTS, aliasing_message
from autograder.rerun import Again, run_again, run_elsewhere, situations
from autograder.steps import GradientStep, Stage, ValueStep
from autograder.verdict import StepVerdict

__all__ = [
    "HARD_CODED",
    "NO_ANSWER",
    "SHORTCUT",
    "holds",
    "observed",
    "second_look",
    "trouble",
    "with_autograd_told",
]

HARD_CODED = (
    "this is right in the notebook's own sizes only, and the grader gives half the points: write "
    "`n` or a `.shape` in place of a number, and say `num_classes`."
)
NO_ANSWER = (
    "on other numbers than these the cell comes to no answer, and the grader tries them: is a "
    "size written as a number, or guessed (`num_classes`)?"
)
SHORTCUT = "this comes straight from the loss; make it from the gradients of the steps before."


def second_look(
    stage: Stage, step: GradientStep | ValueStep, verdict: StepVerdict, state: State
) -> StepVerdict:
    """The verdict on a right answer, with a remark if the judge will not find it right."""
    again = run_again(stage, step.name, state.namespace, state.right_for(step))
    if again is None:
        return with_autograd_told(verdict, state)
    if changed := again.outcomes[0].changed:
        told = f"{aliasing_message(changed)} {NO_POINTS}"
    elif not is_right(again.own.answer, state.reference(step)):
        return verdict  # it is not this cell that made the answer
    else:
        told = (
            trouble(stage, step, verdict, again, state.namespace) if again.answered else NO_ANSWER
        )
    remarks = (told,) if told else ()
    if new := tuple(name for name in again.outcomes[0].rebound if name not in state.mended):
        remarks = (*remarks, new_value(new))
    return dataclasses.replace(verdict, remarks=(*verdict.remarks, *remarks))


def with_autograd_told(verdict: StepVerdict, state: State) -> StepVerdict:
    """The verdict on a right answer, with a remark if its cell asked autograd for it."""
    told = remark_on_autograd(verdict.name, state.namespace)
    return dataclasses.replace(verdict, remarks=(*verdict.remarks, told)) if told else verdict


def observed(step: GradientStep | ValueStep, again: Again) -> list[Observation | None]:
    """The answers of all runs; None for what is no tensor of finite numbers."""
    return [
        observe(outcome.given, outcome.answer, situation.expected[step.name])
        for situation, outcome in zip(again.situations, again.outcomes, strict=True)
    ]


def holds(step: GradientStep | ValueStep, again: Again) -> bool:
    """Whether the cell came to the right answer in every run."""
    pairs = zip(again.situations, again.outcomes, strict=True)
    return all(is_right(run.answer, one.expected[step.name]) for one, run in pairs)


def trouble(
    stage: Stage,
    step: GradientStep | ValueStep,
    verdict: StepVerdict,
    again: Again,
    namespace: Mapping[str, Any],
) -> str:
    """What the judge will find, as a sentence; nothing if it finds the answer right."""
    if not again.answered:
        return NO_ANSWER
    if holds(step, again):
        return HARD_CODED if again.own_sizes else ""
    if isinstance(step, GradientStep) and _is_loss_gradient(step, again):
        return "" if step.from_loss else SHORTCUT
    if not (isinstance(step, GradientStep) and step.degenerate):
        consistent = situations(stage, again.own_sizes, consistent=True)
        if holds(step, run_elsewhere(again, step.name, consistent, namespace)):
            return ""
    if not again.own_sizes:
        at_home = run_elsewhere(again, step.name, situations(stage, own_sizes=True), namespace)
        if holds(step, at_home):
            return HARD_CODED
    seen = observed(step, again)
    found = diagnosed(stage, step, verdict, seen, again.calculation.text).diagnosis
    why = "" if found is None or found.code == "differs" else f" {found.message}"
    return f"on other numbers than these your formula is wrong, and the grader tries them.{why}"


def _is_loss_gradient(step: GradientStep, again: Again) -> bool:
    pairs = zip(again.situations, again.outcomes, strict=True)
    return all(is_right(run.answer, Reference.of(one.truth[step.name])) for one, run in pairs)
