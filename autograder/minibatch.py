"""A random minibatch: a few rows of the examples, drawn with a generator that is given."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["draw_minibatch"]


def draw_minibatch(
    X: Tensor, Y: Tensor, size: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw `size` rows with replacement: X of shape (N, context) and Y of shape (N,), int64.

    Returns Xb of shape (size, context) and Yb of shape (size,). One call takes exactly `size`
    draws from the generator, so a seed fixes the whole sequence of minibatches.
    Raises ValueError when there is nothing to draw from or X and Y differ in length.
    """
    if len(X) != len(Y) or len(X) == 0:
        raise ValueError(
            f"X has {len(X)} rows and Y has {len(Y)}; give as many targets as windows, "
            "and at least one."
        )
    rows = torch.randint(0, len(X), (size,), generator=generator)
    return X[rows], Y[rows]
