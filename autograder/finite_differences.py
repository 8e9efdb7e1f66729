"""How far central differences are from derivatives, and what exactly they give."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

__all__ = ["difference_errors", "expected_central_difference"]

Function = Callable[[Tensor], Tensor]


def difference_errors(function: Function, points: Tensor, steps: Sequence[float]) -> Tensor:
    """The largest error of a central difference over ``points``, for each step size.

    ``function`` works entry by entry. The differences are taken in the dtype of ``points``, a
    tensor of one dimension; the exact derivative is autograd's in float64. Returns float64 of
    shape (len(steps),).
    """
    with torch.enable_grad():
        exact_points = points.detach().double().requires_grad_()
        (exact,) = torch.autograd.grad(function(exact_points).sum(), exact_points)
    points = points.detach()
    errors = []
    for step in steps:
        rise = function(points + step) - function(points - step)
        errors.append(float((rise / (2 * step) - exact).abs().max()))
    return torch.tensor(errors, dtype=torch.float64)


def expected_central_difference(function: Function, x: Tensor, step: float) -> Tensor:
    """What central differences of ``function`` at ``x`` give, found from derivatives alone.

    By Taylor's theorem (f(x + h) - f(x - h)) / 2h = f' + h²/6 f‴ + O(h⁴), in each direction. For
    a cubic the rest is zero; for h = 1e-3 it is near 1e-14, and rounding near 1e-13. A forward
    difference is off by h/2 f'', many millions of times more. ``function`` maps a tensor of any
    shape to a scalar and has three derivatives by autograd. Returns the shape and dtype of ``x``.
    """
    flat = x.detach().reshape(-1)
    expected = torch.empty_like(flat)
    for entry in range(flat.numel()):
        direction = torch.zeros_like(flat)
        direction[entry] = 1
        with torch.enable_grad():
            distance = torch.zeros((), dtype=x.dtype, requires_grad=True)
            value = function((flat + distance * direction).reshape(x.shape))
            derivatives = []
            for _ in range(3):
                (value,) = torch.autograd.grad(value, distance, create_graph=True)
                derivatives.append(float(value.detach()))
        expected[entry] = derivatives[0] + step**2 / 6 * derivatives[2]
    return expected.reshape(x.shape)
