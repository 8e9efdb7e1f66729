"""Autograd's vector-Jacobian products."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["vjp", "vjps"]


def vjp(
    output: Tensor, variable: Tensor, upstream: Tensor, *, retain_graph: bool = False
) -> Tensor:
    """The gradient that flows from ``output`` to ``variable``, a leaf; see ``vjps``."""
    return vjps(output, [variable], upstream, retain_graph=retain_graph)[0]


def vjps(
    output: Tensor, variables: Sequence[Tensor], upstream: Tensor, *, retain_graph: bool = False
) -> list[Tensor]:
    """The gradients that flow from ``output`` to ``variables``, leaves of its graph.

    ``upstream`` has the shape of ``output``; each result has the shape and dtype of its variable,
    and is zero where ``output`` does not depend on it.

    It is the gradient of the scalar <output, upstream>, which is the same to the last bit. Asked
    for the product itself, torch first imports sympy, for a third of a second: the first check of
    a session and the start of every grader would wait for it.
    """
    with torch.inference_mode(False), torch.enable_grad():
        weights = upstream.clone() if upstream.is_inference() else upstream
        scalar = (output * weights).sum()
    found = torch.autograd.grad(
        scalar, list(variables), retain_graph=retain_graph, allow_unused=True
    )
    return [
        torch.zeros_like(variable) if gradient is None else gradient
        for variable, gradient in zip(variables, found, strict=True)
    ]
