"""The mistakes that a step invites: derived from its graph, and written by hand."""

from collections.abc import Sequence
from functools import cache

from autograder.mistakes.mistake import Mistake, Written
from autograder.mistakes.written import WRITTEN
from autograder.steps import Stage, Step

__all__ = ["Mistake", "Written", "mistakes_of"]


def mistakes_of(stage: Stage, step: Step) -> Sequence[Mistake]:
    """Every mistake of ``step``, the cheapest first; cached by the names of stage and step."""
    return _mistakes(stage.name, step.name)


@cache
def _mistakes(stage: str, step: str) -> tuple[Mistake, ...]:
    found: list[Mistake] = [mistake for mistake in WRITTEN[stage] if mistake.step == step]
    return tuple(sorted(found, key=lambda mistake: mistake.cost))
