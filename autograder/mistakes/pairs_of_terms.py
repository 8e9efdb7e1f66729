"""Two changes to a step's terms: two parts of one term, or one part in each of two terms.

The search is bounded by a count. For changes of two terms their sums are compared by their
projection on one random direction, so that not every pair has to be made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product

import torch
from torch import Tensor

from autograder.mistakes.derived import Change, Derived
from autograder.mistakes.derived.edge import Edge
from autograder.mistakes.target import Pair, Target, both

__all__ = ["in_one_term", "in_two_terms"]

# How many pairs of changes to one term are tried, at most.
_MOST = 1500
_PARTS = ("local", "upstream", "finish")


def in_one_term(derived: Derived, target: Target) -> Iterator[Pair]:
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
                yield both(derived, one, other)


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
    ratio = rest.ratio(edge.term)
    sign = next((c for c in scales if c.code == "wrong_sign"), None)
    for scale, number in zip(scales, numbers, strict=True):
        if sign is not None and ratio is not None and abs(number + ratio) <= 1e-9 * abs(ratio):
            yield _negated(derived, scale, sign)
    for change in own:
        if change.part == "scale":
            continue
        term = _term(edge, change)
        ratio = None if term is None else rest.ratio(term)
        if ratio is not None:
            for scale, number in zip(scales, numbers, strict=True):
                if abs(number - ratio) <= 1e-9 * abs(ratio):
                    yield both(derived, change, scale)


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
            made = once(("made", id(change)), functools.partial(_tried, change, edge))
            if made is None:
                return None
            parts[change.part] = _always(made)
        else:
            parts[change.part] = change.make
    try:
        return edge.changed(parts)
    except (RuntimeError, IndexError):
        return None


def _always(made: Tensor) -> Callable[[Edge], Tensor]:
    return lambda edge: made


def _tried(change: Change, edge: Edge) -> Tensor | None:
    try:
        made: Tensor = change.make(edge)
    except (RuntimeError, IndexError):
        return None
    return made


def in_two_terms(derived: Derived, target: Target) -> Iterator[Pair]:
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
            yield both(derived, one, other)


def _negated(derived: Derived, scale: Change, sign: Change) -> Pair:
    both = replace(scale, make=lambda state: -scale.make(state))
    return Pair((scale, sign), lambda namespace: derived.answer(namespace, (both,)))
