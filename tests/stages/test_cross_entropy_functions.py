"""Stage 02: softmax, its Jacobian, the gradient of one example, and logsumexp."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.examine import State, examine
from autograder.stages.cross_entropy import STAGE
from autograder.verdict import StepVerdict

LOGITS = torch.randn(32, 27, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def judge(name: str, answer: Any) -> StepVerdict:
    """The verdict on one answer."""
    return examine(STAGE.by_name[name], State({"logits": LOGITS, name: answer}))


PROBS: dict[str, tuple[bool, Callable[[Tensor], Tensor]]] = {
    "softmax": (True, lambda x: F.softmax(x, 1)),
    "unshifted": (True, lambda x: x.exp() / x.exp().sum(1, keepdim=True)),
    "one maximum for all": (
        True,
        lambda x: (x - x.max()).exp().div((x - x.max()).exp().sum(1, True)),
    ),
    "over examples": (False, lambda x: F.softmax(x, 0)),
    "over everything": (False, lambda x: x.exp() / x.exp().sum()),
    "not normalized": (False, lambda x: (x - x.max(1, keepdim=True).values).exp()),
    "logarithm": (False, lambda x: F.log_softmax(x, 1)),
}


@pytest.mark.parametrize("form", PROBS)
def test_probs(form: str) -> None:
    """Any way to the softmax of the rows passes; another normalization does not."""
    right, formula = PROBS[form]
    assert judge("probs", formula(LOGITS)).status.passed is right


def jacobian_by_loops(x: Tensor) -> Tensor:
    """The two cases of the derivation, entry by entry."""
    p = x.exp() / x.exp().sum()
    result = torch.zeros(len(x), len(x), dtype=x.dtype)
    for i in range(len(x)):
        for j in range(len(x)):
            result[i, j] = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]
    return result


JACOBIANS: dict[str, tuple[bool, Callable[[Tensor], Tensor]]] = {
    "loops": (True, jacobian_by_loops),
    "diagonal less outer product": (
        True,
        lambda x: x.softmax(0).diag() - torch.outer(x.softmax(0), x.softmax(0)),
    ),
    "broadcast": (True, lambda x: x.softmax(0)[:, None] * (torch.eye(len(x)) - x.softmax(0))),
    "only the diagonal": (False, lambda x: torch.diag(x.softmax(0) * (1 - x.softmax(0)))),
    "sign off the diagonal": (
        False,
        lambda x: x.softmax(0).diag() + torch.outer(x.softmax(0), x.softmax(0)),
    ),
    "a vector": (False, lambda x: x.softmax(0) * (1 - x.softmax(0))),
    "p on the diagonal lost": (
        False,
        lambda x: torch.eye(len(x)) - torch.outer(x.softmax(0), x.softmax(0)),
    ),
}


@pytest.mark.parametrize("form", JACOBIANS)
def test_softmax_jacobian(form: str) -> None:
    """Loops and matrices pass alike; a lost or wrong term does not."""
    right, function = JACOBIANS[form]
    assert judge("softmax_jacobian", function).status.passed is right


def through_the_jacobian(x: Tensor, y: int) -> Tensor:
    """The chain rule without canceling anything."""
    upstream = torch.zeros_like(x)
    upstream[y] = -1 / x.softmax(0)[y]
    return upstream @ jacobian_by_loops(x)


EXAMPLES: dict[str, tuple[bool, Callable[[Tensor, int], Tensor]]] = {
    "through the Jacobian": (True, through_the_jacobian),
    "after canceling": (True, lambda x, y: x.softmax(0) - F.one_hot(torch.tensor(y), len(x))),
    "upstream only": (False, lambda x, y: -F.one_hot(torch.tensor(y), len(x)) / x.softmax(0)),
    "one row of the Jacobian": (False, lambda x, y: jacobian_by_loops(x)[y]),
    "sign": (False, lambda x, y: F.one_hot(torch.tensor(y), len(x)) - x.softmax(0)),
    "always the first": (False, lambda x, y: x.softmax(0) - F.one_hot(torch.tensor(0), len(x))),
}


@pytest.mark.parametrize("form", EXAMPLES)
def test_example_gradient(form: str) -> None:
    """The product with the Jacobian and what remains of it pass; half of the way does not."""
    right, function = EXAMPLES[form]
    assert judge("example_gradient", function).status.passed is right


def column_wise(x: Tensor) -> Tensor:
    """A result of shape (n, 1)."""
    largest = x.max(1, keepdim=True).values
    return largest + (x - largest).exp().sum(1, keepdim=True).log()


LOGSUMEXP: dict[str, tuple[bool, Callable[[Tensor], Tensor]]] = {
    "row maximum": (True, lambda x: column_wise(x).squeeze(1)),
    "row maximum, keepdim": (True, column_wise),
    "amax": (True, lambda x: x.amax(1) + (x - x.amax(1, True)).exp().sum(1).log()),
    "log softmax": (True, lambda x: (x - F.log_softmax(x, 1)).nan_to_num(-math.inf).amax(1)),
    "naive": (False, lambda x: x.exp().sum(1).log()),
    "maximum of everything": (False, lambda x: x.max() + (x - x.max()).exp().sum(1).log()),
    "maximum not added": (False, lambda x: (x - x.amax(1, True)).exp().sum(1).log()),
    "maximum alone": (False, lambda x: x.amax(1)),
    "mean for maximum": (False, lambda x: x.mean(1) + (x - x.mean(1, True)).exp().sum(1).log()),
    "other axis": (False, lambda x: torch.logsumexp(x, 0)),
}


@pytest.mark.parametrize("form", LOGSUMEXP)
def test_logsumexp(form: str) -> None:
    """Only what survives logits of any size passes."""
    right, function = LOGSUMEXP[form]
    assert judge("logsumexp", function).status.passed is right
