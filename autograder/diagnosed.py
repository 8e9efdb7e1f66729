"""From a wrong answer to the diagnosis that a person is told, in the notebook and in the judge.

Both observe the answer in random states; what they make of that is made here, so that the same
cell is told the same wherever it is judged.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.diagnose import diagnose
from autograder.judge_tensor import plain_tensor
from autograder.observation import Observation
from autograder.sections import section_of
from autograder.steps import FunctionStep, Stage, Step
from autograder.verdict import Status, StepVerdict

__all__ = [
    "Call",
    "diagnosed",
    "is_right",
    "needs_diagnosis",
    "observe",
    "observe_calls",
    "with_section",
]

_UNEXPLAINED = "differs"
# Entries of a tensor that is looked at: no answer in a random state has a tenth of it.
_LARGEST = 100_000


@dataclass(frozen=True)
class Call:
    """What a student's function returned for one of its draws."""

    arguments: tuple[Any, ...]
    results: Sequence[Any]
    references: Sequence[Reference]


def needs_diagnosis(verdict: StepVerdict) -> bool:
    """Whether a verdict is on a tensor that is wrong: what else can be wrong speaks for itself."""
    return verdict.status is Status.WRONG and verdict.comparison is not None


def is_right(answer: Any, expected: Reference) -> bool:
    """Whether what came out of a cell or a function is right; it may be anything."""
    with contextlib.suppress(Exception):  # torch has many ways to say that it cannot compare
        return compare(plain_tensor(answer, expected), expected).passed
    return False


def observe(
    namespace: Mapping[str, Any], answer: Any, expected: Reference, result: int = 0
) -> Observation | None:
    """The observation of an answer; None for anything but a number or tensor of finite floats."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | Tensor):
        return None
    try:
        tensor = plain_tensor(answer, expected)
        if tensor.numel() > _LARGEST or tensor.dtype not in (torch.float64, torch.float32):
            return None
        return Observation(namespace, tensor, expected, result) if tensor.isfinite().all() else None
    except Exception:  # tensors without data, nested, masked, fake; numbers that no float holds
        return None


def observe_calls(step: FunctionStep, calls: Mapping[int, Call]) -> list[Observation]:
    """The observations of a function's results; ``calls`` are those that returned, by draw.

    The notebook's own sizes say nothing new where there are others, and take longest.
    """
    names = tuple(inspect.signature(step.expected).parameters)
    fresh = [call for number, call in calls.items() if number != step.own]
    seen = (
        observe(dict(zip(names, call.arguments, strict=True)), result, reference, number)
        for call in (fresh if len(fresh) > 1 else calls.values())
        for number, (result, reference) in enumerate(
            zip(call.results, call.references, strict=False)
        )
        if bool(reference.value.isfinite().all())
    )
    return [one for one in seen if one is not None]


def diagnosed(
    stage: Stage,
    step: Step,
    verdict: StepVerdict,
    observations: Iterable[Observation | None],
    source: str = "",
) -> StepVerdict:
    """The verdict with the mistake that explains the observations, or with what is known of them.

    ``source`` is the text of the cells that made the answer. A description does not replace what
    the verdict has been told of a shape. Where the search itself fails, the verdict comes back
    as it is, with a warning: no answer may cost a student more than its explanation.
    """
    seen = [one for one in observations if one is not None]
    try:
        if all(compare(one.answer, one.expected).passed for one in seen):
            return verdict
        diagnosis = diagnose(stage, step, seen, source=source)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        warnings.warn(f"no diagnosis of {step.name}: {told}", RuntimeWarning, stacklevel=2)
        return verdict
    if diagnosis.code == _UNEXPLAINED and verdict.diagnosis is not None:
        return verdict
    return dataclasses.replace(verdict, diagnosis=diagnosis)


def with_section(stage: Stage, verdict: StepVerdict) -> StepVerdict:
    """The verdict whose diagnosis, if there is one, says which section to read again."""
    diagnosis = verdict.diagnosis
    if diagnosis is None or diagnosis.read:
        return verdict
    read = section_of(stage.name, verdict.name).title
    return dataclasses.replace(verdict, diagnosis=dataclasses.replace(diagnosis, read=read))
