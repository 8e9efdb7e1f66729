"""The first hint of a function: how the check calls it."""

import inspect
from collections.abc import Sequence

import torch
from torch import Tensor

from autograder.hints.words import listed
from autograder.steps import FunctionStep

__all__ = ["calls_in_words"]

# More calls than this are not listed: the idea is clear by then.
_CALLS = 6


def calls_in_words(step: FunctionStep, function: object) -> list[str]:
    """How the check calls a function: the shapes that go in and those that have to come out."""
    calls: dict[str, None] = {}
    for arguments in step.draw(torch.Generator().manual_seed(0)):
        results = [tuple(reference.value.shape) for reference in step.expected(*arguments)]
        names = _parameters(function, len(arguments))
        given = [
            f"`{name}` = {_argument(value)}" if name else _argument(value)
            for name, value in zip(names, arguments, strict=True)
        ]
        outcome = [
            f"`{name}` `{shape}`" if len(results) > 1 else f"shape `{shape}`"
            for name, shape in zip(step.results, results, strict=True)
        ]
        calls[f"- with {listed(given)}: the result has {listed(outcome)}"] = None
    more = [f"- and {len(calls) - _CALLS} more"] if len(calls) > _CALLS else []
    return [f"The check calls `{step.name}` on random arguments.", *[*calls][:_CALLS], *more]


def _parameters(function: object, count: int) -> Sequence[str]:
    """The names that the student's own function gives to its arguments, if they can be known."""
    if callable(function):
        try:
            names = tuple(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            names = ()
        if len(names) == count:
            return names
    return ("",) * count


def _argument(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape `{tuple(value.shape)}`"
    if (
        isinstance(value, list | tuple)
        and all(isinstance(item, Tensor) for item in value)
        and value
    ):
        return f"{len(value)} tensors"
    if callable(value):
        return "a function"
    return f"`{value}`"
