"""Stage 00, its ruler: what `numerical_gradient` and a step size must do."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.examine import State, examine
from autograder.finite_differences import difference_errors, expected_central_difference
from autograder.stages.warmup import STAGE
from autograder.verdict import Status, StepVerdict

POINTS = torch.linspace(0.9, 1.1, 41, dtype=torch.float64)


def wave(x: Tensor) -> Tensor:
    """The function whose slope the notebook measures."""
    return x * x.sin()


def judge(name: str, answer: Any) -> StepVerdict:
    """The verdict on one answer."""
    return examine(STAGE.by_name[name], State({"wave": wave, "points": POINTS, name: answer}))


Ruler = Callable[[Callable[[Tensor], Tensor], Tensor, float], Tensor]


def measure(
    quotient: Callable[[Callable[[Tensor], Tensor], Tensor, Tensor, float], Tensor],
) -> Ruler:
    """A ruler that takes ``quotient(function, x, nudge, step)`` for each entry."""

    def ruler(function: Callable[[Tensor], Tensor], x: Tensor, step: float) -> Tensor:
        slopes = torch.zeros(x.numel(), dtype=x.dtype)
        for i in range(x.numel()):
            nudge = torch.zeros(x.numel(), dtype=x.dtype)
            nudge[i] = step
            slopes[i] = quotient(function, x, nudge.view(x.shape), step)
        return slopes.view(x.shape)

    return ruler


def in_place(function: Callable[[Tensor], Tensor], x: Tensor, step: float) -> Tensor:
    """The ruler that moves one copy and puts each entry back."""
    moved, slopes = x.clone(), torch.empty_like(x)
    flat = moved.view(-1)
    for i in range(flat.numel()):
        kept = flat[i].clone()
        flat[i] = kept + step
        above = function(moved)
        flat[i] = kept - step
        slopes.view(-1)[i] = (above - function(moved)) / (2 * step)
        flat[i] = kept
    return slopes


def never_put_back(function: Callable[[Tensor], Tensor], x: Tensor, step: float) -> Tensor:
    """The mistake of leaving each entry where the second evaluation needed it."""
    moved, slopes = x.clone(), torch.empty_like(x)
    flat = moved.view(-1)
    for i in range(flat.numel()):
        flat[i] += step
        above = function(moved)
        flat[i] -= 2 * step
        slopes.view(-1)[i] = (above - function(moved)) / (2 * step)
    return slopes


def into_the_argument(function: Callable[[Tensor], Tensor], x: Tensor, step: float) -> Tensor:
    """The mistake of moving the caller's tensor."""
    slopes = in_place(function, x, step)
    x += step
    return slopes


central = measure(lambda f, x, d, h: (f(x + d) - f(x - d)) / (2 * h))


@pytest.mark.parametrize("ruler", [central, in_place])
def test_a_right_ruler_passes(ruler: Ruler) -> None:
    """Central differences pass, on a new tensor for each entry as well as on one copy."""
    assert judge("numerical_gradient", ruler).status is Status.CORRECT


@pytest.mark.parametrize(
    "ruler",
    [
        measure(lambda f, x, d, h: (f(x + d) - f(x)) / h),
        measure(lambda f, x, d, h: (f(x) - f(x - d)) / h),
        measure(lambda f, x, d, h: (f(x + d) - f(x - d)) / h),
        measure(lambda f, x, d, h: (f(x - d) - f(x + d)) / (2 * h)),
        measure(lambda f, x, d, h: f(x + d) - f(x - d)),
        measure(lambda f, x, d, h: (f(x + h) - f(x - h)) / (2 * h)),
        measure(lambda f, x, d, h: (f((x + d).float()) - f((x - d).float())) / (2 * h)),
        lambda function, x, step: central(function, x, 1e-5),
        lambda function, x, step: central(function, x, step).sum(),
        lambda function, x, step: central(function, x, step).flatten(),
        never_put_back,
        into_the_argument,
    ],
    ids=[
        "forward",
        "backward",
        "not-halved",
        "sign",
        "not-divided",
        "all-at-once",
        "float32",
        "own-step",
        "summed",
        "flat",
        "never-put-back",
        "into-the-argument",
    ],
)
def test_a_wrong_ruler_fails(ruler: Ruler) -> None:
    """One-sided differences, the wrong divisor, a changed argument and the like earn nothing."""
    assert judge("numerical_gradient", ruler).status is Status.WRONG


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**31), exponent=st.integers(-4, -2))
def test_the_expected_difference_is_what_is_measured(seed: int, exponent: int) -> None:
    """The expectation from derivatives alone agrees with differences actually taken."""
    x = torch.randn(2, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    step = 10.0**exponent

    def function(x: Tensor) -> Tensor:
        return (x.sin() * x.roll(1)).sum().tanh()

    expected = expected_central_difference(function, x, step)
    torch.testing.assert_close(
        central(function, x, step), expected, rtol=0, atol=1e-9 + 100 * step**4
    )


@pytest.mark.parametrize("step", [3e-5, 1e-5, 6e-6, 1e-6, 3e-7, torch.tensor(1e-5)])
def test_a_good_step_passes(step: float | Tensor) -> None:
    """Any step about a decade round the bottom of the V is good."""
    assert judge("good_step", step).status is Status.CORRECT


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (1e-3, "too large"),
        (1e-4, "too large"),
        (1e-8, "too small"),
        (1e-15, "too small"),
        (1e-30, "too small"),
        (0.0, "positive"),
        (-1e-5, "positive"),
        (float("nan"), "positive"),
        (float("inf"), "positive"),
        ("1e-5 or so", "one number"),
        ([1e-5], "one number"),
    ],
)
def test_a_bad_step_is_told_what_is_wrong_with_it(step: Any, message: str) -> None:
    """The judge says on which arm of the V a step lies, or that it is no step."""
    verdict = judge("good_step", step)
    assert verdict.status is Status.WRONG
    assert verdict.diagnosis is not None
    assert message in verdict.diagnosis.message


def test_the_ruler_in_float32_never_reaches_what_float64_reaches() -> None:
    """The V of float32 lies decades above that of float64, which is why the course uses that."""
    steps = torch.logspace(-15, 0, 61, dtype=torch.float64).tolist()
    coarse = difference_errors(wave, POINTS.float(), steps)
    fine = difference_errors(wave, POINTS, steps)
    assert coarse.min() > 1e-6
    assert fine.min() < 1e-10
    assert max(fine[0], fine[-1]) > 1e-2
