"""From one tensor and its reference to the verdict on a step."""

import math
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Comparison, Reference, compare
from autograder.steps import Step
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["judge_tensor", "unjudged"]


def unjudged(step: Step, status: Status, code: str, message: str) -> StepVerdict:
    """A verdict without points for an answer that could not be compared."""
    return StepVerdict(step.name, status, step.points, Diagnosis(code, message))


def judge_tensor(step: Step, answer: Any, what: str, reference: Reference) -> StepVerdict:
    """The verdict on one tensor (or number); ``what`` names it in messages.

    float32 and float64 are compared in the coarser of the two precisions; any other dtype is
    wrong. Statuses: correct, correct_shape_differs, wrong, not_finite, not_a_tensor.
    """
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        answer = torch.tensor(answer, dtype=reference.value.dtype)
    if not isinstance(answer, Tensor):
        message = f"{what} should be a tensor of torch; it is of type {type(answer).__name__}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    if answer.dtype not in (torch.float32, torch.float64):
        wanted = str(reference.value.dtype).removeprefix("torch.")
        message = f"{what} holds {str(answer.dtype).removeprefix('torch.')} numbers, not {wanted}."
        return unjudged(step, Status.WRONG, "wrong_dtype", message)
    comparison = compare(answer, reference)
    remarks: tuple[str, ...] = ()
    diagnosis = None
    if comparison.passed:
        status = Status.CORRECT
        if comparison.shape != comparison.expected_shape:
            status = Status.CORRECT_SHAPE_DIFFERS
            remarks = (
                f"the shape is {comparison.shape} and the variable's is "
                f"{comparison.expected_shape}: it counts, but a later step may not fit "
                "(`keepdim=True` keeps a dimension of size 1)",
            )
    elif not torch.isfinite(answer).all():
        status, diagnosis = Status.NOT_FINITE, _not_finite(answer, what)
    else:
        status = Status.WRONG
        if not comparison.shapes_fit:
            diagnosis = _wrong_shape(comparison, what)
    return StepVerdict(step.name, status, step.points, diagnosis, remarks, comparison=comparison)


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
