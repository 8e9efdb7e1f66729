"""Stage 00: one neuron by hand, finite differences, and the four structural rules.

The stage has five little forward graphs, one for each gradient idea, and three other steps. No
variable appears in two graphs, so that `check.summary()` can look at all of them at the end.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference
from autograder.finite_differences import difference_errors, expected_central_difference
from autograder.graph import Graph
from autograder.stages.numbers import one_number
from autograder.steps import FunctionStep, GradientStep, PropertyStep, Stage
from autograder.verdict import Diagnosis
from autograder.vjp import vjp

__all__ = ["GATHER", "MATMUL", "NEURON", "SQUARE", "STAGE", "TWICE"]

SQUARE, NEURON, TWICE, MATMUL, GATHER = (Graph() for _ in range(5))


@SQUARE.node
def area(side: Tensor) -> Tensor:
    return side**2


@NEURON.node
def z(w: Tensor, s: Tensor, b: Tensor) -> Tensor:
    return w * s + b


@NEURON.node
def h(z: Tensor) -> Tensor:
    return torch.tanh(z)


@NEURON.node
def e(h: Tensor, y: Tensor) -> Tensor:
    return h - y


@NEURON.node
def loss(e: Tensor) -> Tensor:
    return e**2


@TWICE.node
def left(a: Tensor) -> Tensor:
    return a**2


@TWICE.node
def right(a: Tensor, c: Tensor) -> Tensor:
    return c * a


@TWICE.node
def loss_twice(left: Tensor, right: Tensor) -> Tensor:
    return (left * right).sum()


@MATMUL.node
def product(A: Tensor, B: Tensor) -> Tensor:
    return A @ B


@MATMUL.node
def loss_product(product: Tensor, pull: Tensor) -> Tensor:
    return (product * pull).sum()


@GATHER.node
def picked(table: Tensor, rows: Tensor) -> Tensor:
    return table[rows]


@GATHER.node
def loss_picked(picked: Tensor, push: Tensor) -> Tensor:
    return (picked * push).sum()


def sum_of_cubes(x: Tensor) -> Tensor:
    return (x**3).sum()


def sum_of_sines(x: Tensor) -> Tensor:
    return x.sin().sum()


def log_sum_exp(x: Tensor) -> Tensor:
    return x.exp().sum().log()


def _draw_functions(generator: torch.Generator) -> list[tuple[Any, ...]]:
    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    # The wide step shows whether the step is used at all; the log-sum-exp mixes its entries, so
    # that it shows an entry which was moved and not put back.
    return [
        (sum_of_cubes, draw(4), 0.5),
        (log_sum_exp, draw(5), 1e-3),
        (log_sum_exp, draw(2, 3), 1e-3),
        (sum_of_sines, draw(), 1e-3),
    ]


def _central_difference(
    function: Callable[[Tensor], Tensor], x: Tensor, step: float
) -> tuple[Reference]:
    value = expected_central_difference(function, x, step)
    return (Reference(value, max(1.0, float(value.abs().max()))),)


# A gradient's shape and the shape that was broadcast to it. Square ones, because there a sum over
# the wrong dimension has the right shape.
_BROADCASTS: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((5,), (5,)),
    ((4, 3), (3,)),
    ((4, 3), (1, 3)),
    ((4, 3), (4, 1)),
    ((4, 4), (4, 1)),
    ((4, 4), (4,)),
    ((4, 3), (1, 1)),
    ((4, 3), ()),
    ((2, 4, 3), (4, 1)),
    ((2, 4, 3), (2, 1, 3)),
    ((2, 4, 3), (3,)),
    ((3, 1, 2), (1, 2)),
)


def _draw_broadcasts(generator: torch.Generator) -> list[tuple[Any, ...]]:
    return [
        (torch.randn(size, generator=generator, dtype=torch.float64), shape)
        for size, shape in _BROADCASTS
    ]


def _unbroadcast(gradient: Tensor, shape: tuple[int, ...]) -> tuple[Reference]:
    with torch.enable_grad():
        variable = torch.zeros(shape, dtype=gradient.dtype, requires_grad=True)
        expected = vjp(variable.expand(gradient.shape), variable, gradient)
    return (Reference(expected, max(1.0, float(expected.abs().max()))),)


# The bottom of the V is near 4e-11; this leaves about a decade to either side.
_GOOD_ERROR = 1e-9
_BEST_STEP = 6e-6  # the cube root of float64's machine epsilon


def _judge_step_size(
    answer: Any, wave: Callable[[Tensor], Tensor], points: Tensor
) -> Diagnosis | None:
    step = one_number(answer)
    if step is None:
        return Diagnosis("wrong", "`good_step` should be one number, such as 0.1.")
    if not 0 < step < float("inf"):
        return Diagnosis("wrong", "`good_step` should be a positive number, such as 0.1.")
    error = float(difference_errors(wave, points, [step])[0])
    if error < _GOOD_ERROR:
        return None
    wide = step > _BEST_STEP
    side = "too large: the curve bends within the step" if wide else "too small: rounding wins"
    message = (
        f"the error is {error:.1e}, and should be below {_GOOD_ERROR:.0e}. The step is {side}."
    )
    return Diagnosis("wrong_constant", message)


STAGE = Stage(
    name="00_warmup",
    title="Warm-up: sensitivity, a ruler, and four rules",
    steps=(
        GradientStep("dside", SQUARE, from_loss=True),
        *(GradientStep(name, NEURON, from_loss=True) for name in ("de", "dh", "dz", "dw")),
        FunctionStep("numerical_gradient", _draw_functions, _central_difference),
        PropertyStep("good_step", ("wave", "points"), _judge_step_size),
        GradientStep("da", TWICE, from_loss=True),
        FunctionStep("unbroadcast", _draw_broadcasts, _unbroadcast, exact_shape=True),
        GradientStep("dA", MATMUL, from_loss=True),
        GradientStep("dB", MATMUL, from_loss=True),
        GradientStep("dtable", GATHER, from_loss=True),
    ),
    given=("dleft", "dright", "dproduct", "dpicked"),
)
