"""The sum that undoes a broadcast: missing, over other dimensions, over a part, over too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge
from autograder.mistakes.derived.traits import Draft, constant, equal_variable

__all__ = ["sum_changes"]

_PRODUCT = r"(?:@|matmul|\bmm\b|einsum)"
# In a function with all steps, only the lines of this one count.
_IN_CELL = rf"(?s:\A(?!.*\bdef backward\b).*{_PRODUCT})"
_ON_LINE = rf"(?m:^[^\n=]*\bd{{name}}\b[^\n=]*=[^\n]*{_PRODUCT})"


def sum_changes(draft: Draft) -> Iterator[Change]:
    """Every change to how the product of an entrywise term is summed."""
    edge, words = draft.edge, draft.words
    size, full = edge.value.shape, edge.local.shape
    if size == full and edge.upstream.shape != full:
        if constant(edge) is not None:
            message = words("broadcast_shape")
            yield draft.change("term", "broadcast_shape", message, _unexpanded)
        return
    if size == full:
        for axis in range(len(full)):
            yield draft.change("finish", "extra_sum", words("extra_sum"), _sum_over(axis))
    else:
        yield from _of_broadcast(draft)
    if len(full) == 2:
        yield from _products(draft)


def _of_broadcast(draft: Draft) -> Iterator[Change]:
    words = draft.words
    size, full = draft.edge.value.shape, draft.edge.local.shape
    padded = (1,) * (len(full) - len(size)) + tuple(size)
    right = [axis for axis, length in enumerate(padded) if length != full[axis]]
    yield draft.change("finish", "missing_sum", words("missing_sum"), lambda e, p: p)
    for axis in range(len(full)):
        if axis not in right:
            yield draft.change("finish", "wrong_axis", words("wrong_axis"), _sum_over(axis))
    if len(right) < len(full):
        for make in (_sum_of_all, _sum_everywhere):
            yield draft.change("finish", "extra_sum", words("extra_sum"), make)
    picks: Sequence[slice | int] = (0, -1, slice(1, None), slice(None, -1))
    for pick in picks:
        message = words("wrong_index")
        yield draft.change("finish", "wrong_index", message, _pick(right[0], pick))
    yield draft.change("term", "product_of_sums", words("product_of_sums"), _product_of_sums)


def _products(draft: Draft) -> Iterator[Change]:
    """A matrix product where an entrywise one is meant, and what may be summed of it."""
    edge, message = draft.edge, draft.words("matmul")
    trace = _trace(draft.shape.variable)
    factors: list[Callable[[Edge], Tensor]] = [lambda e: e.local]
    for name in (equal_variable(edge)[0], draft.shape.variable):
        if name and edge.state.values[name].shape != edge.local.shape:
            factors.append(_value(name))
    for factor in factors:
        for product in _MATMULS:
            for finish in _AFTERWARDS:
                make = _matmul(factor, product, finish)
                code = "matmul_for_elementwise"
                yield draft.change("term", code, message, make, 1, trace)


def _trace(variable: str) -> str:
    """The trace of a matrix product that makes the gradient of ``variable``."""
    return rf"{_IN_CELL}|{_ON_LINE.format(name=variable)}"


_MATMULS: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    lambda local, upstream: local @ upstream.mT,
    lambda local, upstream: local.mT @ upstream,
    lambda local, upstream: upstream @ local.mT,
    lambda local, upstream: upstream.mT @ local,
    lambda local, upstream: upstream @ local,
)
_AFTERWARDS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda product: product,
    lambda product: product.sum(0, keepdim=True),
    lambda product: product.sum(1, keepdim=True),
)


def _matmul(
    factor: Callable[[Edge], Tensor],
    product: Callable[[Tensor, Tensor], Tensor],
    finish: Callable[[Tensor], Tensor],
) -> Callable[[Edge], Tensor]:
    def matmul(edge: Edge) -> Tensor:
        left, right = factor(edge), edge.upstream
        if left.ndim == 0 or right.ndim == 0:
            raise IndexError("a single number is no matrix")
        return finish(product(left, right))

    return matmul


def _value(name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.state.values[name]


def _unexpanded(edge: Edge) -> Tensor:
    return edge.local.flatten()[0] * edge.upstream


def _product_of_sums(edge: Edge) -> Tensor:
    return edge.finish(edge.local) * edge.finish(edge.upstream.expand(edge.local.shape))


def _sum_of_all(edge: Edge, product: Tensor) -> Tensor:
    return product.sum()


def _sum_everywhere(edge: Edge, product: Tensor) -> Tensor:
    return product.sum().expand(edge.value.shape)


def _sum_over(axis: int) -> Callable[[Edge, Tensor], Tensor]:
    return lambda edge, product: product.sum(axis, keepdim=True)


def _pick(axis: int, pick: slice | int) -> Callable[[Edge, Tensor], Tensor]:
    def picked(edge: Edge, product: Tensor) -> Tensor:
        part = product.movedim(axis, 0)[pick]
        return part if isinstance(pick, int) else part.sum(0)

    return picked
