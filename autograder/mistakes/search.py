"""The search for what explains one result of a step: a mistake, or two."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.mistakes import Mistake, mistakes_of
from autograder.mistakes.derived import Change, Remembering, derived_of
from autograder.mistakes.pairs import pairs
from autograder.mistakes.target import Pair, Target
from autograder.observation import Observation
from autograder.steps import Stage, Step

__all__ = ["Search", "evidence"]

_AGAINST = 2
_PRECISION = {torch.float64: 1e-10, torch.float32: 1e-5}


class Search:
    """The search for what explains one result of a step."""

    def __init__(
        self, stage: Stage, step: Step, result: int, seen: Sequence[Observation], source: str
    ) -> None:
        self._stage, self._step, self._source = stage, step, source
        self.result = result
        self._first, *self._rest = [_target(one) for one in seen]
        self._made: list[tuple[Mistake, Tensor]] = []

    def singles(self, dearer: bool, tried: Collection[int] = ()) -> list[Mistake]:
        """The mistakes that make the answer in every state; the cheapest, or also ``dearer``.

        None that shows in results that have been ``tried``: there it would have been found.
        """
        matching: list[Mistake] = []
        for mistake in mistakes_of(self._stage, self._step):
            if mistake.result != self.result or not mistake.shows.isdisjoint(tried):
                continue
            if mistake.needs and not re.search(mistake.needs, self._source):
                continue
            if matching and mistake.cost > matching[0].cost and not dearer:
                break
            made = _made(mistake.make, self._first.namespace)
            if made is None:
                continue
            self._made.append((mistake, made))
            if mistake.code == "zero_answer" and bool(self._first.answer.any()):
                continue  # what is lost in rounding is not written as zero
            if self._first.near(made) and self._everywhere(mistake.make):
                matching.append(mistake)
        return matching

    def is_zero(self, *, but_for_rounding: bool) -> bool:
        """Whether the answer is zero everywhere in every state."""
        targets = (self._first, *self._rest)
        bounds = [target.bound if but_for_rounding else 0.0 for target in targets]
        return all(
            bool((target.answer.abs() <= bound).all())
            for target, bound in zip(targets, bounds, strict=True)
        )

    def zero(self) -> Mistake | None:
        """The mistake whose answer is zero everywhere, if it would be a mistake; the simplest."""
        known = mistakes_of(self._stage, self._step)
        zeros = [m for m in known if m.code == "zero_answer" and m.result == self.result]
        return min(zeros, key=lambda m: (m.cost, evidence(m, self._source)), default=None)

    def explained_by(self, code: str, message: str) -> bool:
        """Whether one of the mistakes with this code and message makes the answer."""
        return any(
            self._makes(mistake)
            for mistake in mistakes_of(self._stage, self._step)
            if (mistake.result, mistake.code, mistake.message) == (self.result, code, message)
        )

    def is_refuted(self, mistake: Mistake) -> bool:
        """Whether a mistake of another result would show here, and the answer is not what it makes.

        A mistake on the way may leave some results as they are.
        """
        return self.result in mistake.shows and not self.explained_by(mistake.code, mistake.message)

    def _makes(self, mistake: Mistake) -> bool:
        made = _made(mistake.make, self._first.namespace)
        return made is not None and self._first.near(made) and self._everywhere(mistake.make)

    def pair(self) -> Pair | None:
        """The simplest two mistakes that make the answer together, if no single one does."""
        found = [
            pair
            for derived in derived_of(self._stage, self._step)
            if derived.result == self.result
            for pair in pairs(derived, self._made, self._first)
            if _believable(pair, self._source) and self._everywhere(pair.make)
        ]
        return min(found, key=_rank) if found else None

    def _everywhere(self, make: Callable[[Mapping[str, Any]], Tensor]) -> bool:
        for target in self._rest:
            made = _made(make, target.namespace)
            if made is None or not target.near(made):
                return False
        return True


def _target(observation: Observation) -> Target:
    answer, scale = observation.answer, observation.expected.scale
    if answer.numel():
        scale = max(scale, float(answer.abs().max()))
    bound = max(_PRECISION[answer.dtype], _PRECISION[observation.expected.value.dtype]) * scale
    return Target(Remembering(observation.namespace), answer.detach().double(), bound)


def _made(make: Callable[[Mapping[str, Any]], Tensor], namespace: Remembering) -> Tensor | None:
    """What a mistake makes of a namespace; None if it does not apply there."""
    try:
        made = make(namespace)
    except Exception:  # a mistake that cannot be made in this state does not apply
        return None
    return made.double() if isinstance(made, Tensor) else None


def _rank(pair: Pair) -> tuple[int, bool]:
    """The cheaper pair first, then one that leads with something missing: that is the simplest."""
    return pair.cost, not pair.parts[0].code.startswith("missing_")


def _believable(pair: Pair, source: str) -> bool:
    """Two mistakes together may make anything: what the cell's text speaks against is not meant."""
    return all(evidence(part, source) < _AGAINST for part in pair.parts)


def evidence(mistake: Mistake | Change, source: str) -> int:
    """What the cell's text says: 0 for the mistake, 1 nothing, 2 against it."""
    if isinstance(mistake, Mistake) and mistake.needs:
        return 0  # it was found, else the mistake would not be asked about
    if not mistake.source or not source:
        return 1
    return 0 if re.search(mistake.source, source) else _AGAINST
