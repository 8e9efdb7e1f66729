"""Answers of the banks, evaluated in random states as the judge would: our own formulas, trusted.

What is decided before anyone looks for a mistake (a cell that raises, an input that was changed,
an answer that is no tensor) is returned as its code.
"""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.draws import Kind, draw_stage
from autograder.observation import Observation
from autograder.situation import Situation, make_situation
from autograder.stages import STAGES
from autograder.steps import FunctionStep, GradientStep, Stage, Step, ValueStep
from tests.mutants.kinds import SIGNATURES, cell_of

__all__ = ["diagnosable", "is_right", "namespace_of", "observe", "situations"]

_SEED = 5
_KINDS = (Kind.PRIMES, Kind.SQUARE)
_NAMES = {"torch": torch, "F": F}


def diagnosable(step: Step) -> bool:
    """Whether mistakes of the step are found from tensors."""
    return isinstance(step, GradientStep | ValueStep | FunctionStep)


def observe(
    stage: Stage, step: Step, source: str, consistent: bool = False
) -> list[Observation] | str:
    """What the answer ``source`` comes to in random states; or the code of what ends it before."""
    with _quiet(), torch.no_grad():
        if isinstance(step, FunctionStep):
            return _observe_function(step, source)
        # A value follows from the inputs of the state, and random gradients would not.
        return _observe_cell(stage, step, source, consistent or isinstance(step, ValueStep))


def is_right(stage: Stage, step: Step, source: str) -> bool:
    """Whether the judge takes the answer for right: then no one asks what is wrong with it.

    That is so with independent upstream gradients, with consistent ones where these tell a right
    rule from a wrong one, or if it is the gradient of the loss, next to it.
    """
    observations = observe(stage, step, source)
    if isinstance(observations, str):
        return False
    if _passes(observations):
        return True
    if not isinstance(step, GradientStep) or step.degenerate:
        return False
    truths = [Reference.of(situation.truth[step.name]) for situation in situations(stage.name)]
    if step.from_loss and all(
        compare(seen.answer, truth).passed for seen, truth in zip(observations, truths, strict=True)
    ):
        return True
    consistent = observe(stage, step, source, consistent=True)
    return not isinstance(consistent, str) and _passes(consistent)


def _passes(observations: list[Observation]) -> bool:
    return all(compare(seen.answer, seen.expected).passed for seen in observations)


@cache
def situations(stage: str, consistent: bool = False) -> tuple[Situation, ...]:
    """A state of each kind with random upstream gradients, always the same."""
    return tuple(_situation(stage, kind, consistent) for kind in _KINDS)


def _situation(stage: str, kind: Kind, consistent: bool) -> Situation:
    generator = torch.Generator().manual_seed(_SEED + list(Kind).index(kind))
    inputs = draw_stage(stage, generator, kind)
    return make_situation(STAGES[stage], inputs, generator, consistent)


def namespace_of(stage: Stage, step: Step, situation: Situation) -> dict[str, Any]:
    """What the answer may be made from: the forward pass and the gradients of earlier steps."""
    if isinstance(step, GradientStep) and step.reads:
        there = {**situation.values, **situation.given, **situation.right}
        return {name: there[name] for name in step.reads}
    earlier = [other.name for other in stage.steps[: stage.steps.index(step)]]
    gradients = {name: situation.right[name] for name in earlier if name in situation.right}
    return {**situation.values, **situation.given, **gradients}


def _observe_cell(
    stage: Stage, step: Step, source: str, consistent: bool
) -> list[Observation] | str:
    seen = []
    for situation in situations(stage.name, consistent):
        namespace = namespace_of(stage, step, situation)
        cell = {**_NAMES, **copy.deepcopy(namespace)}
        try:
            exec(cell_of(step.name, source), cell)
        except NotImplementedError:
            return "not_attempted"
        except Exception:
            return "raised"
        answer = _tensor(cell.get(step.name))
        if isinstance(answer, str):
            return answer
        if _changed(namespace, cell):
            return "aliasing"
        seen.append(Observation(namespace, answer, situation.expected[step.name]))
    return seen


def _observe_function(step: FunctionStep, source: str) -> list[Observation] | str:
    cell = dict(_NAMES)
    exec(cell_of(step.name, source), cell)
    seen: list[Observation] = []
    for number, (arguments, references) in enumerate(_draws(step.name)):
        if number == step.own and step.name == "backward":  # 200 hidden units: slow, and no news
            continue
        given = copy.deepcopy(arguments)
        try:
            returned = cell[step.name](*given)
        except NotImplementedError:
            return "not_attempted"
        except Exception:
            return "raised"
        namespace = dict(zip(SIGNATURES[step.name].split(", "), arguments, strict=True))
        if _changed(namespace, dict(zip(namespace, given, strict=True))):
            return "aliasing"
        results = [returned] if len(step.results) == 1 else returned
        if not isinstance(results, list | tuple) or len(results) != len(step.results):
            return "not_a_tensor"
        for place, (result, reference) in enumerate(zip(results, references, strict=True)):
            answer = _tensor(result)
            if isinstance(answer, str):
                return answer
            if not reference.value.isfinite().all():
                continue
            seen.append(Observation(namespace, answer, reference, place))
    return seen


@cache
def _draws(name: str) -> list[tuple[tuple[Any, ...], tuple[Reference, ...]]]:
    step = next(s for stage in STAGES.values() for s in stage.steps if s.name == name)
    assert isinstance(step, FunctionStep)
    draws = step.draw(torch.Generator().manual_seed(5))
    with torch.enable_grad():
        return [(arguments, step.expected(*arguments)) for arguments in draws]


def _tensor(answer: Any) -> Tensor | str:
    if answer is None or answer is ...:
        return "not_attempted"
    if isinstance(answer, int | float):
        answer = torch.tensor(float(answer))
    if not isinstance(answer, Tensor):
        return "not_a_tensor"
    if answer.dtype not in (torch.float32, torch.float64):
        return "wrong_dtype"
    return answer.detach().clone() if answer.isfinite().all() else "not_finite"


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    pairs = ((value, after[name]) for name, value in before.items())
    return any(not _equal(old, new) for old, new in pairs)


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, Tensor):
        return new.shape == old.shape and torch.equal(old, new)
    if isinstance(old, list | tuple):
        return all(_equal(*pair) for pair in zip(old, new, strict=True))
    return True


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warnings and no prints of the formulas, and float64 as everywhere in the judge."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_default_dtype(before)
