"""From the trials of one step in several states to its verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from autograder.grading.answers import Trial
from autograder.grading.reasons import observed
from autograder.observation import Observation
from autograder.remarks import ONLY_SMALL
from autograder.steps import GradientStep, ValueStep
from autograder.story import story
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["Setting", "Trials", "combine", "degenerate", "holds", "telling"]


class Setting(Enum):
    """What states a step was tried on: sizes never seen or the notebook's, in which precision."""

    FRESH = "fresh sizes, float64"
    SINGLE = "fresh sizes, float32"
    OWN = "own sizes, float64"
    OWN_SINGLE = "own sizes, float32"


@dataclass
class Trials:
    """The trials of one step in one setting, by what its upstream gradients were."""

    independent: list[Trial] = field(default_factory=list)
    consistent: list[Trial] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether one of the trials leaves nothing to be hoped for, in whatever state."""
        return any(trial.settled for trial in (*self.independent, *self.consistent))

    @property
    def raised(self) -> bool:
        """Whether the cell raised in any of the trials, be it after its answer."""
        made = (*self.independent, *self.consistent)
        return any(trial.ended is not None and trial.ended.status == "raised" for trial in made)


def degenerate(step: GradientStep | ValueStep) -> bool:
    """Whether consistent upstream gradients would let wrong rules of this step pass."""
    return isinstance(step, GradientStep) and step.degenerate


def holds(step: GradientStep | ValueStep, trials: Trials) -> bool:
    """Whether the step's answer is right in a setting."""
    return (
        _passed(trials.independent)
        or (_passed(trials.consistent) and not degenerate(step))
        or _from_loss(step, trials)
    )


def combine(step: GradientStep | ValueStep, tried: Mapping[Setting, Trials]) -> StepVerdict:
    """The verdict on a step; it has been tried on fresh states at least."""
    held = next((setting for setting in Setting if holds(step, tried.get(setting, _NONE))), None)
    fresh = tried[Setting.FRESH]
    if held in (Setting.FRESH, Setting.SINGLE):
        at_home = tried.get(Setting.OWN if held is Setting.FRESH else Setting.OWN_SINGLE)
        if at_home is not None and not holds(step, at_home):
            return _only_small(at_home)
        if at_home is not None and tried[held].raised and not at_home.raised:
            return _hard_coded(step, _right(step, tried[held]), ())
        verdict = _right(step, tried[held])
        if held is Setting.SINGLE:
            remark = "right in float32, which the answer insists on; float64 is more precise"
            verdict = dataclasses.replace(verdict, remarks=(*verdict.remarks, remark))
        return verdict
    trials = telling(tried) if held is None else fresh.independent or fresh.consistent
    failed = next(trial.verdict for trial in trials if not trial.passed)
    if held is not None:
        return _hard_coded(step, failed, observed(step, trials))
    if _is_shortcut(fresh) and failed.status is Status.WRONG:
        return dataclasses.replace(failed, diagnosis=Diagnosis("shortcut", _SHORTCUT))
    return failed


_NONE = Trials()
_SHORTCUT = (
    "this is the gradient of the loss, but not by way of this step: make it from the gradients "
    "of the steps before, whatever values those have."
)


def telling(tried: Mapping[Setting, Trials]) -> list[Trial]:
    """The trials that tell most of an answer that is wrong, as in the notebook's check.

    In fresh sizes, but where the cell raises there, or comes to another shape, and does not in
    the notebook's own (it has a 32 or a 27 in it, and another mistake), in those.
    """
    fresh, own = tried[Setting.FRESH], tried.get(Setting.OWN, _NONE)
    trials, at_home = (t.independent or t.consistent for t in (fresh, own))
    return at_home if at_home and _fits(at_home) and not _fits(trials) else trials


def _fits(trials: Sequence[Trial]) -> bool:
    """Whether all came to an answer of the right shape."""
    return all(
        trial.ended is not None
        and trial.ended.status != "raised"
        and trial.verdict.comparison is not None
        and trial.verdict.comparison.shapes_fit
        for trial in trials
    )


def _passed(trials: Sequence[Trial]) -> bool:
    return bool(trials) and all(trial.passed for trial in trials)


def _is_shortcut(trials: Trials) -> bool:
    """Whether the answer is the loss's own gradient, whatever the upstream gradients are."""
    return bool(trials.independent) and all(trial.is_truth for trial in trials.independent)


def _from_loss(step: GradientStep | ValueStep, trials: Trials) -> bool:
    return isinstance(step, GradientStep) and step.from_loss and _is_shortcut(trials)


def _right(step: GradientStep | ValueStep, trials: Trials) -> StepVerdict:
    """The verdict on a right answer, with what there is to remark on it."""
    passed = trials.independent if _passed(trials.independent) else trials.consistent
    if not _passed(passed):
        remark = "the answer comes straight from the loss, past the gradients before it"
        return StepVerdict(step.name, Status.CORRECT, step.points, remarks=(remark,))
    return next((trial.verdict for trial in passed if trial.verdict.remarks), passed[0].verdict)


def _only_small(at_home: Trials) -> StepVerdict:
    """The verdict on an answer that covers a small state, but not the notebook's own."""
    trials = at_home.independent or at_home.consistent
    failed = next(trial.verdict for trial in trials if not trial.passed)
    if failed.status is not Status.WRONG:
        return failed
    return dataclasses.replace(failed, diagnosis=Diagnosis("hard_coded_size", ONLY_SMALL))


def _hard_coded(
    step: GradientStep | ValueStep, failed: StepVerdict, seen: Sequence[Observation]
) -> StepVerdict:
    message = (
        "the answer is right for the notebook's own sizes and wrong for others: write `n` or a "
        "`.shape` in place of a number such as 32 or 27."
    )
    why = failed.diagnosis.message if failed.diagnosis else story(step, seen) if seen else ""
    return StepVerdict(
        step.name,
        Status.HARD_CODED,
        step.points,
        Diagnosis("hard_coded_size", message),
        remarks=(f"in other sizes: {why}",) if why else (),
    )
