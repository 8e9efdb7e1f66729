"""Which mistake explains a wrong answer."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.compare import Reference, compare, same_but_for_ones
from autograder.mistakes import Mistake, mistakes_of
from autograder.observation import Observation
from autograder.steps import Stage, Step
from autograder.verdict import Diagnosis

__all__ = ["diagnose"]


def diagnose(
    stage: Stage, step: Step, observations: Sequence[Observation], *, source: str = ""
) -> Diagnosis:
    for result in {seen.result for seen in observations}:
        seen = [one for one in observations if one.result == result]
        if all(compare(one.answer, one.expected).passed for one in seen):
            continue
        for mistake in mistakes_of(stage, step):
            if mistake.result == result and len(seen) > 1 and _explains(mistake, seen):
                return Diagnosis(mistake.code, mistake.message)
    return Diagnosis("differs", "differs")


def _explains(mistake: Mistake, observations: Sequence[Observation]) -> bool:
    for seen in observations:
        try:
            made = mistake.make(seen.namespace)
        except Exception:
            return False
        scale = max(seen.expected.scale, float(seen.answer.abs().max()))
        if not made.is_floating_point() or not same_but_for_ones(
            tuple(made.shape), tuple(seen.answer.shape)
        ):
            return False
        if not compare(made, Reference(seen.answer, scale)).passed:
            return False
    return True
