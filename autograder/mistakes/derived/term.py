"""What goes wrong in one term of a step: its local derivative, its upstream gradient, its sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge, Kind
from autograder.mistakes.derived.factors import factors, role_of
from autograder.mistakes.derived.state import State, is_floating
from autograder.mistakes.derived.words import Words

__all__ = ["changes_of_edge"]


def changes_of_edge(edge: Edge) -> Iterator[Change]:
    """Every change to a term, found on one state whose sizes are all different."""
    words = Words(edge.state.graph, edge.shape.variable, edge.shape.consumer)

    def change(
        part: str, code: str, message: str, make: Callable[..., Any], cost: int = 1
    ) -> Change:
        return Change(edge.shape.variable, edge.shape.consumer, part, code, message, make, cost)

    if edge.shape.consumer != edge.state.graph.output:
        yield from _upstream(edge, words, change)
    if edge.shape.kind is Kind.DIAGONAL:
        yield from _local(edge, words, change)
        yield from _sums(edge, words, change)
    elif edge.shape.kind in (Kind.RIGHT, Kind.LEFT):
        yield from _operand(edge, words, change)
    elif edge.shape.kind is Kind.GATHER:
        yield change("finish", "extra_sum", words.extra_sum, lambda e, p: _all_rows(p, e.value), 1)
    role, constant = role_of(edge), _constant(edge)
    messages = {
        "wrong_sign": words.sign,
        "bessel": words.bessel,
        "missing_mean_factor": words.mean_factor,
        "extra_mean_factor": words.extra_mean,
        "mean_instead_of_sum": words.mean_for_sum,
        "wrong_constant": words.constant,
    }
    for factor in factors(edge.state, edge.shape.variable):
        code = role.code(factor.label)
        # 1/n times the right factor 1/(n - 1) is n(n - 1): that is no confusion of the two.
        if code == "bessel" and not (role.mean or role.examples) and constant is None:
            continue
        yield change("scale", code, messages[code], factor.of, factor.cost)


def _upstream(edge: Edge, words: Words, change: Callable[..., Change]) -> Iterator[Change]:
    shape, state = edge.shape, edge.state
    yield change(
        "upstream",
        "missing_upstream",
        words.missing_upstream,
        lambda e: torch.ones_like(e.upstream),
    )
    size = edge.upstream.shape
    for name, value in state.given.items():
        is_gradient = name.startswith("d") and name[1:] in state.values
        if is_gradient and is_floating(value) and name != words.dy and _fits(value.shape, size):
            yield change(
                "upstream",
                "wrong_upstream",
                words.other_upstream(name),
                lambda e, name=name: e.state.given[name].expand(e.upstream.shape),
            )
    yield change(
        "upstream",
        "wrong_upstream",
        words.other_upstream(shape.consumer),
        lambda e: e.state.values[e.shape.consumer],
        2,
    )


def _local(edge: Edge, words: Words, change: Callable[..., Change]) -> Iterator[Change]:
    state, local, constant = edge.state, edge.local, _constant(edge)
    if constant is None:
        for number in (1.0, -1.0) if bool((local < 0).all()) else (1.0,):
            yield change("local", "missing_local_derivative", words.missing_local, _filled(number))
        for number in (2.0, 0.5, -2.0, -0.5):
            yield change(
                "local", "missing_local_derivative", words.missing_local, _filled(number), 2
            )
        yield change("local", "other_function", words.quotient, lambda e: 1 / e.local)
        yield from _elsewhere(edge, words, change)
    elif abs(constant) != 1.0:
        code, message = "wrong_constant", words.constant
        if role_of(edge).mean:
            code, message = "missing_mean_factor", words.mean_factor
        number = 1.0 if constant > 0 else -1.0
        yield change("local", code, message, _filled(number))
    same, multiple = _equal_variable(edge)
    for name in _fitting(state, local.shape):
        message = words.factor(name)
        cost = 1 if constant is not None else 2
        yield change("local", "wrong_variable", message, _times(name), cost)
        if same and name != same:
            told = words.other_variable(name)
            yield change("local", "wrong_variable", told, _instead(name, multiple), 1)
        elif constant is None and name in (edge.shape.variable, edge.shape.consumer):
            yield change("local", "wrong_variable", words.other_variable(name), _instead(name), 2)
    if same and f"d{same}" in state.given:
        name = f"d{same}"
        told = words.other_variable(name)
        yield change("local", "wrong_variable", told, lambda e: e.state.given[name] * multiple)


def _elsewhere(edge: Edge, words: Words, change: Callable[..., Change]) -> Iterator[Change]:
    """The derivative with another variable of the same shape in a parent's place."""
    state, shape = edge.state, edge.shape
    for parent in state.graph.parents(shape.consumer):
        value = state.values[parent]
        if not is_floating(value):
            continue
        for name in _fitting(state, value.shape):
            if name == parent or state.values[name].shape != value.shape:
                continue
            try:
                moved = edge.local_with(**{parent: name})
            except (RuntimeError, IndexError):
                continue
            if moved.isfinite().all() and not torch.allclose(moved, edge.local):
                yield change(
                    "local",
                    "wrong_variable",
                    words.other_variable(name),
                    lambda e, parent=parent, name=name: e.local_with(**{parent: name}),
                )


def _sums(edge: Edge, words: Words, change: Callable[..., Change]) -> Iterator[Change]:
    size, full = edge.value.shape, edge.local.shape
    if size == full:
        if edge.upstream.shape != full and _constant(edge) is not None:
            yield change(
                "term",
                "broadcast_shape",
                words.broadcast_shape,
                lambda e: e.local.flatten()[0] * e.upstream,
            )
        for axis in range(len(full) if edge.upstream.shape == full else 0):
            yield change("finish", "extra_sum", words.extra_sum, _sum_over(axis))
        if len(full) == 2 and edge.upstream.shape == full:
            yield from _products(edge, words, change)
        return
    padded = (1,) * (len(full) - len(size)) + tuple(size)
    right = [axis for axis, length in enumerate(padded) if length != full[axis]]
    yield change("finish", "missing_sum", words.missing_sum, lambda e, p: p)
    for axis in range(len(full)):
        if axis not in right:
            yield change("finish", "wrong_axis", words.wrong_axis, _sum_over(axis))
    if len(right) < len(full):
        yield change("finish", "extra_sum", words.extra_sum, lambda e, p: p.sum())
        yield change(
            "finish", "extra_sum", words.extra_sum, lambda e, p: p.sum().expand(e.value.shape)
        )
    axis = right[0]
    picks: Sequence[slice | int] = (0, -1, slice(1, None), slice(None, -1))
    for pick in picks:
        yield change("finish", "wrong_index", words.wrong_index, _pick(axis, pick))
    yield change(
        "term",
        "product_of_sums",
        words.product_of_sums,
        lambda e: e.finish(e.local) * e.finish(e.upstream.expand(e.local.shape)),
    )
    if len(full) == 2:
        yield from _products(edge, words, change)


def _products(edge: Edge, words: Words, change: Callable[..., Change]) -> Iterator[Change]:
    """A matrix product where an entrywise one is meant, and what may be summed of it."""
    factors: list[Callable[[Edge], Tensor]] = [lambda e: e.local]
    same, _ = _equal_variable(edge)
    for name in (same, edge.shape.variable):
        if name and edge.state.values[name].shape != edge.local.shape:
            factors.append(lambda e, name=name: e.state.values[name])
    for factor in factors:
        for product in _MATMULS:
            for finish in _AFTERWARDS:
                yield change(
                    "term",
                    "matmul_for_elementwise",
                    words.matmul,
                    lambda e, f=factor, p=product, g=finish: g(p(f(e), e.upstream)),
                )


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


def _operand(edge: Edge, words: Words, change: Callable[..., Change]) -> Iterator[Change]:
    """A matrix product's other operand, and the products of another kind."""
    state, shape = edge.state, edge.shape
    yield change(
        "local",
        "missing_local_derivative",
        words.missing_local,
        lambda e: torch.ones_like(e.local),
    )
    for name in _fitting(state, edge.local.shape):
        if name != shape.operand and state.values[name].shape == edge.local.shape:
            yield change("local", "wrong_variable", words.other_variable(name), _instead(name))
    gradient = f"d{shape.operand}"
    if gradient in state.given:
        told = words.other_variable(gradient)
        yield change("local", "wrong_variable", told, lambda e: e.state.given[gradient])
    right = shape.kind is Kind.RIGHT
    code = "elementwise_for_matmul" if right else "missing_sum"
    message = words.elementwise if right else words.missing_sum
    yield change("term", code, message, _outer_right if right else _outer_left)
    yield change(
        "term", "product_of_sums", words.product_of_sums, _sums_right if right else _sums_left
    )
    if not right:
        message = words.last_only
        yield change(
            "term",
            "overwritten_accumulation",
            message,
            lambda e: torch.outer(e.local[-1], e.upstream[-1]),
        )
        yield change(
            "term",
            "wrong_index",
            words.wrong_index,
            lambda e: torch.outer(e.local[0], e.upstream[0]),
        )
        for part in (slice(1, None), slice(None, -1)):
            yield change(
                "term",
                "wrong_index",
                words.wrong_index,
                lambda e, part=part: e.local[part].mT @ e.upstream[part],
            )


def _outer_right(edge: Edge) -> Tensor:
    return edge.upstream[:, None, :] * edge.local


def _outer_left(edge: Edge) -> Tensor:
    return edge.local[:, :, None] * edge.upstream[:, None, :]


def _sums_right(edge: Edge) -> Tensor:
    return edge.upstream.sum(1, keepdim=True) * edge.local.sum(1)


def _sums_left(edge: Edge) -> Tensor:
    return torch.outer(edge.local.sum(0), edge.upstream.sum(0))


def _constant(edge: Edge) -> float | None:
    """The local derivative if it is the same number everywhere, in a tensor of several."""
    if edge.shape.kind is not Kind.DIAGONAL:
        return None
    local = edge.local.flatten()
    if len(local) == 1:
        return _constant_of_scalar(edge)
    first = float(local[0])
    return first if bool(((local - first).abs() <= 1e-12 * abs(first)).all()) else None


def _constant_of_scalar(edge: Edge) -> float | None:
    """A single number says nothing by itself: does it stay when the variables change?"""
    moved = {
        name: value * 1.25 + 0.5 if is_floating(value) else value
        for name, value in edge.state.values.items()
    }
    pull = State(edge.state.graph, moved).pull(edge.shape.consumer, edge.shape.variable)
    here, there = float(edge.local), float(pull(torch.ones_like(edge.upstream)))
    return here if here == there else None


def _equal_variable(edge: Edge) -> tuple[str, float]:
    """The variable that the local derivative is a multiple of, and the multiple; or ""."""
    for name in _fitting(edge.state, edge.local.shape):
        value = edge.state.values[name].expand(edge.local.shape)
        ratio = edge.local / value
        first = float(ratio.flatten()[0])
        if (
            abs(round(first * 2) / 2 - first) < 1e-12
            and first
            and bool(((ratio - first).abs() < 1e-9).all())
        ):
            return name, first
    return "", 1.0


def _fitting(state: State, size: Sequence[int]) -> Iterator[str]:
    """The floating-point variables that broadcast to a shape, all-scalar ones only to scalars."""
    for name, value in state.values.items():
        if is_floating(value) and _fits(value.shape, size) and (value.ndim or not size):
            yield name


def _fits(small: Sequence[int], large: Sequence[int]) -> bool:
    try:
        return tuple(torch.broadcast_shapes(tuple(small), tuple(large))) == tuple(large)
    except RuntimeError:
        return False


def _filled(number: float) -> Callable[[Edge], Tensor]:
    return lambda edge: torch.full_like(edge.local, number)


def _times(name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.local * edge.state.values[name]


def _instead(name: str, multiple: float = 1.0) -> Callable[[Edge], Tensor]:
    return lambda edge: (edge.state.values[name] * multiple).expand(edge.local.shape)


def _sum_over(axis: int) -> Callable[[Edge, Tensor], Tensor]:
    return lambda edge, product: product.sum(axis, keepdim=True)


def _pick(axis: int, pick: slice | int) -> Callable[[Edge, Tensor], Tensor]:
    def picked(edge: Edge, product: Tensor) -> Tensor:
        part = product.movedim(axis, 0)[pick]
        return part if isinstance(pick, int) else part.sum(0)

    return picked


def _all_rows(product: Tensor, value: Tensor) -> Tensor:
    return product.reshape(-1, *value.shape[1:]).sum(0).expand(value.shape)
