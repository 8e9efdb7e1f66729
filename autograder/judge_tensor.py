"""From one tensor and its reference to the verdict on a step."""

import math
from typing import Any, TypeGuard

import torch
from torch import Tensor

from autograder.compare import Comparison, Reference, compare, same_but_for_ones
from autograder.steps import Step
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["is_plain", "judge_tensor", "plain_tensor", "unjudged"]

_PRECISIONS = (torch.float32, torch.float64)


def unjudged(step: Step, status: Status, code: str, message: str) -> StepVerdict:
    """A verdict without points for an answer that could not be compared."""
    return StepVerdict(step.name, status, step.points, Diagnosis(code, message))


def judge_tensor(
    step: Step, answer: Any, what: str, reference: Reference, exact_shape: bool = False
) -> StepVerdict:
    """The verdict on one tensor (or number); ``what`` names it in messages.

    float32 and float64 are compared in the coarser of the two precisions; any other dtype is
    wrong. With ``exact_shape``, so is a shape that differs in a size-1 dimension. Statuses:
    correct, correct_shape_differs, wrong, not_finite, not_a_tensor.
    """
    if isinstance(answer, bool) or not isinstance(answer, int | float | Tensor):
        message = f"{what} should be a tensor of torch; it is of type {type(answer).__name__}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    try:
        tensor = plain_tensor(answer, reference)
        comparison = compare(tensor, reference) if tensor.dtype in _PRECISIONS else None
    except Exception as error:  # tensors without data, nested, masked, fake: torch says which
        message = f"{what} cannot be read as an ordinary tensor: {type(error).__name__}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    if comparison is None:
        wanted, found = (
            str(dtype).removeprefix("torch.") for dtype in (reference.value.dtype, tensor.dtype)
        )
        message = f"{what} holds {found} numbers, not {wanted}."
        return unjudged(step, Status.WRONG, "wrong_dtype", message)
    status, diagnosis = Status.CORRECT, None
    remarks: tuple[str, ...] = ()
    if not comparison.shapes_fit or (exact_shape and comparison.shape != comparison.expected_shape):
        status, diagnosis = Status.WRONG, _wrong_shape(comparison, what)
    elif not comparison.passed and not torch.isfinite(tensor).all():
        status, diagnosis = Status.NOT_FINITE, _not_finite(tensor, what)
    elif not comparison.passed:
        status = Status.WRONG
    elif comparison.shape != comparison.expected_shape:
        status = Status.CORRECT_SHAPE_DIFFERS
        remarks = (
            f"the shape is {comparison.shape} and the variable's is {comparison.expected_shape}: "
            "it counts, but a later step may not fit (`keepdim=True` keeps a dimension of size 1)",
        )
    return StepVerdict(step.name, status, step.points, diagnosis, remarks, comparison=comparison)


def is_plain(value: Any) -> TypeGuard[Tensor]:
    """Whether a value is a dense tensor of float32 or float64 numbers in main memory.

    Of others (sparse, nested, quantized, without data) torch cannot tell all that it is asked.
    """
    return (
        type(value) in (Tensor, torch.nn.Parameter)
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and not value.is_nested
        and value.dtype in _PRECISIONS
    )


def plain_tensor(answer: int | float | Tensor, reference: Reference) -> Tensor:
    """The same numbers as a dense tensor in main memory: a sparse gradient is a gradient, too.

    Raises whatever torch does for a tensor that has no numbers in memory.
    """
    if not isinstance(answer, Tensor):
        return torch.tensor(answer, dtype=reference.value.dtype)
    dense = answer.detach() if answer.layout is torch.strided else answer.detach().to_dense()
    return dense.cpu()


def _not_finite(answer: Tensor, what: str) -> Diagnosis:
    nan, infinite = int(answer.isnan().sum()), int(answer.isinf().sum())
    found = [f"{nan} NaN"] * bool(nan) + [f"{infinite} infinite"] * bool(infinite)
    message = f"{what} has {' and '.join(found)} among its {answer.numel()} entries."
    return Diagnosis("not_finite", message)


def _wrong_shape(comparison: Comparison, what: str) -> Diagnosis:
    shape, expected = comparison.shape, comparison.expected_shape
    message = f"{what} has shape {shape} where {expected} is expected"
    if shape == expected[::-1]:
        return Diagnosis("transposed", f"{message}: is it transposed?")
    if same_but_for_ones(shape, expected):
        return Diagnosis("wrong_shape", f"{message}: a dimension of size 1 is missing or too many.")
    if math.prod(shape) == math.prod(expected):
        return Diagnosis("wrong_layout", f"{message}: as many entries, in another layout.")
    if _broadcasts(shape, expected):
        message += ": it would broadcast, but a gradient has exactly its variable's shape."
        return Diagnosis("broadcast_shape", message)
    if len(shape) >= len(expected) and _broadcasts(expected, shape):
        message += ": a variable that was broadcast forwards gets a sum backwards."
        return Diagnosis("missing_sum", message)
    return Diagnosis("wrong_shape", f"{message}.")


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether a tensor of ``shape`` broadcasts to ``target`` without ``target`` growing."""
    aligned = zip(reversed(shape), reversed(target), strict=False)
    return len(shape) <= len(target) and all(size in (1, goal) for size, goal in aligned)
