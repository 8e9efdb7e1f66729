"""Constant factors that slip in or get lost, and what each of them means where it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.mistakes.derived.edge import Edge, Kind
from autograder.mistakes.derived.state import State

__all__ = ["Factor", "Role", "factors", "role_of"]


@dataclass(frozen=True)
class Factor:
    """A factor in any state: ``label`` is what a mistake with it would be told by."""

    label: str
    of: Callable[[State], float]


@dataclass(frozen=True)
class Role:
    """What a factor means for a term: its code, by what is averaged or summed there.

    ``mean``: which of n and n - 1 the forward pass divides by here; ``far``: whether it may divide
    further on, where no gradient is given. ``over``: sizes (variable, dimension) that are summed,
    forward or backward; ``examples``: the examples are among them. ``product``: a matrix product.
    """

    mean: str = ""
    far: bool = False
    over: frozenset[str] = frozenset()
    examples: bool = False
    product: bool = False

    def code(self, label: str) -> str:
        """The code of a factor of this label."""
        if label == "-1":
            return "wrong_sign"
        if label in ("n/(n-1)", "(n-1)/n"):
            return "bessel"
        if label in ("n", "n-1"):
            lost = label == (self.mean or "n" * self.far)
            return "missing_mean_factor" if lost else "wrong_constant"
        if label in ("1/n", "1/(n-1)") and self.mean:
            return "extra_mean_factor"
        if label == "1/n":
            averaged = self.examples and not self.product
            return "mean_instead_of_sum" if averaged else "extra_mean_factor"
        if label == "1/(n-1)":
            return "bessel" if self.examples else "extra_mean_factor"
        if label.startswith("1/len"):
            return "mean_instead_of_sum" if label[2:] in self.over else "extra_mean_factor"
        return "wrong_constant"


_NUMBERS = (2.0, 0.5, 3.0, 1 / 3, 4.0, 0.25, 1.5, 2 / 3, 6.0)
_OF_N: dict[str, Callable[[int], float]] = {
    "n": lambda n: n,
    "n-1": lambda n: n - 1,
    "1/n": lambda n: 1 / n,
    "1/(n-1)": lambda n: 1 / (n - 1),
    "n/(n-1)": lambda n: n / (n - 1),
    "(n-1)/n": lambda n: (n - 1) / n,
}


def factors(state: State, variable: str) -> Iterator[Factor]:
    """The factors to be tried for a variable: of n, of the sizes around it, and small numbers."""
    yield Factor("-1", lambda state: -1.0)
    if state.n > 1:
        for label, function in _OF_N.items():
            yield Factor(label, lambda state, f=function: f(state.n))  # type: ignore[misc]
    for number in _NUMBERS:
        yield Factor(f"{number:.3g}", lambda state, c=number: c)  # type: ignore[misc]
    seen = {state.n, 1}
    for name in (variable, *state.graph.consumers(variable)):
        for place, size in enumerate(state.values[name].shape):
            if size not in seen:
                seen.add(size)
                yield _of_size(name, place)
    if state.values[variable].ndim > 1:
        numel = _numel(variable)
        yield Factor("1/numel", numel)


def _of_size(name: str, place: int) -> Factor:
    return Factor(f"1/len {name} {place}", lambda state: 1 / state.values[name].shape[place])


def _numel(name: str) -> Callable[[State], float]:
    return lambda state: 1 / state.values[name].numel()


def role_of(edge: Edge) -> Role:
    """What factors mean for one term."""
    state, shape = edge.state, edge.shape
    names = (shape.variable, *state.graph.consumers(shape.variable))
    summed: set[int] = set()
    size, result = edge.value.shape, state.values[shape.consumer].shape
    if shape.kind is Kind.DIAGONAL and result:  # into a scalar everything is summed
        summed = _missing(size, result) | _missing(result, size)
    elif shape.kind is Kind.RIGHT:
        summed = {result[1]}
    elif shape.kind is Kind.LEFT:
        summed = {result[0]}
    over = {
        f"len {name} {place}"
        for name in names
        for place, length in enumerate(state.values[name].shape)
        if length in summed
    }
    return Role(
        mean=_mean(edge),
        far=not state.is_given(shape.consumer) and "n" in state.values,
        over=frozenset(over),
        examples=state.n in summed and shape.kind is not Kind.RIGHT,
        product=shape.kind in (Kind.RIGHT, Kind.LEFT),
    )


def _missing(small: tuple[int, ...], large: tuple[int, ...]) -> set[int]:
    """The sizes along which ``small`` is repeated in ``large``."""
    padded = (1,) * (len(large) - len(small)) + tuple(small)
    return {b for a, b in zip(padded, large, strict=False) if a == 1 != b}


def _mean(edge: Edge) -> str:
    """Which of n and n - 1 the forward pass divides by on this edge, if it does.

    Found by telling the consumer of another n: its derivative follows 1/n or 1/(n - 1).
    """
    state, consumer = edge.state, edge.shape.consumer
    if "n" not in state.graph.parents(consumer):
        return ""
    if consumer == state.graph.output:  # `range(n)` picks the rows there: n cannot be another
        return "n"
    n = state.n
    other = State(state.graph, {**state.values, "n": 2 * n})
    here, there = (s.pull(consumer, edge.shape.variable)(edge.upstream) for s in (state, other))
    place = int(here.abs().argmax())
    ratio = float(here.flatten()[place]) / float(there.flatten()[place])
    if abs(ratio - 2) < 1e-6:
        return "n"
    return "n-1" if abs(ratio - (2 * n - 1) / (n - 1)) < 1e-6 else ""
