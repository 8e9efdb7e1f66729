"""Two mistakes in one step: what may go together, found by a search that is bounded by a count.

The search is cheap where it can be. A factor on top of another mistake needs no trying: the ratio
of the answer to the mistake's tensor says which. For changes of two different terms their sums are
compared by their projection on one random direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.compare import same_but_for_ones
from autograder.mistakes.derived import Change, Derived, Remembering, compatible
from autograder.mistakes.mistake import Mistake

__all__ = ["Pair", "Target", "pairs"]

# How many pairs of changes to one term are tried, at most.
_MOST = 2500

Make = Callable[[Mapping[str, Any]], Tensor]


@dataclass(frozen=True)
class Pair:
    """Two mistakes at once; the one that says more comes first."""

    codes: tuple[str, str]
    messages: tuple[str, str]
    make: Make
    cost: int


@dataclass(frozen=True)
class Target:
    """The answer that is to be explained, in one state; ``bound`` is what counts as equal."""

    namespace: Remembering
    answer: Tensor
    bound: float

    def fits(self, made: Tensor) -> bool:
        """Whether a tensor has the answer's shape, dimensions of size 1 aside."""
        return made.numel() == self.answer.numel() and same_but_for_ones(
            tuple(made.shape), tuple(self.answer.shape)
        )

    def near(self, made: Tensor) -> bool:
        """Whether a tensor is the answer."""
        if not self.fits(made):
            return False
        return bool(((made.reshape(self.answer.shape) - self.answer).abs() <= self.bound).all())

    def ratio(self, made: Tensor) -> float | None:
        """c if the answer is c times ``made``, for one c for all entries."""
        if not self.fits(made):
            return None
        flat, answer = made.flatten(), self.answer.flatten()
        square = float(flat @ flat)
        if square == 0 or square == float("inf") or square != square:
            return None
        ratio = float(flat @ answer) / square
        return ratio if bool(((ratio * flat - answer).abs() <= self.bound).all()) else None


def pairs(
    derived: Derived, singles: Sequence[tuple[Mistake, Tensor]], target: Target
) -> Iterator[Pair]:
    """The pairs that come near the answer in one state.

    ``singles`` are mistakes with the tensors that they make there, written ones among them.
    """
    whole = [c for c in derived.changes if not c.consumer and c.site == derived.variable]
    scales = [c for c in whole if c.part == "scale"]
    yield from _scaled(derived, singles, scales, target)
    yield from _reshaped(derived, singles, [c for c in whole if c.part == "shape"], target)
    if derived.rule is not None:
        yield from _in_one_term(derived, target)
        yield from _in_two_terms(derived, target)


def _scaled(
    derived: Derived,
    singles: Sequence[tuple[Mistake, Tensor]],
    scales: Sequence[Change],
    target: Target,
) -> Iterator[Pair]:
    """A factor on top of another mistake."""
    if not scales or target.answer.numel() < 2:
        return
    numbers = _factors(derived, scales, target)
    for mistake, made in singles:
        ratio = target.ratio(made)
        if ratio is None:
            continue
        for change, number in zip(scales, numbers, strict=True):
            if abs(number - ratio) <= 1e-9 * abs(ratio):
                yield _on_top(derived, mistake, change)


def _reshaped(
    derived: Derived,
    singles: Sequence[tuple[Mistake, Tensor]],
    shapes: Sequence[Change],
    target: Target,
) -> Iterator[Pair]:
    """A transposition or a sum on top of another mistake."""
    for mistake, made in singles:
        for change in shapes:
            try:
                turned = change.make(made)
            except (RuntimeError, IndexError):
                continue
            if target.near(turned):
                yield _on_top(derived, mistake, change)


def _factors(derived: Derived, scales: Sequence[Change], target: Target) -> list[float]:
    state = derived.rule.state(target.namespace) if derived.rule else target.namespace
    return [float(change.make(state)) for change in scales]


def _on_top(derived: Derived, mistake: Mistake, change: Change) -> Pair:
    def make(namespace: Mapping[str, Any]) -> Tensor:
        made = mistake.make(namespace)
        if change.part != "scale":
            turned: Tensor = change.make(made)
            return turned
        state = derived.rule.state(namespace) if derived.rule else namespace
        return made * float(change.make(state))

    return Pair(
        (mistake.code, change.code),
        (mistake.message, change.message),
        make,
        mistake.cost + change.cost,
    )


def _in_one_term(derived: Derived, target: Target) -> Iterator[Pair]:
    """Two parts of the same term."""
    tried = 0
    own = [c for c in derived.changes if c.consumer and c.site == derived.variable]
    for place, one in enumerate(own):
        for other in own[place + 1 :]:
            if one.consumer != other.consumer or not compatible(one, other):
                continue
            if "scale" in (one.part, other.part) and target.answer.numel() < 2:
                continue
            tried += 1
            if tried > _MOST:
                return
            try:
                made = derived.answer(target.namespace, (one, other))
            except (RuntimeError, IndexError):
                continue
            if target.near(made):
                yield _both(derived, one, other)


def _in_two_terms(derived: Derived, target: Target) -> Iterator[Pair]:
    """A change in each of two terms, which add up."""
    assert derived.rule is not None
    rule, state = derived.rule, derived.rule.state(target.namespace)
    edges = {edge.shape.consumer: edge for edge in rule.edges(state, derived.variable)}
    if len(edges) < 2 or not target.fits(rule.right(state, derived.variable)):
        return
    size = rule.right(state, derived.variable).shape
    generator = torch.Generator().manual_seed(1)
    direction = torch.rand(size, generator=generator, dtype=target.answer.dtype)
    known: dict[str, list[tuple[Change, float]]] = {}
    for consumer, edge in edges.items():
        known[consumer] = []
        for change in derived.changes:
            if change.consumer != consumer or change.site != derived.variable:
                continue
            try:
                term = edge.changed({change.part: change.make}) - edge.term
                known[consumer].append((change, float((term.expand(size) * direction).sum())))
            except (RuntimeError, IndexError):
                continue
    wanted = target.answer.reshape(size) - rule.right(state, derived.variable)
    sought = float((wanted * direction).sum())
    slack = 10 * target.bound * size.numel()
    names = list(edges)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            yield from _meeting(derived, known[first], known[second], sought, slack, target)


def _meeting(
    derived: Derived,
    first: Sequence[tuple[Change, float]],
    second: Sequence[tuple[Change, float]],
    sought: float,
    slack: float,
    target: Target,
) -> Iterator[Pair]:
    if not first or not second:
        return
    sums = torch.tensor([a for _, a in first])[:, None] + torch.tensor([b for _, b in second])
    for i, j in ((sums - sought).abs() <= slack).nonzero().tolist():
        one, other = first[i][0], second[j][0]
        if target.near(derived.answer(target.namespace, (one, other))):
            yield _both(derived, one, other)


def _both(derived: Derived, one: Change, other: Change) -> Pair:
    if one.part == "scale":
        one, other = other, one
    return Pair(
        (one.code, other.code),
        (one.message, other.message),
        lambda namespace: derived.answer(namespace, (one, other)),
        one.cost + other.cost,
    )
