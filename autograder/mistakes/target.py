"""The answer that is to be explained, and two mistakes that explain it together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.compare import same_but_for_ones
from autograder.mistakes.derived import Change, Derived, Remembering
from autograder.mistakes.mistake import Mistake

__all__ = ["Make", "Pair", "Target", "both"]

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


def both(derived: Derived, one: Change, other: Change) -> Pair:
    """Two changes at once; a factor comes second, it says least."""
    if one.part == "scale":
        one, other = other, one
    return Pair((one, other), lambda namespace: derived.answer(namespace, (one, other)))
