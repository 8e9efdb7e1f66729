"""Two mistakes in one step: what may go together, found by a search that is bounded by a count.

A factor on top of another mistake needs no trying: the ratio of the answer to the mistake's tensor
says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor

from autograder.mistakes.derived import Change, Derived
from autograder.mistakes.mistake import Mistake
from autograder.mistakes.pairs_of_terms import in_one_term, in_two_terms
from autograder.mistakes.target import Pair, Target

__all__ = ["pairs"]


def pairs(
    derived: Derived, singles: Sequence[tuple[Mistake, Tensor]], target: Target
) -> Iterator[Pair]:
    """The pairs that come near the answer in one state.

    ``singles`` are mistakes with the tensors that they make there, written ones among them. An
    answer of zeros is none of two things: whatever the other one is, it makes no difference.
    """
    singles = [(mistake, made) for mistake, made in singles if mistake.code != "zero_answer"]
    whole = [c for c in derived.changes if not c.consumer and c.site == derived.variable]
    scales = [c for c in whole if c.part == "scale"]
    yield from _scaled(derived, singles, scales, target)
    yield from _reshaped(derived, singles, [c for c in whole if c.part == "shape"], target)
    if derived.rule is not None:
        yield from in_one_term(derived, target)
        yield from in_two_terms(derived, target)


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
