"""Mistakes in `unbroadcast`."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["UNBROADCAST"]

_UNBROADCAST = Formula(
    "unbroadcast",
    "gradient, shape",
    """given = gradient
while gradient.ndim > len(shape):
    gradient = gradient.{extra}
for dimension, size in {order}:
    if {which}:
        gradient = gradient.{kept}
return {after}""",
    {
        "extra": "sum(0)",
        "order": "enumerate(shape)",
        "which": "size == 1",
        "kept": "sum(dimension, keepdim=True)",
        "after": "gradient",
    },
)

_SUMMED = "every dimension that was broadcast is summed: the new ones in front, and those of size 1"

_SHAPE = "the result has the shape that is asked for, dimensions of size 1 included"

_COPIES = "copies add up: a sum, not a mean"
_WRONG_UNBROADCAST = (
    edit("missing_sum", _SUMMED, after="given"),
    edit("missing_sum", _SUMMED, which="False"),
    edit(
        "missing_sum",
        _SUMMED,
        which=(
            "size == 1 and dimension == 0",
            "size == 1 and dimension > 0",
            "size == 1 and dimension == len(shape) - 1",
        ),
    ),
    edit("mean_instead_of_sum", _COPIES, extra="mean(0)"),
    edit("mean_instead_of_sum", _COPIES, kept="mean(dimension, keepdim=True)"),
    edit("mean_instead_of_sum", _COPIES, extra="mean(0)", kept="mean(dimension, keepdim=True)"),
    edit(
        "other_function",
        "copies add up: no other reduction",
        extra="amax(0)",
        kept="amax(dimension, keepdim=True)",
    ),
    edit(
        "wrong_axis",
        "new dimensions are put in front: over which is the sum?",
        extra=("sum(-1)", "sum(1)"),
    ),
    edit(
        "wrong_axis",
        "which dimension was broadcast: the one of size 1",
        kept=("sum(0, keepdim=True)", "sum(-1, keepdim=True)", "sum(1, keepdim=True)"),
    ),
    edit(
        "wrong_axis",
        "which dimension was broadcast: the one of size 1",
        after="given.sum(0, keepdim=True) if tuple(given.shape) != tuple(shape) else given",
    ),
    edit(
        "wrong_axis",
        "which dimension was broadcast: the one of size 1",
        after=(
            "given.sum(0) if tuple(given.shape) != tuple(shape) else given",
            "given.sum(-1, keepdim=True) if tuple(given.shape) != tuple(shape) else given",
        ),
    ),
    edit(
        "extra_sum",
        "only what was broadcast is summed",
        which=("True", "size != 1", "size != given.shape[dimension]"),
    ),
    edit(
        "extra_sum",
        "only what was broadcast is summed",
        after=(
            "given.sum()",
            "given.sum().expand(shape)",
            "given.sum(0)",
            "given.sum(0, keepdim=True)",
            "given.mean()",
        ),
    ),
    edit(
        "wrong_layout",
        "what does not fit is summed, not cut off or arranged anew",
        after=(
            "given.reshape(-1)[: torch.Size(shape).numel()].reshape(shape)",
            "given.reshape(-1)[-torch.Size(shape).numel() :].reshape(shape)",
            "given.reshape(torch.Size(shape).numel(), -1).sum(1).reshape(shape)",
            "given.reshape(-1, torch.Size(shape).numel()).sum(0).reshape(shape)",
        ),
    ),
    edit("wrong_index", "all copies count, not one of them", extra="select(0, 0)"),
    edit("wrong_index", "all copies count, not one of them", kept="narrow(dimension, 0, 1)"),
    edit(
        "wrong_index",
        "all copies count, not one of them",
        extra="select(0, 0)",
        kept="narrow(dimension, 0, 1)",
    ),
    edit("wrong_index", "all copies count, not one of them", extra="select(0, -1)"),
    edit(
        "missing_upstream",
        "the gradient that comes in is missing",
        after=(
            "torch.ones(shape, dtype=given.dtype)",
            "torch.ones(shape, dtype=given.dtype) * given.numel() / torch.Size(shape).numel()",
        ),
    ),
    edit("zero_answer", _SUMMED, after="torch.zeros(shape, dtype=given.dtype)"),
    edit(
        "wrong_constant",
        "which dimensions are summed? Those of one certain size",
        which=("size == 3", "size == 4", "size == 2", "size <= 2", "size <= 3"),
    ),
    edit("wrong_shape", _SHAPE, kept="sum(dimension)"),
    edit(
        "wrong_shape", _SHAPE, after=("gradient.squeeze()", "gradient.flatten()", "gradient[None]")
    ),
    edit(
        "wrong_shape",
        _SHAPE,
        extra="sum(0, keepdim=True).squeeze(0)",
        after="gradient.expand(given.shape)",
        cost=2,
    ),
    edit("wrong_sign", "copies add up, with the sign that they have", after="-gradient"),
    edit(
        "branch_twice",
        "every dimension is summed once",
        after="gradient * (given.shape[0] if given.ndim > len(shape) else 1)",
        cost=2,
    ),
)

UNBROADCAST: tuple[Mistake, ...] = _UNBROADCAST.mistakes(_WRONG_UNBROADCAST)
