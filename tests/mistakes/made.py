"""Every written mistake, made in random states of its stage."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.mistakes import Mistake
from autograder.mistakes.derived import Remembering
from autograder.mistakes.written import written_for
from autograder.stages import STAGES
from autograder.steps import FunctionStep, Stage, Step
from tests.diagnose.observing import namespace_of, situations
from tests.mutants.kinds import SIGNATURES

__all__ = ["STEPS", "Made", "made", "same"]

STEPS = [
    (stage.name, step.name)
    for stage in STAGES.values()
    for step in stage.checked
    if any(mistake.step == step.name for mistake in written_for(stage.name))
]


@dataclass(frozen=True)
class Made:
    """A mistake with what it makes in each state, or how it fails there, and what is right."""

    mistake: Mistake
    answers: tuple[Tensor | Exception, ...]
    expected: tuple[Reference, ...]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """What it makes where it applies."""
        return tuple(answer for answer in self.answers if isinstance(answer, Tensor))

    @property
    def is_right_everywhere(self) -> bool:
        """Whether it is not wrong in any state."""
        pairs = zip(self.answers, self.expected, strict=True)
        return all(isinstance(one, Exception) or _is(one, right) for one, right in pairs)


@cache
def made(stage_name: str, step_name: str) -> tuple[Made, ...]:
    """The written mistakes of a step, made in its states."""
    stage = STAGES[stage_name]
    step = stage.by_name[step_name]
    states = list(_states(stage, step))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tuple(
            Made(
                mistake,
                tuple(_make(mistake, namespace) for namespace, _ in states),
                tuple(references[mistake.result] for _, references in states),
            )
            for mistake in written_for(stage_name)
            if mistake.step == step_name
        )


def same(one: Made, other: Made) -> bool:
    """Whether two mistakes come to the same in every state, and to a tensor in one at least."""
    if not one.tensors:
        return False
    return all(map(_same, one.answers, other.answers, one.expected))


def _states(stage: Stage, step: Step) -> Iterator[tuple[Remembering, tuple[Reference, ...]]]:
    if isinstance(step, FunctionStep):
        names = SIGNATURES[step.name].split(", ")
        for arguments in step.draw(torch.Generator().manual_seed(3)):
            given = dict(zip(names, arguments, strict=True))
            yield Remembering(given), step.expected(*arguments)
        return
    for situation in situations(stage.name):
        namespace = namespace_of(stage, step, situation)
        yield Remembering(namespace), (situation.expected[step.name],)


def _make(mistake: Mistake, namespace: Mapping[str, Any]) -> Tensor | Exception:
    try:
        return mistake.make(namespace)
    except (RuntimeError, IndexError) as error:  # shapes that do not fit in this state
        return error


def _is(answer: Tensor, right: Reference) -> bool:
    return answer.shape == right.value.shape and compare(answer, right).passed


def _same(one: Tensor | Exception, other: Tensor | Exception, right: Reference) -> bool:
    if isinstance(one, Exception) or isinstance(other, Exception):
        return isinstance(one, Exception) and isinstance(other, Exception)
    if not one.isfinite().all() or not other.isfinite().all():
        return False
    largest = float(other.abs().max()) if other.numel() else 0.0
    return _is(one, Reference(other, max(right.scale, largest)))
