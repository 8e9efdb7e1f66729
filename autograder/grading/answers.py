"""From what came back for one step, in one state, to a verdict on that state."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference, compare, same_but_for_ones
from autograder.grading.results import CellResult, Fetched, Missing, NotATensor
from autograder.judge_tensor import judge_tensor, unjudged
from autograder.remarks import aliasing_message
from autograder.situation import Situation
from autograder.steps import Step
from autograder.verdict import Status, StepVerdict

__all__ = ["Trial", "as_value", "ended_early", "judge_answer", "missing_answer", "told"]

_SETTLED = (
    Status.NOT_ATTEMPTED,
    Status.NOT_A_TENSOR,
    Status.TIMEOUT,
    Status.KILLED,
    Status.USED_AUTOGRAD,
)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_ZERO = 1e-9  # a true gradient below this is rounding
_LONGEST = 300  # characters of a student's exception
_MOST_ENTRIES = 100_000  # of an answer in a drawn state that is looked at again


@dataclass(frozen=True)
class Trial:
    """The verdict in one state; ``truth`` tells if the answer is the loss's own gradient there.

    ``answer`` is what the cell left behind in the ``situation``, if that can be told of, and
    ``ended`` how the cell ended.
    """

    verdict: StepVerdict
    truth: Callable[[], bool] | None = None
    answer: Tensor | int | float | None = None
    situation: Situation | None = None
    ended: CellResult | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right in this state."""
        return self.verdict.status.passed

    @property
    def is_truth(self) -> bool:
        """Whether the answer, though not what follows from its upstream, is the loss's gradient."""
        return self.truth is not None and self.truth()

    @property
    def settled(self) -> bool:
        """Whether no other state can make the answer right: there is none, or autograd made it."""
        return self.verdict.status in _SETTLED


def judge_answer(
    step: Step,
    answer: Fetched,
    ended: CellResult,
    situation: Situation,
    changed: Sequence[str],
) -> Trial:
    """The verdict on the value that a step's cell left behind in a situation.

    A cell that came to a shut door and left no answer wanted autograd's. An answer that was there
    before was made without.

    ``changed`` names the inputs that the cell has changed. An exception after a right answer was
    computed (a plot of something that is not there) is a remark, no mistake.
    """
    reference = situation.expected[step.name]
    value = as_value(answer)
    if isinstance(value, Missing | NotATensor):
        if ended.error_name == "DoorShut":
            message = "the cell calls autograd: write the gradient by hand."
            return Trial(unjudged(step, Status.USED_AUTOGRAD, "used_autograd", message))
        return Trial(missing_answer(step, value, ended), situation=situation, ended=ended)
    if isinstance(value, Tensor) and _same(value, reference.value):
        reference = Reference(reference.value, 1.0)  # any bound holds: none need be found
    verdict = judge_tensor(step, value, f"`{step.name}`", reference)
    if changed:
        verdict = _aliasing(step, changed)
    elif ended.status == "raised":
        verdict = _raised_after(step, verdict, ended)
    truth = None
    if not verdict.status.passed and not changed and _fits(value, reference):
        truth = cache(partial(_is_truth, value, step, situation))
    seen = value if not changed and ended.status != "raised" and _is_small(value) else None
    return Trial(verdict, truth, seen, situation, ended)


def _is_small(value: Any) -> bool:
    """Whether an answer can be kept until all states have been tried."""
    return isinstance(value, int | float) or (
        isinstance(value, Tensor) and value.numel() <= _MOST_ENTRIES
    )


def _same(value: Tensor, expected: Tensor) -> bool:
    return (
        value.dtype == expected.dtype
        and value.shape == expected.shape
        and torch.equal(value, expected)
    )


def as_value(answer: Fetched) -> Any:
    """A number for what is one, a list for a list of tensors; anything else as it came."""
    if isinstance(answer, NotATensor):
        if answer.items is not None:
            return [as_value(item) for item in answer.items]
        if isinstance(answer.value, int | float) and not isinstance(answer.value, bool):
            return answer.value
    return answer


def missing_answer(step: Step, answer: Missing | NotATensor, ended: CellResult) -> StepVerdict:
    """The verdict where there is no tensor or number to be judged."""
    nothing = isinstance(answer, Missing) or answer.type_name in ("NoneType", "ellipsis")
    # PyTorch has NotImplementedErrors of its own; they say what is not implemented.
    untouched = ended.error_name == "NotImplementedError" and not ended.error_message
    if nothing and ended.status == "raised" and not untouched:
        message = f"the cell raised {told(ended.error_name, ended.error_message)}"
        return unjudged(step, Status.RAISED, "raised", message)
    if nothing:
        if untouched:
            message = "the cell is as it was handed out: it raises NotImplementedError."
        elif isinstance(answer, Missing):
            message = f"the cell runs, but `{step.name}` is not defined."
        else:
            what = "None" if answer.type_name == "NoneType" else "..."
            message = f"`{step.name}` is {what}."
        return unjudged(step, Status.NOT_ATTEMPTED, "not_attempted", message)
    kind = answer.type_name if isinstance(answer, NotATensor) else ""
    message = f"`{step.name}` should be a tensor; it is of type {kind}."
    return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)


def ended_early(step: Step, status: str, seconds: float) -> StepVerdict:
    """The verdict on a step whose cell never came to its end."""
    if status == "timeout":
        message = f"the cell ran for more than {seconds:g} seconds."
        return unjudged(step, Status.TIMEOUT, "timeout", message)
    message = "the cell ended the process it ran in, or used more than it may (memory, files)."
    return unjudged(step, Status.KILLED, "killed", message)


def told(name: str, message: str) -> str:
    """An exception in words; addresses differ from run to run and are left out."""
    message = _ADDRESS.sub("0x...", " ".join(message.split()))
    if len(message) > _LONGEST:
        message = message[: _LONGEST - 1] + "…"
    if not message:
        return f"{name}."
    return f"{name}: {message}" if message.endswith((".", "!", "?", "…")) else f"{name}: {message}."


def _aliasing(step: Step, changed: Sequence[str]) -> StepVerdict:
    return unjudged(step, Status.WRONG, "aliasing", aliasing_message(sorted(changed)))


def _raised_after(step: Step, verdict: StepVerdict, ended: CellResult) -> StepVerdict:
    raised = f"the cell raised {told(ended.error_name, ended.error_message)}"
    if verdict.status.passed:
        remark = f"the answer is right, but then {raised}"
        return dataclasses.replace(verdict, remarks=(*verdict.remarks, remark))
    return unjudged(step, Status.RAISED, "raised", raised)


def _fits(value: Any, reference: Reference) -> bool:
    """Whether an answer has the shape of the gradient, but for dimensions of size 1."""
    if isinstance(value, int | float):
        return reference.value.numel() == 1
    return isinstance(value, Tensor) and same_but_for_ones(
        tuple(value.shape), tuple(reference.value.shape)
    )


def _is_truth(value: Any, step: Step, situation: Situation) -> bool:
    """See ``Trial.is_truth``."""
    if isinstance(value, int | float):
        value = torch.tensor(value, dtype=torch.float64)
    if step.name not in situation.truth or value.dtype not in (torch.float32, torch.float64):
        return False
    truth = situation.truth[step.name]
    scale = float(truth.abs().max())
    # Where the gradient is zero for any loss, hitting it proves nothing.
    return scale > _ZERO and compare(value, Reference(truth, scale)).passed
