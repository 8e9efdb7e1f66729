"""Stage 02: cross entropy as one operation, its gradient as one expression.

The loss is the one of stage 01, softmax followed by the mean negative log-likelihood of the
targets, once as a single node (``FUSED``) and once in the atomic operations of stage 01
(``UNROLLED``), whose backward pass the student breaks.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.compare import Reference
from autograder.graph import Graph
from autograder.stages import unrolled
from autograder.stages.numbers import one_number
from autograder.steps import (
    FunctionStep,
    GradientStep,
    ManualStep,
    PropertyStep,
    Stage,
    ValueStep,
)
from autograder.verdict import Diagnosis

__all__ = ["FUSED", "STAGE", "UNROLLED", "unrolled_backward"]

FUSED = Graph()


@FUSED.node
def loss(logits: Tensor, Yb: Tensor, n: int) -> Tensor:
    return F.cross_entropy(logits, Yb, reduction="sum") / n


UNROLLED = Graph()
for _operation in (
    unrolled.logit_maxes,
    unrolled.norm_logits,
    unrolled.counts,
    unrolled.counts_sum,
    unrolled.counts_sum_inv,
    unrolled.probs,
    unrolled.logprobs,
    unrolled.loss,
):
    UNROLLED.node(_operation)


def unrolled_backward(logits: Tensor, Yb: Tensor) -> tuple[Tensor, Tensor]:
    """The loss and its gradient by the operations of stage 01, each with PyTorch's own backward.

    ``logits`` has shape (n, vocabulary), ``Yb`` (n,), int64. Returns the loss, a scalar, and the
    gradient, of the shape of ``logits``; either may hold NaN or infinities for large logits.
    """
    inputs = {"logits": logits, "Yb": Yb, "n": len(Yb)}
    return UNROLLED.forward(inputs)["loss"], UNROLLED.gradients(inputs)["logits"]


def _probs(logits: Tensor) -> Reference:
    return Reference.of(torch.softmax(logits.detach(), 1))


def _draw_rows(generator: torch.Generator) -> list[tuple[Any, ...]]:
    """One row of logits at a time, from two characters to the notebook's 27."""
    return [(torch.randn(size, generator=generator).double() * 2,) for size in (2, 5, 27)]


def _softmax_jacobian(x: Tensor) -> tuple[Reference, ...]:
    jacobian = torch.autograd.functional.jacobian(  # type: ignore[no-untyped-call]  # torch's
        lambda row: torch.softmax(row, 0), x
    )
    return (Reference.of(jacobian),)


def _draw_examples(generator: torch.Generator) -> list[tuple[Any, ...]]:
    """A row of logits with each kind of target: the first character, the last, one inside."""
    rows = [torch.randn(size, generator=generator).double() * 2 for size in (2, 5, 27)]
    return [(row, target) for row, target in zip(rows, (0, 4, 13), strict=True)]


def _example_gradient(x: Tensor, y: int) -> tuple[Reference, ...]:
    row = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(row, torch.tensor(y)), row)
    return (Reference.of(gradient),)


# How far below the answer the unrolled backward pass must still work: the answer is to be the
# place where it breaks, not just any larger number.
_STILL_FINE = 0.99


def _judge_breaking_scale(answer: Any, logits: Tensor) -> Diagnosis | None:
    """Whether the unrolled backward pass breaks at ``answer``, and not just below it.

    Breaks: with the logits times ``answer`` and each row's largest logit on its target, the loss
    is finite and the gradient holds a NaN.
    """
    scale = one_number(answer)
    if scale is None:
        return Diagnosis("wrong", "`breaking_scale` should be one number, such as 2.5.")
    if not math.isfinite(scale) or scale <= 0:
        return Diagnosis("out_of_range", f"`breaking_scale` is {scale:g}; give a positive number.")
    targets = logits.argmax(1)
    value, gradient = unrolled_backward(logits * scale, targets)
    if not value.isfinite():
        message = f"at scale {scale:g} the loss itself is {float(value):g}; try a smaller scale."
        return Diagnosis("too_large", message)
    if not gradient.isnan().any():
        message = f"at scale {scale:g} the unrolled gradient has no NaN yet; try a larger scale."
        return Diagnosis("too_small", message)
    if not unrolled_backward(logits * scale * _STILL_FINE, targets)[1].isfinite().all():
        message = (
            f"the unrolled gradient is NaN at scale {scale:g}, but also at {_STILL_FINE:.0%} of "
            "it: come closer to the scale where it starts."
        )
        return Diagnosis("too_large", message)
    return None


def _draw_logsumexp(generator: torch.Generator) -> list[tuple[Any, ...]]:
    """Ordinary logits, huge ones of both signs, one column, equal ones, and a forbidden entry."""
    x = torch.randn(7, 5, generator=generator).double()
    forbidden = x.clone()
    forbidden[:, 2] = -math.inf
    huge = torch.linspace(-1e5, 1e5, 7).double()[:, None] + x
    return [(x,), (x * 1e4,), (huge,), (x[:, :1],), (torch.full_like(x, 800.0),), (forbidden,)]


def _logsumexp(x: Tensor) -> tuple[Reference, ...]:
    return (Reference.of(torch.logsumexp(x, 1)),)


STAGE = Stage(
    name="02_cross_entropy",
    title="Cross entropy in one expression",
    steps=(
        ValueStep("probs", ("logits",), _probs),
        FunctionStep("softmax_jacobian", _draw_rows, _softmax_jacobian, own=2),
        FunctionStep("example_gradient", _draw_examples, _example_gradient, own=2),
        ManualStep("derivation", points=2.0),
        GradientStep("dlogits", FUSED, reads=("logits", "Yb", "n")),
        PropertyStep("breaking_scale", ("logits",), _judge_breaking_scale),
        FunctionStep("logsumexp", _draw_logsumexp, _logsumexp),
    ),
)
