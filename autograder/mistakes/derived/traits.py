"""What can be read off a term in one state: its local derivative's form, and what fits in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge, Kind, expands
from autograder.mistakes.derived.state import State, is_floating
from autograder.mistakes.derived.words import Words

__all__ = ["Draft", "absent", "constant", "equal_variable", "fitting", "is_power", "named"]

_CLOSE = 1e-9


class Draft:
    """A term in a state whose sizes are all different, from which changes are drafted."""

    def __init__(self, edge: Edge) -> None:
        self.edge, self.state, self.shape = edge, edge.state, edge.shape
        self.words = Words(edge.state.graph, edge.shape.variable, edge.shape.consumer)

    def change(
        self,
        part: str,
        code: str,
        message: str,
        make: Callable[..., Any],
        cost: int = 1,
        source: str = "",
    ) -> Change:
        """A change to this term."""
        return Change(
            self.shape.variable, self.shape.consumer, part, code, message, make, cost, source
        )


def named(name: str) -> str:
    """The trace of a variable in a cell's text."""
    return rf"\b{name}\b"


def absent(name: str) -> str:
    """The trace of a variable that is left out."""
    return rf"(?s)\A(?!.*\b{name}\b)"


def constant(edge: Edge) -> float | None:
    """The local derivative if it is the same number everywhere, whatever the variables are."""
    if edge.shape.kind is not Kind.DIAGONAL:
        return None
    local = edge.local.flatten()
    first = float(local[0])
    if len(local) > 1:
        same = bool(((local - first).abs() <= 1e-12 * abs(first)).all())
        return first if same else None
    moved = {
        name: value * 1.25 + 0.5 if is_floating(value) else value
        for name, value in edge.state.values.items()
    }
    pull = State(edge.state.graph, moved).pull(edge.shape.consumer, edge.shape.variable)
    return first if first == float(pull(torch.ones_like(edge.upstream))) else None


def equal_variable(edge: Edge) -> tuple[str, float]:
    """The variable that the local derivative is a small multiple of, and the multiple; or ""."""
    for name in fitting(edge.state, edge.local.shape):
        ratio = edge.local / edge.state.values[name]
        first = float(ratio.flatten()[0])
        small = first != 0 and abs(round(first * 2) / 2 - first) < _CLOSE
        if small and bool(((ratio - first).abs() < _CLOSE).all()):
            return name, first
    return "", 1.0


def is_power(edge: Edge) -> bool:
    """Whether the consumer is a power of the variable: then x * y' / y is the same everywhere."""
    if edge.state.values[edge.shape.consumer].shape != edge.value.shape or constant(edge):
        return False
    exponent = edge.value * edge.local / edge.state.values[edge.shape.consumer]
    first = float(exponent.flatten()[0])
    # A single number says nothing: look at whether the exponent is a whole one.
    whole = abs(first - round(first)) < _CLOSE and round(first) not in (0, 1)
    return whole and bool(((exponent - first).abs() < _CLOSE * abs(first)).all())


def fitting(state: State, size: Sequence[int]) -> Iterator[str]:
    """The floating-point variables that broadcast to a shape, single numbers only to scalars."""
    for name, value in state.values.items():
        if is_floating(value) and expands(value.shape, size) and (value.ndim or not size):
            yield name
