"""Fresh inputs for each stage: sizes and numbers that no student has seen.

Three kinds. *primes*: every size another prime, small variances (so that a forgotten epsilon
shows), and the last class without a target, a token or a row's maximum. *square*: the examples,
the hidden units, the characters and the width of the embedded context are equally many, so that
a transposed product has the right shape; the last class has all three. *own*: the notebook's
sizes with new numbers, to tell a hard-coded size from a wrong rule. In every kind some classes
occur several times and some never.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor

from autograder.stages.unrolled import GRAPH, SIZES, Sizes, draw_inputs

__all__ = ["Kind", "draw_sizes", "draw_stage"]

_PRIMES = (7, 11, 13, 17, 19)
# Context and embedding of the square states; their product is every other size.
_SQUARES = ((2, 4), (2, 5), (3, 4), (2, 7))


class Kind(StrEnum):
    """Which sizes a draw has."""

    PRIMES = "primes"
    SQUARE = "square"
    OWN = "own"


@dataclass(frozen=True)
class _Dice:
    """Random numbers from one generator, in float64."""

    generator: torch.Generator
    kind: Kind

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def away_from_zero(self) -> Tensor:
        """One number between 0.4 and 1.6, of either sign."""
        size, coin = torch.rand(2, generator=self.generator, dtype=torch.float64)
        number: Tensor = (0.4 + 1.2 * size) * (1.0 if coin < 0.5 else -1.0)
        return number

    def choose(self, options: tuple[Any, ...]) -> Any:
        return options[int(torch.randint(len(options), (), generator=self.generator))]

    def classes(self, count: int, shape: tuple[int, ...]) -> Tensor:
        """Classes below ``count``: some twice, some never, the last one as the kind has it."""
        order = torch.randperm(count - 1, generator=self.generator)[: max(1, count - 2)]
        picks = torch.randint(len(order), (math.prod(shape),), generator=self.generator)
        classes = order[picks]
        classes[1] = classes[0]
        if not self.without_last:
            classes[-1] = count - 1
        return classes.reshape(shape)

    @property
    def without_last(self) -> bool:
        return self.kind is not Kind.SQUARE


def draw_stage(stage: str, generator: torch.Generator, kind: Kind) -> dict[str, Any]:
    """Every input of the forward graphs of a stage, float64 and contiguous; {} if it has none."""
    draw = _DRAWS.get(stage)
    return draw(_Dice(generator, kind)) if draw else {}


def draw_sizes(generator: torch.Generator, kind: Kind) -> Sizes:
    """Sizes of a minibatch and a network of that kind."""
    if kind is Kind.OWN:
        return SIZES
    if kind is Kind.SQUARE:
        context, embedding = _Dice(generator, kind).choose(_SQUARES)
        side = context * embedding
        return Sizes(side, context, embedding, side, side)
    order = torch.randperm(len(_PRIMES), generator=generator).tolist()
    n, hidden, vocabulary = (_PRIMES[place] for place in order[:3])
    embedding = _Dice(generator, kind).choose((3, 5))
    return Sizes(n, 2, embedding, hidden, vocabulary)


def _warmup(dice: _Dice) -> dict[str, Any]:
    """Five small graphs; see ``stages.warmup``."""
    sizes = draw_sizes(dice.generator, dice.kind)
    length, rows, inner, columns = sizes.n, sizes.n, sizes.hidden, sizes.vocabulary
    table, picks = (sizes.vocabulary, sizes.hidden), sizes.n
    if dice.kind is Kind.OWN:
        length, rows, inner, columns, table, picks = 4, 5, 3, 4, (5, 3), 6
    return {
        **{name: dice.away_from_zero() for name in ("side", "w", "s", "b", "y")},
        "a": dice.normal(length),
        "c": dice.normal(length),
        "A": dice.normal(rows, inner),
        "B": dice.normal(inner, columns),
        "pull": dice.normal(rows, columns),
        "table": dice.normal(*table),
        "rows": dice.classes(table[0], (picks,)),
        "push": dice.normal(picks, table[1]),
    }


def _unrolled(dice: _Dice) -> dict[str, Any]:
    """The whole network; see ``stages.unrolled``."""
    sizes = draw_sizes(dice.generator, dice.kind)
    inputs = draw_inputs(dice.generator, sizes)
    inputs["Xb"] = dice.classes(sizes.vocabulary, (sizes.n, sizes.context))
    inputs["Yb"] = dice.classes(sizes.vocabulary, (sizes.n,))
    if dice.kind is Kind.PRIMES:
        inputs["C"] = inputs["C"] * 0.1
    for name in ("W2", "b2"):  # logits that differ by more than a little
        inputs[name] = inputs[name] * 4
    logits = GRAPH.forward(inputs)["logits"]
    inputs["b2"][-1] += _shift_of_last(dice, logits)
    return inputs


def _shift_of_last(dice: _Dice, logits: Tensor) -> Tensor:
    """What to add to the last column so that it is largest in no row, or in half of them."""
    ahead = logits[:, -1] - logits[:, :-1].max(1).values
    return -ahead.max() - 0.5 if dice.without_last else -ahead.median() + 1e-3


def _cross_entropy(dice: _Dice) -> dict[str, Any]:
    """Logits and targets; see ``stages.cross_entropy``."""
    sizes = draw_sizes(dice.generator, dice.kind)
    logits = dice.normal(sizes.n, sizes.vocabulary) * 2
    logits[:, -1] += _shift_of_last(dice, logits)
    return {"logits": logits, "Yb": dice.classes(sizes.vocabulary, (sizes.n,)), "n": sizes.n}


def _batchnorm(dice: _Dice) -> dict[str, Any]:
    """A layer before batch norm and the gradient behind it; see ``stages.batchnorm``."""
    sizes = draw_sizes(dice.generator, dice.kind)
    n, hidden = sizes.n, sizes.hidden
    spread = 0.1 if dice.kind is Kind.PRIMES else 1.0
    spreads = torch.rand(1, hidden, generator=dice.generator, dtype=torch.float64)
    return {
        "hprebn": (dice.normal(n, hidden) + dice.normal(1, hidden)) * spread,
        "dhpreact": dice.normal(n, hidden),
        "bngain": 1 + 0.2 * dice.normal(1, hidden),
        "bnbias": 0.2 * dice.normal(1, hidden),
        "bnmean_running": dice.normal(1, hidden) * spread,
        "bnvar_running": (0.5 + spreads) * spread**2,
        "n": n,
    }


_DRAWS: Mapping[str, Callable[[_Dice], dict[str, Any]]] = {
    "00_warmup": _warmup,
    "01_unrolled": _unrolled,
    "02_cross_entropy": _cross_entropy,
    "03_batchnorm": _batchnorm,
}
