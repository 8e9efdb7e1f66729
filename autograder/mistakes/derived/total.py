"""What goes wrong with a step as a whole: its paths, a factor of all of it, its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.mistakes.derived.assigned import assigned_twice
from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge, Kind
from autograder.mistakes.derived.factors import Role, factors, role_of
from autograder.mistakes.derived.state import State, is_floating
from autograder.mistakes.derived.traits import named
from autograder.mistakes.derived.words import Words
from autograder.mistakes.operators import FLOOR

__all__ = ["CONSTANT", "SIGN", "TRANSPOSED", "changes_of_total"]

CONSTANT = "The answer is right up to a constant factor."
SIGN = "The sign of the whole answer is wrong."
TRANSPOSED = "This is transposed: rows and columns have changed places."
_BESSEL = "`n` and `n - 1` are confused."
_ZERO = "The answer is zero everywhere, but the gradients that flow in are not."
_FLOORED = "The answer is zero everywhere: `//` rounds down, and of a fraction nothing is left."
_SMALLER = "This is a part of the gradient: each entry of `{}` has one of its own."
_TOO_MUCH = "Summed over too much: each entry of `{}` has a gradient of its own."


def changes_of_total(state: State, edges: Sequence[Edge]) -> Iterator[Change]:
    """Every change to the sum of a site's terms, found on one state."""
    variable = edges[0].shape.variable

    def change(
        part: str,
        code: str,
        message: str,
        make: Callable[..., Any],
        cost: int = 1,
        source: str = "",
    ) -> Change:
        return Change(variable, "", part, code, message, make, cost, source)

    yield from _paths(state, edges, change)
    yield from _factors(state, edges, change)
    value = state.values[variable]
    yield change("all", "zero_answer", _ZERO, lambda s, e: torch.zeros_like(s.values[variable]), 0)
    yield change(
        "all",
        "zero_answer",
        _FLOORED,
        lambda s, e: torch.zeros_like(s.values[variable]),
        0,
        source=FLOOR,
    )
    if len(edges) == 1 and edges[0].shape.kind is not Kind.DIAGONAL:
        message = f"`{variable}` itself is a factor too many."
        make = _times(variable)
        yield change("all", "wrong_variable", message, make, 2, named(variable))
    told = _TOO_MUCH.format(variable), _SMALLER.format(variable)
    yield from shapes_of(value, told, change)
    right = _sum([edge.term for edge in edges])
    for name, other in state.values.items():
        # `dhpreact` may be a variable of the graph: passed on as it is, something else is wrong.
        if is_floating(other) and name not in state.gradients and not _is_multiple(other, right):
            message = f"This is the value of `{name}`, and not a gradient."
            make = _value(name)
            yield change("all", "forward_value_returned", message, make, 1, named(name))


def _is_multiple(value: Tensor, right: Tensor) -> bool:
    """Whether a value is right but for a constant: then that is the mistake."""
    if value.shape != right.shape:
        return False
    ratio = (right / value).flatten()
    same = bool(((ratio - ratio[0]).abs() <= 1e-9 * ratio[0].abs()).all())
    twice = float(2 * ratio[0])  # one number is a multiple of any other: of a small one
    return same and (value.numel() > 1 or abs(twice - round(twice)) < 1e-9)


def _value(name: str) -> Callable[[State, list[Edge]], Tensor]:
    return lambda state, edges: state.values[name]


def shapes_of(
    value: Tensor, told: tuple[str, str], change: Callable[..., Change]
) -> Iterator[Change]:
    """A right answer turned, summed, or cut; what is ``told`` of the last two."""
    too_much, smaller = told
    if value.ndim > 1:
        yield change("shape", "transposed", TRANSPOSED, _turned)
    for axis in range(value.ndim):
        if value.shape[axis] > 1:
            yield change("shape", "extra_sum", too_much, _summed(axis))
    if value.numel() > 1:
        yield change("shape", "extra_sum", too_much, lambda t: t.sum())
        if value.ndim > 1 and value.shape[0] > 1:
            yield change("shape", "broadcast_shape", smaller, lambda t: t[:1])
    if value.ndim > 2:
        yield change("shape", "extra_sum", too_much, lambda t: t.sum((0, 1)))


def _paths(state: State, edges: Sequence[Edge], change: Callable[..., Change]) -> Iterator[Change]:
    if len(edges) == 1:
        return
    twice = assigned_twice(f"d{edges[0].shape.variable}")
    for place, edge in enumerate(edges):
        words = Words(state.graph, edge.shape.variable, edge.shape.consumer)
        drop, keep = _without(place), _only(place)
        yield change("all", "missing_branch", words("missing_branch"), drop)
        yield change("all", "overwritten_accumulation", words("overwritten"), drop, source=twice)
        if len(edges) > 2:
            yield change("all", "missing_branch", words("missing_branch"), keep)
            yield change(
                "all", "overwritten_accumulation", words("overwritten"), keep, source=twice
            )
        yield change("all", "branch_twice", words("branch_twice"), _twice(place))
        if 0 < int((edge.term == 0).sum()) < edge.term.numel():
            message = (
                f"What arrives through `{edge.shape.consumer}` overwrites what is there already: "
                "parts of a gradient are added."
            )
            yield change("all", "overwritten_accumulation", message, _over(place))
    if any(edge.upstream.shape != edge.value.shape for edge in edges) and edges[0].value.ndim > 1:
        message = words("broadcast_shape")
        yield change("all", "broadcast_shape", message, _in_one_row)


def _in_one_row(state: State, edges: list[Edge]) -> Tensor:
    """Sums where terms are larger than the smallest upstream gradient, which is not expanded."""
    return _sum(
        [
            e.term[:1] if e.upstream.shape != e.value.shape else e.term.sum(0, keepdim=True)
            for e in edges
        ]
    )


def _factors(
    state: State, edges: Sequence[Edge], change: Callable[..., Change]
) -> Iterator[Change]:
    roles = [role_of(edge) for edge in edges]
    role = roles[0]
    if len(roles) > 1:
        mean = next((role.mean for role in roles if role.mean), "")
        role = Role(mean, any(role.far for role in roles))
    variable = edges[0].shape.variable
    messages = {
        "wrong_sign": SIGN,
        "bessel": _BESSEL,
        "missing_mean_factor": "Something on the way is an average over n: the 1/n is missing.",
        "extra_mean_factor": "There is one division too many in the answer.",
        "mean_instead_of_sum": "A mean stands where a sum should: gradients add up.",
        "wrong_constant": CONSTANT,
    }
    for factor in factors(state, variable):
        code = role.code(factor.label)
        yield change("scale", code, messages[code], factor.of, 1 + (len(edges) == 1))


def _times(variable: str) -> Callable[[State, list[Edge]], Tensor]:
    return lambda state, edges: state.values[variable] * edges[0].term


def _turned(total: Tensor) -> Tensor:
    if total.ndim < 2:
        raise IndexError("a vector has no rows and columns")
    return total.mT


def _summed(axis: int) -> Callable[[Tensor], Tensor]:
    return lambda total: total.sum(axis, keepdim=True)


def _without(place: int) -> Callable[[State, list[Edge]], Tensor]:
    return lambda state, edges: _sum([e.term for i, e in enumerate(edges) if i != place])


def _only(place: int) -> Callable[[State, list[Edge]], Tensor]:
    return lambda state, edges: edges[place].term


def _twice(place: int) -> Callable[[State, list[Edge]], Tensor]:
    return lambda state, edges: _sum([*(e.term for e in edges), edges[place].term])


def _over(place: int) -> Callable[[State, list[Edge]], Tensor]:
    def over(state: State, edges: list[Edge]) -> Tensor:
        rest = _sum([e.term for i, e in enumerate(edges) if i != place])
        own = edges[place]
        return torch.where(own.local != 0, own.term, rest)

    return over


def _sum(terms: Sequence[Tensor]) -> Tensor:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
