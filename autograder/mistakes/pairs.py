"""Two mistakes in one step: what may go together, found by a search that is bounded by a count.

The search is cheap where it can be. A factor on top of another mistake needs no trying: the ratio
of the answer to the mistake's tensor says which. For changes of two different terms their sums are
compared by their projection on one random direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor

from autograder.compare import same_but_for_ones
from autograder.mistakes.derived import Change, Derived, Remembering
from autograder.mistakes.derived.edge import Edge
from autograder.mistakes.mistake import Mistake

__all__ = ["Pair", "Target", "pairs"]

# How many pairs of changes to one term are tried, at most.
_MOST = 1500
_PARTS = ("local", "upstream", "finish")

Make = Callable[[Mapping[str, Any]], Tensor]


@dataclass(frozen=True)
class Pair:
    """Two mistakes at once; the one that says more comes first."""

    parts: tuple[Mistake | Change, Mistake | Change]
    make: Make

    @property
    def cost(self) -> int:
        """What they cost together."""
        return sum(part.cost for part in self.parts)


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

    return Pair((mistake, change), make)


def _in_one_term(derived: Derived, target: Target) -> Iterator[Pair]:
    """Two parts of the same term."""
    assert derived.rule is not None
    state, site = derived.rule.state(target.namespace), derived.variable
    for edge in derived.rule.edges(state, site):
        consumer = edge.shape.consumer
        others = derived.rule.others(state, site, consumer)
        rest = _minus(target, others)
        if rest is None:
            continue
        own = [c for c in derived.changes if c.consumer == consumer and c.site == site]
        yield from _scaled_terms(derived, edge, own, rest)
        for one, other in _of_different_parts(own):
            term = _term(edge, one, other)
            if term is not None and rest.near(term):
                yield _both(derived, one, other)


def _minus(target: Target, others: Tensor | None) -> Target | None:
    """What one term has to be for the answer, if the other terms are right."""
    if others is None:
        return target
    try:
        return Target(target.namespace, target.answer - others, target.bound)
    except RuntimeError:
        return None


def _scaled_terms(
    derived: Derived, edge: Edge, own: Sequence[Change], rest: Target
) -> Iterator[Pair]:
    """A change to a term, and a factor of it."""
    if rest.answer.numel() < 2:
        return
    scales = [c for c in own if c.part == "scale"]
    numbers = [float(c.make(edge.state)) for c in scales]
    for change in own:
        if change.part == "scale":
            continue
        term = _term(edge, change)
        ratio = None if term is None else rest.ratio(term)
        if ratio is not None:
            for scale, number in zip(scales, numbers, strict=True):
                if abs(number - ratio) <= 1e-9 * abs(ratio):
                    yield _both(derived, change, scale)


def _of_different_parts(own: Sequence[Change]) -> Iterator[tuple[Change, Change]]:
    by_part = {part: [c for c in own if c.part == part] for part in _PARTS}
    tried = 0
    for place, first in enumerate(_PARTS):
        for second in _PARTS[place + 1 :]:
            for pair in product(by_part[first], by_part[second]):
                tried += 1
                if tried > _MOST:
                    return
                yield pair


def _term(edge: Edge, *changes: Change) -> Tensor | None:
    """A term with changes; what each of them makes is remembered."""
    once = edge.state.memory.once
    parts = {}
    for change in changes:
        if change.part in ("local", "upstream"):
            made = once(("made", id(change)), lambda c=change: _tried(c, edge))
            if made is None:
                return None
            parts[change.part] = lambda edge, made=made: made
        else:
            parts[change.part] = change.make
    try:
        return edge.changed(parts)
    except (RuntimeError, IndexError):
        return None


def _tried(change: Change, edge: Edge) -> Tensor | None:
    try:
        made: Tensor = change.make(edge)
    except (RuntimeError, IndexError):
        return None
    return made


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
                changed = _term(edge, change)
                if changed is None:
                    continue
                term = changed - edge.term
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
    left, right = (
        torch.tensor([number for _, number in known], dtype=torch.float64)
        for known in (first, second)
    )
    sums = left[:, None] + right
    for i, j in ((sums - sought).abs() <= slack).nonzero().tolist():
        one, other = first[i][0], second[j][0]
        if target.near(derived.answer(target.namespace, (one, other))):
            yield _both(derived, one, other)


def _both(derived: Derived, one: Change, other: Change) -> Pair:
    if one.part == "scale":
        one, other = other, one
    return Pair((one, other), lambda namespace: derived.answer(namespace, (one, other)))
