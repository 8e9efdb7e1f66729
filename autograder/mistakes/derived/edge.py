"""One term of a step: what flows to a variable through one of its consumers.

Every term has the same build: a local derivative and an upstream gradient are combined, and what
comes of it is finished (summed where the variable was broadcast, put in shape, sent back to the
rows it was taken from). A mistake changes one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor

from autograder.mistakes.derived.state import State, is_floating

__all__ = ["Edge", "Kind", "Shape", "expands", "find_shape"]


class Kind(StrEnum):
    """How an edge combines the local derivative with the upstream gradient.

    *diagonal*: entry by entry. *right*: `y = x @ P`. *left*: `y = P @ x`. *layout*: the same
    entries in another shape. *gather*: rows picked by index. *other*: only as a whole.
    """

    DIAGONAL = "diagonal"
    RIGHT = "right"
    LEFT = "left"
    LAYOUT = "layout"
    GATHER = "gather"
    OTHER = "other"


@dataclass(frozen=True)
class Shape:
    """What is the same of an edge in every state: its ends, its kind, the operand beside it."""

    consumer: str
    variable: str
    kind: Kind
    operand: str = ""
    spread: bool = False


class Edge:
    """An edge in one state."""

    def __init__(self, state: State, shape: Shape) -> None:
        self.state = state
        self.shape = shape
        self.value: Tensor = state.values[shape.variable]
        self.upstream = state.gradient(shape.consumer)
        self.pull = state.pull(shape.consumer, shape.variable)
        self.term = self.pull(self.upstream)

    @property
    def local(self) -> Tensor:
        """The local derivative, for each entry of the product; or the operand of a product."""
        shape = self.shape
        if shape.kind in (Kind.RIGHT, Kind.LEFT):
            operand: Tensor = self.state.values[shape.operand]
            return operand
        key = ("local", shape.consumer, shape.variable)
        return self.state.memory.once(key, self.local_with)

    def local_with(self, **other: str) -> Tensor:
        """The local derivative with other variables in the place of the consumer's parents."""
        pull = self.state.pull(self.shape.consumer, self.shape.variable, self.shape.spread, **other)
        return pull(torch.ones_like(self.upstream))

    def combine(self, local: Tensor, upstream: Tensor) -> Tensor:
        """The product of the two, before it is summed or put in shape."""
        kind = self.shape.kind
        if kind is Kind.DIAGONAL:
            return local * upstream
        if kind is Kind.RIGHT:
            return upstream @ local.mT
        if kind is Kind.LEFT:
            return local.mT @ upstream
        return upstream

    def finish(self, product: Tensor) -> Tensor:
        """The term from the product: in the shape of the variable."""
        kind, size = self.shape.kind, self.value.shape
        if kind is Kind.DIAGONAL:
            return product.sum_to_size(size) if product.shape != size else product
        if kind is Kind.LAYOUT:
            return product.reshape(size)
        if kind is Kind.GATHER:
            rows = self.state.values[self.shape.operand].flatten()
            picked = product.reshape(-1, *size[1:])
            return torch.zeros_like(self.value).index_add(0, rows, picked)
        return product

    def changed(self, parts: Mapping[str, Callable[..., Any]]) -> Tensor:
        """The term with some of its parts made differently."""
        if "term" in parts:
            term: Tensor = parts["term"](self)
        elif self.shape.kind is Kind.OTHER:
            term = self.pull(parts["upstream"](self) if "upstream" in parts else self.upstream)
        else:
            local = parts["local"](self) if "local" in parts else None
            if local is None and self.shape.kind not in (Kind.LAYOUT, Kind.GATHER):
                local = self.local
            upstream = parts["upstream"](self) if "upstream" in parts else self.upstream
            product = self.combine(local, upstream)  # type: ignore[arg-type]
            term = parts["finish"](self, product) if "finish" in parts else self.finish(product)
        return term * parts["scale"](self.state) if "scale" in parts else term


def find_shape(state: State, consumer: str, variable: str) -> Shape:
    """The kind of an edge, found by trying: the first that reproduces its VJP."""
    generator = torch.Generator().manual_seed(0)
    result = state.values[consumer]
    upstream = torch.randn(result.shape, generator=generator, dtype=result.dtype)
    expected = state.pull(consumer, variable)(upstream)
    for shape in _candidates(state, consumer, variable):
        edge = Edge(state, shape)
        local = None if shape.kind in (Kind.LAYOUT, Kind.GATHER) else edge.local
        try:
            found = edge.finish(edge.combine(local, upstream))  # type: ignore[arg-type]
        except (RuntimeError, IndexError):
            continue
        if found.shape == expected.shape and torch.allclose(found, expected, rtol=1e-9):
            return shape
    return Shape(consumer, variable, Kind.OTHER)


def _candidates(state: State, consumer: str, variable: str) -> list[Shape]:
    size, result = state.values[variable].shape, state.values[consumer].shape
    found = []
    if expands(size, result):
        found.append(Shape(consumer, variable, Kind.DIAGONAL, spread=size != result))
    elif expands(result, size):
        found.append(Shape(consumer, variable, Kind.DIAGONAL))
    for other in state.graph.parents(consumer):
        value = state.values[other]
        if not isinstance(value, Tensor) or other == variable:
            continue
        if is_floating(value) and value.ndim == 2 == len(size):
            found.append(Shape(consumer, variable, Kind.RIGHT, other))
            found.append(Shape(consumer, variable, Kind.LEFT, other))
        elif not is_floating(value) and result[value.ndim :] == size[1:]:
            found.append(Shape(consumer, variable, Kind.GATHER, other))
    if size.numel() == result.numel():
        found.append(Shape(consumer, variable, Kind.LAYOUT))
    return found


def expands(small: Sequence[int], large: Sequence[int]) -> bool:
    """Whether one shape broadcasts to the other."""
    padded = (1,) * (len(large) - len(small)) + tuple(small)
    return len(small) <= len(large) and all(
        one in (1, other) for one, other in zip(padded, large, strict=True)
    )
