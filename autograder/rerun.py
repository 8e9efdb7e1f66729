"""The student's cell, run again on numbers it has not seen.

A wrong answer in one state tells little: too many formulas could have made it. So the cell that
made it runs again, in a scratch copy of the notebook's variables, on two random states of other
sizes with random upstream gradients. Nothing of the student's is changed, nothing is shown, and
a cell that does more than calculate is not run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from autograder.compare import same_but_for_ones
from autograder.draws import Kind, draw_stage
from autograder.reassigned import cells_of
from autograder.rerun_scratch import Outcome, quiet, run_calculation
from autograder.rerun_source import Calculation, calculation_of
from autograder.situation import Situation, make_situation
from autograder.steps import Stage

__all__ = ["Again", "given_in", "run_again", "run_elsewhere", "situations"]

# Sizes that no notebook has; and, for a cell that runs with no others, the notebook's own.
_FRESH = ((Kind.PRIMES, 41), (Kind.SQUARE, 43))
_OWN = ((Kind.OWN, 47), (Kind.OWN, 53))


@dataclass(frozen=True)
class Again:
    """The runs of one cell: on random ``situations``, and on the student's ``own`` variables.

    ``own_sizes`` if the situations have the notebook's sizes, for others came to nothing.
    """

    calculation: Calculation
    situations: tuple[Situation, ...]
    outcomes: tuple[Outcome, ...]
    own: Outcome
    own_sizes: bool = False

    @property
    def answered(self) -> bool:
        """Whether every run on a random state came to a number or a tensor of floats."""
        return all(
            _is_answer(outcome.answer) and (self.own.raised or not outcome.raised)
            for outcome in self.outcomes
        )


@lru_cache(maxsize=24)
def situations(
    stage: Stage, own_sizes: bool = False, consistent: bool = False
) -> tuple[Situation, ...]:
    """Two random states of a stage, always the same; none for a stage without a forward graph.

    In the first all sizes differ, in the second they are equal; or both have the notebook's
    sizes. Upstream gradients are random and independent of each other, or else ``consistent``:
    all follow from those next to the loss. Nobody may change the tensors.
    """
    made = []
    for kind, seed in _OWN if own_sizes else _FRESH:
        generator = torch.Generator().manual_seed(seed)
        if inputs := draw_stage(stage.name, generator, kind):
            made.append(make_situation(stage, inputs, generator, consistent))
    return tuple(made)


def given_in(situation: Situation, name: str) -> dict[str, Any]:
    """What a cell for the step ``name`` may read in a situation: all but its own answer."""
    given = {**situation.values, **situation.right, **situation.given}
    given.pop(name, None)
    return given


def run_again(
    stage: Stage, name: str, namespace: Mapping[str, Any], right: Mapping[str, Any] | None = None
) -> Again | None:
    """Run the cell that made ``name`` on each of two situations.

    ``namespace`` has the notebook's variables and IPython's history of cells. A cell that comes to
    nothing in fresh sizes (it has a 32 or a 27 in it) runs in the notebook's own. Variables to
    which the cell itself gives a new value have that in the namespace; on the student's own
    variables it runs with those that are ``right`` in their place. None where there
    is no history, or where what made the variable cannot be run again safely.
    """
    history = cells_of(namespace)
    fresh = situations(stage)
    if not history or not fresh:
        return None
    there = given_in(fresh[0], name)
    calculation = calculation_of(name, history, there, namespace)
    if calculation is None:
        return None
    own = {key: namespace[key] for key in there if key in namespace}
    own |= {key: value for key, value in (right or {}).items() if key in calculation.rebinds}
    with quiet():
        at_home = run_calculation(calculation, name, own, namespace)
        tried = []
        for own_sizes in (False, True):
            states = situations(stage, own_sizes)
            runs = _runs(calculation, name, states, namespace)
            tried.append(Again(calculation, states, runs, at_home, own_sizes))
            if tried[-1].answered and _fits(tried[-1], name):
                return tried[-1]
    # A wrong shape in all sizes tells more in fresh ones.
    return next((again for again in tried if again.answered), tried[-1])


def _fits(again: Again, name: str) -> bool:
    """Whether all answers have the shape of the variable, dimensions of size 1 aside."""
    pairs = zip(again.situations, again.outcomes, strict=True)
    return all(
        same_but_for_ones(
            tuple(getattr(run.answer, "shape", ())), tuple(one.expected[name].value.shape)
        )
        for one, run in pairs
    )


def _is_answer(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.is_floating_point()
    return isinstance(value, int | float) and not isinstance(value, bool)


def run_elsewhere(
    again: Again, name: str, states: tuple[Situation, ...], namespace: Mapping[str, Any]
) -> Again:
    """The same calculation on other situations."""
    with quiet():
        runs = _runs(again.calculation, name, states, namespace)
    return replace(again, situations=states, outcomes=runs)


def _runs(
    calculation: Calculation,
    name: str,
    states: tuple[Situation, ...],
    namespace: Mapping[str, Any],
) -> tuple[Outcome, ...]:
    given = [given_in(one, name) for one in states]
    return tuple(run_calculation(calculation, name, one, namespace) for one in given)
