"""A term of a matrix product: another operand, or a product of another kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge, Kind
from autograder.mistakes.derived.traits import Draft, fitting, named

__all__ = ["operand_changes"]


def operand_changes(draft: Draft) -> Iterator[Change]:
    """Every change to the matrix product of a term."""
    state, shape, words, edge = draft.state, draft.shape, draft.words, draft.edge
    message = words("missing_local")
    yield draft.change(
        "local", "missing_local_derivative", message, lambda e: torch.ones_like(e.local)
    )
    for name in fitting(state, edge.local.shape):
        if name != shape.operand and state.values[name].shape == edge.local.shape:
            message = words("other_variable", name)
            yield draft.change("local", "wrong_variable", message, _value(name), 1, named(name))
    name = f"d{shape.operand}"
    if name in state.given:
        message = words("other_variable", name)
        yield draft.change("local", "wrong_variable", message, _gradient(name), 1, named(name))
    yield from _right(draft) if shape.kind is Kind.RIGHT else _left(draft)


def _right(draft: Draft) -> Iterator[Change]:
    words = draft.words
    yield draft.change("term", "elementwise_for_matmul", words("elementwise"), _products_right)
    yield draft.change("term", "product_of_sums", words("product_of_sums"), _sums_right)
    for axis in (0, 1):
        make = _summed(_products_right, axis)
        yield draft.change("term", "wrong_axis", words("wrong_axis_of_product"), make)


def _left(draft: Draft) -> Iterator[Change]:
    """The product sums over the first dimension: that of the examples."""
    words = draft.words
    yield draft.change("term", "missing_sum", words("missing_sum"), _products_left)
    yield draft.change("term", "product_of_sums", words("product_of_sums"), _sums_left)
    for axis in (1, 2):
        make = _summed(_products_left, axis)
        yield draft.change("term", "wrong_axis", words("wrong_axis_of_product"), make)
    yield draft.change("term", "overwritten_accumulation", words("last_only"), _only(-1))
    yield draft.change("term", "wrong_index", words("wrong_index"), _only(0))
    for rows in (slice(1, None), slice(None, -1)):
        yield draft.change("term", "wrong_index", words("wrong_index"), _rows(rows))


def _products_right(edge: Edge) -> Tensor:
    return edge.upstream[:, None, :] * edge.local


def _products_left(edge: Edge) -> Tensor:
    return edge.local[:, :, None] * edge.upstream[:, None, :]


def _summed(products: Callable[[Edge], Tensor], axis: int) -> Callable[[Edge], Tensor]:
    return lambda edge: products(edge).sum(axis)


def _sums_right(edge: Edge) -> Tensor:
    return edge.upstream.sum(1, keepdim=True) * edge.local.sum(1)


def _sums_left(edge: Edge) -> Tensor:
    return torch.outer(edge.local.sum(0), edge.upstream.sum(0))


def _only(row: int) -> Callable[[Edge], Tensor]:
    return lambda edge: torch.outer(edge.local[row], edge.upstream[row])


def _rows(rows: slice) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.local[rows].mT @ edge.upstream[rows]


def _value(name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.state.values[name]


def _gradient(name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.state.given[name]
