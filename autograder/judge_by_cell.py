"""The verdict on an answer whose own cell has replaced what its reference is made from.

After `logits = logits.exp()` there is nothing left in the notebook to compare with. But the cell
can run again on other numbers, which is what the judge does, and that tells whether it is right.
"""

import dataclasses

from autograder.diagnosed import diagnosed, with_section
from autograder.examine import SpoiledInput, State, is_attempted
from autograder.reassigned import Reassigned, new_value, reassigned
from autograder.remarks import NO_POINTS, aliasing_message
from autograder.rerun import Again, run_again
from autograder.rerun_syntax import touched_in
from autograder.second_look import HARD_CODED, SHORTCUT, observed, trouble
from autograder.steps import GradientStep, Stage, Step, ValueStep
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["judged_by_cell", "replaced_inputs"]


def replaced_inputs(step: Step, state: State) -> tuple[Reassigned, ...]:
    """The inputs of a step's reference to which the cell that made the answer gave a new value."""
    match step:
        case GradientStep():
            names = step.graph.inputs
        case ValueStep():
            names = step.inputs
        case _:
            return ()
    if not is_attempted(step, state):
        return ()
    mended = state.mended
    found = reassigned([name for name in names if name not in mended], state.namespace)
    own = next((cell for cell in reversed(state.cells) if step.name in touched_in(cell)), "")
    return tuple(one for one in found if one.cell == own)


def judged_by_cell(
    stage: Stage, step: Step, replaced: tuple[Reassigned, ...], state: State
) -> StepVerdict | None:
    """The verdict on the cell itself; None if what it made anew is what it was before.

    Raises SpoiledInput where it cannot be run again.
    """
    assert isinstance(step, GradientStep | ValueStep)
    again = run_again(stage, step.name, state.namespace)
    if again is None or not again.answered:
        raise SpoiledInput(one.name for one in replaced)
    new = [one.name for one in replaced if one.name in again.outcomes[0].rebound]
    if not new:
        return None
    remark = new_value(new)
    changed = again.outcomes[0].changed
    aliased = [f"{aliasing_message(changed)} {NO_POINTS}"] if changed else []
    right = StepVerdict(step.name, Status.CORRECT, step.points, remarks=(*aliased, remark))
    found = trouble(stage, step, right, again, state.namespace)
    if not found:
        return right
    if found in (HARD_CODED, SHORTCUT):
        return dataclasses.replace(right, remarks=(found, *right.remarks))
    return with_section(stage, _wrong(stage, step, again, remark))


def _wrong(stage: Stage, step: GradientStep | ValueStep, again: Again, remark: str) -> StepVerdict:
    message = "run again on other numbers, the cell comes to another result than autograd."
    plain = StepVerdict(
        step.name, Status.WRONG, step.points, Diagnosis("differs", message), remarks=(remark,)
    )
    return diagnosed(stage, step, plain, observed(step, again), again.calculation.text)
