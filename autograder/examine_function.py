"""From a function that the student wrote to a verdict: it is called on random inputs."""

import contextlib
import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference
from autograder.exceptions import explanation_inside, hard_coded
from autograder.judge_tensor import judge_tensor, unjudged
from autograder.steps import FunctionStep
from autograder.verdict import Status, StepVerdict

__all__ = [
    "changed_an_argument",
    "default_dtype_of",
    "describe_call",
    "examine_function",
    "judge_results",
    "most_telling",
]

# The draws on which a function of the student is called in the notebook.
_SEED = 20


def examine_function(step: FunctionStep, function: Any) -> StepVerdict:
    """The verdict on ``function``: that of the first draw it gets wrong, else of one remarked on.

    While it runs, the default dtype is that of its arguments: a `torch.zeros(shape)` inside
    must neither lose precision nor clash with them.
    """
    if not callable(function):
        message = f"`{step.name}` should be a function; it is of type {type(function).__name__}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    draws = step.draw(torch.Generator().manual_seed(_SEED))
    own = draws[step.own] if step.own is not None else ()
    return most_telling(
        step, (_examine_call(step, function, arguments, own) for arguments in draws)
    )


def most_telling(step: FunctionStep, verdicts: Iterable[StepVerdict]) -> StepVerdict:
    """The first verdict that fails, else the first with a remark, else the last."""
    told = StepVerdict(step.name, Status.CORRECT, step.points)
    for verdict in verdicts:
        if not verdict.status.passed:
            return verdict
        if not told.remarks:
            told = verdict
    return told


def _examine_call(
    step: FunctionStep,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    own: tuple[Any, ...],
) -> StepVerdict:
    """The verdict on one call; ``own`` are the arguments in the notebook's own sizes."""
    given = copy.deepcopy(arguments)
    call = describe_call(step, arguments)
    try:
        with default_dtype_of(arguments):
            returned = function(*given)
    except Exception as error:  # whatever a student's function raises is the student's verdict
        # PyTorch has NotImplementedErrors of its own; they say what is not implemented.
        if isinstance(error, NotImplementedError) and not str(error):
            message = f"`{_raised_in(error)}` is not written yet."
            return unjudged(step, Status.NOT_ATTEMPTED, "not_attempted", message)
        told = f"{call} raised {type(error).__name__}: {error}"
        return unjudged(
            step, Status.RAISED, "raised", _meant(told, error, function, arguments, own)
        )
    if any(
        not torch.equal(before, after)
        for before, after in zip(_tensors(arguments), _tensors(given), strict=True)
    ):
        return changed_an_argument(step, call)
    return judge_results(step, call, returned, step.expected(*arguments))


def describe_call(step: FunctionStep, arguments: tuple[Any, ...]) -> str:
    """A call in a message."""
    return f"{step.name}({', '.join(_describe(argument) for argument in arguments)})"


def changed_an_argument(step: FunctionStep, call: str) -> StepVerdict:
    """The verdict on a function that wrote into what it was given."""
    message = f"{call} changed one of its arguments: work on a copy (`.clone()`)."
    return unjudged(step, Status.WRONG, "aliasing", message)


def judge_results(
    step: FunctionStep, call: str, returned: Any, references: Sequence[Reference]
) -> StepVerdict:
    """The verdict on what one call returned."""
    results = [returned] if len(step.results) == 1 else returned
    if not isinstance(results, list | tuple) or len(results) != len(step.results):
        message = f"{call} should return {len(step.results)} values: {', '.join(step.results)}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    judged = zip(step.results, results, references, strict=True)
    return most_telling(step, (_examine_result(step, call, name, *pair) for name, *pair in judged))


def _examine_result(
    step: FunctionStep, call: str, name: str, result: Any, reference: Reference
) -> StepVerdict:
    what = call if len(step.results) == 1 else f"{name} of {call}"
    verdict = judge_tensor(step, result, what, reference, step.exact_shape)
    if verdict.status is Status.CORRECT:
        return verdict
    remarks = (*verdict.remarks, f"this is the result of {what}")
    return dataclasses.replace(verdict, remarks=remarks)


def _meant(
    told: str,
    error: Exception,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    own: tuple[Any, ...],
) -> str:
    """What a function raised, followed by what that means, as far as it is known."""
    sizes = _sizes(arguments)
    if arguments is not own:  # a size of the notebook may be another dimension's here
        sizes -= _sizes(own)
    meaning = (explanation_inside(error, function), hard_coded(error, function, sizes))
    sentences = [sentence for sentence in meaning if sentence]
    if sentences and not told.endswith((".", "!", "?")):
        told += "."
    return " ".join((told, *sentences))


def _sizes(arguments: tuple[Any, ...]) -> set[int]:
    """The sizes of tensors among the arguments, and the whole numbers."""
    sizes = {size for tensor in _tensors(arguments) for size in tensor.shape}
    return sizes | {argument for argument in arguments if isinstance(argument, int)}


def _raised_in(error: Exception) -> str:
    """The name of the function that raised: the student's, or another that it calls."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame.tb_frame.f_code.co_name if frame is not None else "the function"


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors of an argument, those inside lists and tuples included, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


@contextlib.contextmanager
def default_dtype_of(arguments: tuple[Any, ...]) -> Iterator[None]:
    """Make the dtype of the first floating-point tensor the default one, for a while."""
    before = torch.get_default_dtype()
    floating = (tensor.dtype for tensor in _tensors(arguments) if tensor.is_floating_point())
    torch.set_default_dtype(next(floating, before))
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _describe(argument: Any) -> str:
    """An argument in a message: tensors by shape or number, anything else as Python writes it."""
    if isinstance(argument, Tensor):
        return f"tensor of shape {tuple(argument.shape)}"
    if isinstance(argument, list | tuple) and any(True for _ in _tensors(argument)):
        return f"{len(argument)} tensors"
    if callable(argument):
        return getattr(argument, "__name__", "function")
    return repr(argument)
