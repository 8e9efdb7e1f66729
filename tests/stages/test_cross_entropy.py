"""Stage 02: the fused gradient, and that the unrolled backward pass breaks as told."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.examine import State, examine
from autograder.figures import cross_entropy as pictures
from autograder.names import ALPHABET
from autograder.stages.cross_entropy import FUSED, STAGE, UNROLLED, unrolled_backward
from autograder.verdict import Status, StepVerdict


def draw(n: int = 32, vocabulary: int = 27, seed: int = 1) -> dict[str, Any]:
    """The notebook's variables, at random and of any size."""
    generator = torch.Generator().manual_seed(seed)
    return {
        "logits": torch.randn(n, vocabulary, generator=generator, dtype=torch.float64),
        "Yb": torch.randint(vocabulary, (n,), generator=generator),
        "n": n,
    }


def judge(name: str, answer: Any, state: dict[str, Any] | None = None) -> StepVerdict:
    """The verdict on one answer."""
    return examine(STAGE.by_name[name], State({**(state or draw()), name: answer}))


def one_hot(Yb: Tensor, logits: Tensor) -> Tensor:
    """A 1 in the target's column of each row."""
    return F.one_hot(Yb, logits.shape[1])


def subtract_at_targets(logits: Tensor, Yb: Tensor, n: int) -> Tensor:
    """The way that changes n entries of the softmax."""
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    return dlogits


def scatter(logits: Tensor, Yb: Tensor, n: int) -> Tensor:
    """The same with an operation that leaves its argument alone."""
    ones = torch.full((n, 1), -1.0, dtype=logits.dtype)
    return logits.softmax(1).scatter_add(1, Yb[:, None], ones) / n


Fused = Callable[[Tensor, Tensor, int], Tensor]
RIGHT_DLOGITS: dict[str, Fused] = {
    "one_hot": lambda x, y, n: (F.softmax(x, 1) - one_hot(y, x)) / n,
    "targets in place": subtract_at_targets,
    "scatter": scatter,
    "mask": lambda x, y, n: (x.softmax(1) - (torch.arange(x.shape[1]) == y[:, None]).double()) / n,
    "log softmax": lambda x, y, n: (F.log_softmax(x, 1).exp() - one_hot(y, x)) / n,
    "factor in front": lambda x, y, n: (
        1 / n * (torch.softmax(x, dim=-1) - torch.eye(x.shape[1])[y])
    ),
}
WRONG_DLOGITS: dict[str, Fused] = {
    "no mean": lambda x, y, n: F.softmax(x, 1) - one_hot(y, x),
    "sign": lambda x, y, n: (one_hot(y, x) - F.softmax(x, 1)) / n,
    "softmax over examples": lambda x, y, n: (F.softmax(x, 0) - one_hot(y, x)) / n,
    "only the target": lambda x, y, n: -one_hot(y, x) / n,
    "no target": lambda x, y, n: F.softmax(x, 1) / n,
    "logits for probabilities": lambda x, y, n: (x - one_hot(y, x)) / n,
    "divided by every entry": lambda x, y, n: (F.softmax(x, 1) - one_hot(y, x)) / x.numel(),
    "all rows indexed": lambda x, y, n: (
        F.softmax(x, 1).index_add(1, y, -torch.ones(n, n).double()) / n
    ),
}


@settings(deadline=None, max_examples=25)
@given(n=st.integers(1, 12), vocabulary=st.integers(2, 12), seed=st.integers(0, 2**31))
def test_right_dlogits_pass_at_any_size(n: int, vocabulary: int, seed: int) -> None:
    """The formula in each of its idiomatic forms agrees with autograd."""
    state = draw(n, vocabulary, seed)
    for form, formula in RIGHT_DLOGITS.items():
        verdict = judge("dlogits", formula(state["logits"], state["Yb"], n), state)
        assert verdict.status is Status.CORRECT, form


@pytest.mark.parametrize("mistake", WRONG_DLOGITS)
def test_wrong_dlogits_fail(mistake: str) -> None:
    """A typical mistake in the formula earns nothing."""
    state = draw()
    verdict = judge("dlogits", WRONG_DLOGITS[mistake](state["logits"], state["Yb"], 32))
    assert verdict.status is Status.WRONG


def test_dlogits_without_the_mean_is_told_its_ratio() -> None:
    """The missing 1/n shows as a constant ratio of n."""
    state = draw()
    comparison = judge("dlogits", WRONG_DLOGITS["no mean"](*state.values())).comparison
    assert comparison is not None
    assert comparison.ratio == pytest.approx(32)


def test_the_fused_and_the_unrolled_loss_are_one_function() -> None:
    """Two declarations, the same loss and the same gradient."""
    state = draw()
    value, gradient = unrolled_backward(state["logits"], state["Yb"])
    assert float(FUSED.forward(state)["loss"]) == pytest.approx(float(value), rel=1e-13)
    torch.testing.assert_close(FUSED.gradients(state)["logits"], gradient)
    assert UNROLLED.inputs == ("logits", "Yb", "n")


def exact_breaking_scale(logits: Tensor) -> float:
    """exp rounds to 0 below half of the smallest positive number, 2**-1075."""
    gap = float((logits.max(1, keepdim=True).values - logits).max())
    return 1075 * math.log(2) / gap


@settings(deadline=None, max_examples=25)
@given(n=st.integers(1, 8), vocabulary=st.integers(2, 9), seed=st.integers(0, 2**31))
def test_the_unrolled_backward_breaks_where_exp_underflows(
    n: int, vocabulary: int, seed: int
) -> None:
    """There is such a scale for any logits, and it can be calculated."""
    state = draw(n, vocabulary, seed)
    scale = exact_breaking_scale(state["logits"]) * 1.001
    assert judge("breaking_scale", scale, state).status is Status.CORRECT
    value, gradient = unrolled_backward(scale * state["logits"], state["logits"].argmax(1))
    assert value.isfinite()
    assert gradient.isnan().any()


@pytest.mark.parametrize(
    ("factor", "passed"),
    [(1.0001, True), (1.009, True), (0.999, False), (1.03, False), (2, False), (-1.001, False)],
)
def test_the_breaking_scale_is_met_within_a_percent(factor: float, passed: bool) -> None:
    """Too small a scale breaks nothing; one that is too large has gone past it."""
    answer = exact_breaking_scale(draw()["logits"]) * factor
    assert judge("breaking_scale", answer).status.passed is passed
    assert judge("breaking_scale", torch.tensor(answer)).status.passed is passed


@pytest.mark.parametrize("answer", [math.nan, math.inf, 0, "big", [1.0, 2.0]])
def test_a_breaking_scale_that_is_no_positive_number_fails(answer: Any) -> None:
    """Whatever the answer is, there is a verdict."""
    assert not judge("breaking_scale", answer).status.passed


def test_the_fused_gradient_stays_finite() -> None:
    """Far beyond the breaking scale, where the unrolled loss may be infinite as well."""
    state = draw()
    for scale in (1e3, 1e6, 1e150):
        wide = {**state, "logits": scale * state["logits"]}
        assert FUSED.gradients(wide)["logits"].isfinite().all()
        assert FUSED.forward(wide)["loss"].isfinite()
    assert unrolled_backward(1e6 * state["logits"], state["Yb"])[0].isinf()


def test_the_pictures_can_be_drawn() -> None:
    """Each picture takes what the notebook gives it and becomes a PNG."""
    state = draw()
    row = state["logits"][0, :5]
    dlogits = FUSED.gradients(state)["logits"]
    scales = [1.0, 10.0, 100.0]
    for picture in (
        pictures.jacobian(torch.outer(row, row), row),
        pictures.pushes_and_pulls(dlogits, state["Yb"], 3, ALPHABET),
        pictures.breakdown(scales, [1.0, 0.1, 0.01], [0, 0, 5], [0, 0, 0], 20.0),
    ):
        assert picture._repr_png_().startswith(b"\x89PNG")
