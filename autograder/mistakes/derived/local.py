"""The local derivative: left out, taken at another variable, or of another function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge
from autograder.mistakes.derived.factors import role_of
from autograder.mistakes.derived.state import is_floating
from autograder.mistakes.derived.traits import (
    Draft,
    constant,
    equal_variable,
    fitting,
    is_power,
    named,
)

__all__ = ["local_changes"]


def local_changes(draft: Draft) -> Iterator[Change]:
    """Every change to the local derivative of an entrywise term."""
    edge, words = draft.edge, draft.words
    number = constant(edge)
    if number is None:
        yield from _varying(draft)
    elif abs(number) != 1.0:
        code, message = "wrong_constant", words("constant")
        if role_of(edge).mean:
            code, message = "missing_mean_factor", words("mean_factor")
        yield draft.change("local", code, message, _filled(1.0 if number > 0 else -1.0))
    same, multiple = equal_variable(edge)
    power = is_power(edge)
    ends = draft.shape.variable, draft.shape.consumer
    for name in fitting(draft.state, edge.local.shape):
        if power and name in ends:
            yield draft.change("local", "wrong_power", words("power"), _times(name))
            continue
        cost = 1 if number is not None else 2
        message = words("factor", name)
        yield draft.change("local", "wrong_variable", message, _times(name), cost, named(name))
        if name == same:
            continue
        told = words("other_variable", name)
        if same:
            make = _instead(name, multiple)
            yield draft.change("local", "wrong_variable", told, make, 1, named(name))
        elif number is None and name in ends:
            yield draft.change("local", "wrong_variable", told, _instead(name), 2, named(name))
    name = f"d{same}"
    if same and name in draft.state.given:
        told = words("other_variable", name)
        make = _gradient(name, multiple)
        yield draft.change("local", "wrong_variable", told, make, 1, named(name))


def _varying(draft: Draft) -> Iterator[Change]:
    edge, words = draft.edge, draft.words
    left_out = {"missing_local": 1.0}
    if bool((edge.local < 0).all()):
        left_out["only_sign_of_local"] = -1.0
    for told, number in left_out.items():
        yield draft.change("local", "missing_local_derivative", words(told), _filled(number))
    yield draft.change("local", "other_function", words("quotient"), lambda e: 1 / e.local)
    for parent in draft.state.graph.parents(draft.shape.consumer):
        value = draft.state.values[parent]
        if not is_floating(value):
            continue
        for name in fitting(draft.state, value.shape):
            if name != parent and draft.state.values[name].shape == value.shape:
                yield from _elsewhere(draft, parent, name)


def _elsewhere(draft: Draft, parent: str, name: str) -> Iterator[Change]:
    """The derivative with another variable of the same shape in a parent's place."""
    edge = draft.edge
    try:
        moved = edge.local_with(**{parent: name})
    except (RuntimeError, IndexError):
        return
    if bool(moved.isfinite().all()) and not torch.allclose(moved, edge.local):
        again = (parent, name) == (draft.shape.variable, draft.shape.consumer)
        told = draft.words("result_for_argument" if again else "other_variable", name)
        yield draft.change(
            "local",
            "wrong_variable",
            told,
            lambda e: e.local_with(**{parent: name}),
            1,
            named(name),
        )


def _filled(number: float) -> Callable[[Edge], Tensor]:
    return lambda edge: torch.full_like(edge.local, number)


def _times(name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.local * edge.state.values[name]


def _instead(name: str, multiple: float = 1.0) -> Callable[[Edge], Tensor]:
    return lambda edge: (edge.state.values[name] * multiple).expand(edge.local.shape)


def _gradient(name: str, multiple: float) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.state.given[name] * multiple
