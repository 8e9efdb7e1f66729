"""Changes to an answer of which only the reference is known: its sign, a factor, its shape."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference
from autograder.mistakes.derived.change import Change, Derived
from autograder.mistakes.derived.state import Remembering, is_floating
from autograder.mistakes.derived.total import CONSTANT, SIGN, shapes_of
from autograder.steps import FunctionStep, ValueStep

__all__ = ["changes_of_whole"]

_TOO_MUCH = "Summed over too much: each entry of the answer has a value of its own."
_SMALLER = "This is a part of the answer: each of its entries has a value of its own."
_NUMBERS = (2.0, 0.5, 3.0, 1 / 3, 4.0, 0.25)


def changes_of_whole(
    step: ValueStep | FunctionStep, sample: Mapping[str, Any]
) -> Iterator[Derived]:
    """What can be said of a step without a graph, for each of its results.

    ``sample`` is a namespace of the step: its variables, or its arguments by name.
    """
    count = len(step.results) if isinstance(step, FunctionStep) else 1
    for result in range(count):
        answer = _answer(step, result)
        changes = tuple(_changes(step, sample, _right(step, sample)[result]))
        yield Derived(answer, changes, step.name, result)


def _right(step: ValueStep | FunctionStep, namespace: Mapping[str, Any]) -> Sequence[Tensor]:
    def compute() -> Sequence[Tensor]:
        with torch.inference_mode(False), torch.enable_grad():
            if isinstance(step, ValueStep):
                found: Sequence[Reference] = [
                    step.expected(*(namespace[name] for name in step.inputs))
                ]
            else:
                names = inspect.signature(step.expected).parameters
                found = step.expected(*(namespace[name] for name in names))
            return [reference.value.detach() for reference in found]

    if isinstance(namespace, Remembering):
        return namespace.once(("right", step.name), compute)
    return compute()


def _answer(
    step: ValueStep | FunctionStep, result: int
) -> Callable[[Mapping[str, Any], Sequence[Change]], Tensor]:
    def answer(namespace: Mapping[str, Any], changes: Sequence[Change]) -> Tensor:
        total = _right(step, namespace)[result]
        for change in changes:
            if change.part == "all":
                total = change.make(namespace, ())
            elif change.part == "scale":
                total = total * change.make(namespace)
            else:
                total = change.make(total)
        return total

    return answer


def _changes(
    step: ValueStep | FunctionStep, sample: Mapping[str, Any], right: Tensor
) -> Iterator[Change]:
    def change(
        part: str, code: str, message: str, make: Callable[..., Any], cost: int = 1
    ) -> Change:
        return Change(step.name, "", part, code, message, make, cost)

    yield change("scale", "wrong_sign", SIGN, lambda namespace: -1.0)
    for number in _NUMBERS:
        yield change("scale", "wrong_constant", CONSTANT, lambda namespace, c=number: c)
    if "n" in sample:
        message = "There is one division too many in the answer."
        yield change("scale", "extra_mean_factor", message, lambda namespace: 1 / namespace["n"])
    message = "The answer is zero everywhere."
    yield change("scale", "zero_answer", message, lambda namespace: 0.0, 0)
    yield from shapes_of(right, (_TOO_MUCH, _SMALLER), change)
    for name, value in sample.items():
        if is_floating(value):
            told = f"This is `{name}` as it was given."
            make = _given(name)
            yield change("all", "forward_value_returned", told, make, 2)


def _given(name: str) -> Callable[[Mapping[str, Any], object], Tensor]:
    def given(namespace: Mapping[str, Any], _: object) -> Tensor:
        value: Tensor = namespace[name]
        return value

    return given
