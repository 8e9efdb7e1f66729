"""The formulas of the bank on random states, and what autograd says to them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F

from autograder.compare import Reference, compare
from autograder.draws import Kind, draw_stage
from autograder.situation import Situation, make_situation
from autograder.stages import STAGES
from autograder.steps import FunctionStep, GradientStep, ValueStep

from . import Entry

__all__ = ["as_cell", "outcomes"]


def as_cell(step: str, source: str) -> str:
    """The whole cell: an expression is assigned to the step's variable."""
    try:
        compile(source, "<formula>", "eval")
    except SyntaxError:
        return source
    return f"{step} = {source}"


def outcomes(entry: Entry, kind: Kind, seed: int) -> str:
    """``right``, ``wrong`` or ``raised``: the formula on one random state of that kind."""
    stage = STAGES[entry.stage]
    step = stage.by_name[entry.step]
    generator = torch.Generator().manual_seed(seed)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        if isinstance(step, FunctionStep):
            pairs = list(_function_answers(step, entry.source, generator))
        elif isinstance(step, GradientStep | ValueStep):
            pairs = [_answer(entry, kind, seed)]
        else:
            raise TypeError(f"{entry.step} is no step that a formula answers")
    except _Raised:
        return "raised"
    finally:
        torch.set_default_dtype(before)
    return "right" if all(_same(answer, reference) for answer, reference in pairs) else "wrong"


class _Raised(Exception):
    """The formula itself raised."""


def _answer(entry: Entry, kind: Kind, seed: int) -> tuple[Any, Reference]:
    """A cell's answer, from the forward values and the gradients of the steps before it."""
    stage = STAGES[entry.stage]
    # The three paths have a reference of their own, from `dhpreact`: all gradients in between
    # follow from it. Every other rule is asked with independent upstream gradients.
    state = _state(entry.stage, kind, seed, isinstance(stage.by_name[entry.step], ValueStep))
    names = [step.name for step in stage.steps]
    earlier = names[: names.index(entry.step)]
    known = {name: value for name, value in state.right.items() if name in earlier}
    scope = {**state.values, **state.given, **known, "torch": torch, "F": F}
    scope = {name: _copy(value) for name, value in scope.items() if name != entry.step}
    _run(as_cell(entry.step, entry.source), scope)
    return scope[entry.step], state.expected[entry.step]


@cache
def _state(stage: str, kind: Kind, seed: int, consistent: bool) -> Situation:
    generator = torch.Generator().manual_seed(seed)
    return make_situation(STAGES[stage], draw_stage(stage, generator, kind), generator, consistent)


def _function_answers(
    step: FunctionStep, source: str, generator: torch.Generator
) -> Iterator[tuple[Any, Reference]]:
    scope: dict[str, Any] = {"torch": torch, "F": F}
    _run(source, scope)
    draws = step.draw(generator)
    own = draws if step.own is None else [draws[step.own]]
    # Elsewhere than at the notebook's own sizes a wrong formula may raise.
    for arguments in draws:
        references = step.expected(*(_copy(argument) for argument in arguments))
        try:
            answer = scope[step.name](*(_copy(argument) for argument in arguments))
        except Exception as error:
            if any(arguments is each for each in own):
                raise _Raised from error
            answer = None
        yield from zip(answer if len(references) > 1 else (answer,), references, strict=True)


def _run(source: str, scope: dict[str, Any]) -> None:
    try:
        exec(compile(source, "<formula>", "exec"), scope)
    except Exception as error:
        raise _Raised from error


def _copy(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_copy(each) for each in value)
    return value.clone() if isinstance(value, torch.Tensor) else value


def _same(answer: Any, reference: Reference) -> bool:
    if not isinstance(answer, torch.Tensor) or not answer.is_floating_point():
        return False
    return compare(answer, reference).passed
