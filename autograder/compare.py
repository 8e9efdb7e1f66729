"""When two gradients are the same: the one definition.

Three bands. *exact*: equal bit for bit. *equal*: different by no more than rounding explains.
*wrong*: anything else. Exactness is reported and never graded, because a right formula need not
sum in autograd's order.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy
import torch
from torch import Tensor

__all__ = [
    "Band",
    "Comparison",
    "LateReference",
    "Reference",
    "compare",
    "same_but_for_ones",
]

# Largest difference that counts as rounding, relative to the size of the summed terms. Machine
# epsilon is 2.2e-16 and 1.2e-7; the factors leave room for a long chain and other summation
# orders, and stay far below the smallest mistake we know (a forgotten epsilon, about 1e-6).
_RELATIVE_BOUND = {torch.float64: 1e-10, torch.float32: 1e-5}


class Band(StrEnum):
    """How close an answer is to its reference."""

    EXACT = "exact"
    EQUAL = "equal"
    WRONG = "wrong"


@dataclass(frozen=True)
class Reference:
    """An expected tensor and ``scale``, the size of the terms that were summed for it."""

    value: Tensor
    scale: float

    @classmethod
    def of(cls, value: Tensor) -> "Reference":
        """A reference whose own largest entry is its scale: for results without cancellation."""
        return cls(value, float(value.abs().max()) if value.numel() else 1.0)


class LateReference(Reference):
    """A reference that is found when it is asked for: most are for nothing but their value."""

    def __init__(self, value: Callable[[], Tensor], scale: Callable[[], float]) -> None:
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "_scale", scale)

    @cached_property
    def value(self) -> Tensor:
        """See ``Graph.local_rule``."""
        found: Tensor = self.__dict__["_value"]()
        return found

    @cached_property
    def scale(self) -> float:
        """See ``Graph.term_scale``."""
        found: float = self.__dict__["_scale"]()
        return found


@dataclass(frozen=True)
class Comparison:
    """What a comparison found; ``worst`` is the index of the largest difference.

    ``rows`` and ``columns`` are the first and last indices at which entries differ. ``ratio`` is r
    when the answer is r times the reference everywhere, else None. ``bound`` is the largest
    difference that counts as rounding, 0 where there is none to count. For shapes that do not
    fit, only the shapes and the band say anything.
    """

    band: Band
    shape: tuple[int, ...]
    expected_shape: tuple[int, ...]
    differing: int = 0
    entries: int = 0
    max_difference: float = float("nan")
    worst: tuple[int, ...] | None = None
    worst_actual: float = float("nan")
    worst_expected: float = float("nan")
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    ratio: float | None = None
    bound: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the answer counts."""
        return self.band is not Band.WRONG

    @property
    def shapes_fit(self) -> bool:
        """Whether the shapes agree, size-1 dimensions aside."""
        return same_but_for_ones(self.shape, self.expected_shape)


def same_but_for_ones(shape: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes differ in nothing but dimensions of size 1: (64,) and (1, 64)."""
    return [size for size in shape if size != 1] == [size for size in other if size != 1]


def compare(actual: Tensor, reference: Reference) -> Comparison:
    """Compare a floating-point tensor with its reference, in the coarser of the two precisions.

    The shapes may differ in size-1 dimensions; a result that merely broadcasts against the
    reference is wrong. Raises TypeError for a dtype that is neither float32 nor float64.
    """
    expected = reference.value.detach()
    actual = actual.detach()
    for tensor in (actual, expected):
        if tensor.dtype not in _RELATIVE_BOUND:
            raise TypeError(f"expected float32 or float64, got {tensor.dtype}")
    shape, expected_shape = tuple(actual.shape), tuple(expected.shape)
    if not same_but_for_ones(shape, expected_shape):
        return Comparison(Band.WRONG, shape, expected_shape, entries=expected.numel())
    if not expected.numel():
        return Comparison(Band.EXACT, shape, expected_shape, max_difference=0.0)

    yours, theirs = actual.reshape(expected_shape).double(), expected.double()
    if torch.equal(yours, theirs) and bool(torch.isfinite(theirs).all()):
        first = float(theirs.flatten()[0])
        return Comparison(
            band=Band.EXACT,
            shape=shape,
            expected_shape=expected_shape,
            entries=expected.numel(),
            max_difference=0.0,
            worst=(0,) * theirs.ndim,
            worst_actual=first,
            worst_expected=first,
        )
    bound = max(_RELATIVE_BOUND[tensor.dtype] for tensor in (actual, expected)) * reference.scale
    difference = (yours - theirs).abs()
    # NaN compares false with everything: ask for what is within the bound, and negate.
    outside = ~(difference <= bound)
    differing = int(outside.sum())
    flat = int(difference.nan_to_num(nan=float("inf")).argmax())
    # numpy's: torch's own imports sympy the first time.
    worst = tuple(int(i) for i in numpy.unravel_index(flat, expected_shape))
    return Comparison(
        band=Band.WRONG if differing else Band.EQUAL,
        shape=shape,
        expected_shape=expected_shape,
        differing=differing,
        entries=expected.numel(),
        max_difference=float(difference.flatten()[flat]),
        worst=worst,
        worst_actual=float(yours.flatten()[flat]),
        worst_expected=float(theirs.flatten()[flat]),
        rows=_indices(outside, 0),
        columns=_indices(outside, -1),
        ratio=_constant_ratio(yours, theirs, bound) if differing else None,
        bound=bound,
    )


def _indices(outside: Tensor, dimension: int) -> tuple[int, ...]:
    """The indices along ``dimension`` at which any entry is outside the bound."""
    if not outside.ndim:
        return ()
    lines = outside.movedim(dimension, 0).reshape(outside.shape[dimension], -1).any(1)
    return tuple(lines.nonzero().flatten().tolist())


def _constant_ratio(yours: Tensor, theirs: Tensor, bound: float) -> float | None:
    """r such that yours = r * theirs within the bound, if there is one."""
    square = float((theirs * theirs).sum())
    # A reference lost in rounding (a gradient that is zero) is a multiple of nothing.
    if float(theirs.abs().max()) <= bound or not torch.isfinite(yours).all():
        return None
    ratio = float((yours * theirs).sum()) / square
    if not math.isfinite(ratio):
        return None
    residual = float((yours - ratio * theirs).abs().max())
    return ratio if residual <= bound * max(1.0, abs(ratio)) else None
