"""The mistakes that a step invites: derived from its graph, and written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from torch import Tensor

from autograder.mistakes.derived import Change, Derived, derived_of
from autograder.mistakes.mistake import Mistake, Written
from autograder.mistakes.written import written_for
from autograder.stages import stage as find_stage
from autograder.steps import Stage, Step

__all__ = ["Mistake", "Written", "mistakes_of"]


def mistakes_of(stage: Stage, step: Step) -> Sequence[Mistake]:
    """Every mistake of ``step``, the cheapest first; cached by the names of stage and step.

    Of two that cost the same, one written by hand goes before a derived one: it can say more.
    """
    return _mistakes(stage.name, step.name)


@cache
def _mistakes(stage_name: str, step_name: str) -> tuple[Mistake, ...]:
    stage = find_stage(stage_name)
    step = stage.by_name[step_name]
    found: list[Mistake] = [one for one in written_for(stage_name) if one.step == step_name]
    every = derived_of(stage, step)
    sites = {derived.result: {change.site for change in derived.changes} for derived in every}
    for derived in every:
        for change in derived.changes:
            if not change.code:  # no mistake by itself
                continue
            cost = change.cost + (change.site != derived.variable)
            found.append(
                Mistake(
                    step_name,
                    change.code,
                    change.message,
                    _make(derived, change),
                    cost,
                    derived.result,
                    change.source,
                    frozenset(result for result in sites if change.site in sites[result]),
                )
            )
    return tuple(sorted(found, key=lambda mistake: mistake.cost))


def _make(derived: Derived, change: Change) -> Callable[[Mapping[str, Any]], Tensor]:
    return lambda namespace: derived.answer(namespace, (change,))
