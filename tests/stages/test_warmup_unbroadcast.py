"""Stage 00, its second rule: what `unbroadcast` must do."""

from collections.abc import Callable

import pytest
from torch import Tensor, ones

from autograder.examine import State, examine
from autograder.stages.warmup import STAGE
from autograder.verdict import Status, StepVerdict


def judge(unbroadcast: Callable[..., Tensor]) -> StepVerdict:
    """The verdict on one function."""
    return examine(STAGE.by_name["unbroadcast"], State({"unbroadcast": unbroadcast}))


def keep_or_sum(gradient: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The rule in one sum over a list of dimensions."""
    extra = gradient.ndim - len(shape)
    dimensions = [
        d for d in range(gradient.ndim) if d < extra or (shape[d - extra] == 1 < gradient.shape[d])
    ]
    return (gradient.sum(dimensions) if dimensions else gradient).reshape(shape)


@pytest.mark.parametrize("unbroadcast", [keep_or_sum, lambda g, shape: g.sum_to_size(shape)])
def test_a_right_unbroadcast_passes(unbroadcast: Callable[..., Tensor]) -> None:
    """The sums by hand and PyTorch's own reduction both pass."""
    assert judge(unbroadcast).status is Status.CORRECT


@pytest.mark.parametrize(
    "unbroadcast",
    [
        lambda g, shape: g,
        lambda g, shape: g.sum(),
        lambda g, shape: g.sum(0),
        lambda g, shape: g.sum(tuple(range(g.ndim - len(shape)))),
        lambda g, shape: g.sum(0, keepdim=True) if g.shape != shape else g,
        lambda g, shape: g.sum(-1, keepdim=True) if g.shape != shape else g,
        lambda g, shape: keep_or_sum(g, shape) * g.new_tensor(shape).prod() / g.numel(),
        lambda g, shape: ones(shape, dtype=g.dtype),
        lambda g, shape: keep_or_sum(g, shape).squeeze(),
    ],
    ids=[
        "nothing",
        "everything",
        "first-only",
        "empty-tuple",
        "first-kept",
        "last-kept",
        "mean",
        "ones",
        "without the ones of the shape",
    ],
)
def test_a_wrong_unbroadcast_fails(unbroadcast: Callable[..., Tensor]) -> None:
    """Forgotten dimensions, wrong dimensions and means earn nothing."""
    assert not judge(unbroadcast).status.passed
