"""From a step and the variables around it to a verdict."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference, compare, same_but_for_ones
from autograder.judge_tensor import judge_tensor, unjudged
from autograder.steps import FunctionStep, GradientStep, PropertyStep, Step, ValueStep
from autograder.verdict import Status, StepVerdict

__all__ = ["MissingInput", "State", "examine"]

# The draws on which a function of the student is called in the notebook.
_FUNCTION_SEED = 20


class MissingInput(LookupError):
    """A variable that the notebook's own cells should have made is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class State:
    """The variables around a step, and what follows from them, computed once.

    A state lives for one call of ``check``: the student may change any variable in between.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._passes: dict[int, tuple[dict[str, Any], dict[str, Tensor]]] = {}

    def read(self, name: str) -> Any:
        """The variable ``name``; raises MissingInput if there is none."""
        if name not in self.namespace:
            raise MissingInput(name)
        return self.namespace[name]

    def passes(self, step: GradientStep) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Forward values and reference gradients of the step's graph."""
        key = id(step.graph)
        if key not in self._passes:
            inputs = {name: self.read(name) for name in step.graph.inputs}
            self._passes[key] = (step.graph.forward(inputs), step.graph.gradients(inputs))
        return self._passes[key]


def examine(step: Step, state: State) -> StepVerdict:
    """The verdict on ``step``, whose answer is the variable of its name in the state.

    Raises MissingInput when a variable that is not the student's to make is missing, and
    TypeError for a step that only a person can judge.
    """
    answer = state.namespace.get(step.name)
    if answer is None or answer is Ellipsis:
        return unjudged(
            step, Status.NOT_ATTEMPTED, "not_attempted", f"`{step.name}` is not defined yet."
        )
    match step:
        case GradientStep():
            return _examine_gradient(step, answer, state)
        case ValueStep():
            reference = step.expected(*(state.read(name) for name in step.inputs))
            return judge_tensor(step, answer, step.name, reference)
        case FunctionStep():
            return _examine_function(step, answer)
        case PropertyStep():
            inputs = [state.read(name) for name in step.inputs]
            return _examine_property(step, answer, inputs)
        case _:
            raise TypeError(f"step {step.name} is graded by the instructor")


def _examine_gradient(step: GradientStep, answer: Any, state: State) -> StepVerdict:
    values, gradients = state.passes(step)
    reference = step.graph.reference(values, gradients, step.variable)
    verdict = judge_tensor(step, answer, step.name, reference)
    if verdict.comparison is None or verdict.status.passed:
        return verdict
    return StepVerdict(
        step.name,
        verdict.status,
        step.points,
        verdict.diagnosis,
        remarks=_changed_variables(step, state, values),
        follows_from=_follows_from(step, answer, state),
        comparison=verdict.comparison,
    )


def _changed_variables(
    step: GradientStep, state: State, values: Mapping[str, Any]
) -> tuple[str, ...]:
    """A remark for each forward variable that no longer holds what the forward pass gave it."""
    return tuple(
        f"`{name}` no longer holds its forward value: run the forward pass again, and make sure "
        f"that no cell changes `{name}`."
        for name in step.graph.nodes
        if isinstance(value := state.namespace.get(name), Tensor)
        and value.is_floating_point()
        and not (
            value.shape == values[name].shape and compare(value, Reference.of(values[name])).passed
        )
    )


def _follows_from(step: GradientStep, answer: Tensor, state: State) -> tuple[str, ...]:
    """The wrong upstream gradients from which this answer follows by the right local rule."""
    values, gradients = state.passes(step)
    upstream: dict[str, Tensor] = {}
    wrong = []
    for consumer in step.graph.consumers(step.variable):
        given = state.namespace.get(f"d{consumer}")
        if consumer == step.graph.output and given is None:
            given = torch.ones_like(values[consumer])
        shape = values[consumer].shape
        if not isinstance(given, Tensor) or not same_but_for_ones(given.shape, shape):
            return ()
        upstream[consumer] = given.detach().to(values[consumer].dtype).reshape(shape)
        reference = step.graph.reference(values, gradients, consumer)
        if not compare(upstream[consumer], reference).passed:
            wrong.append(f"d{consumer}")
    if not wrong:
        return ()
    expected = step.graph.local_rule(values, step.variable, upstream)
    reference = Reference(expected, step.graph.term_scale(values, step.variable, upstream))
    return tuple(wrong) if compare(answer, reference).passed else ()


def _examine_function(step: FunctionStep, function: Any) -> StepVerdict:
    if not callable(function):
        message = f"`{step.name}` should be a function; it is of type {type(function).__name__}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    verdict = StepVerdict(step.name, Status.CORRECT, step.points)
    for arguments in step.draw(torch.Generator().manual_seed(_FUNCTION_SEED)):
        verdict = _examine_call(step, function, arguments)
        if not verdict.status.passed:
            break
    return verdict


def _examine_call(
    step: FunctionStep, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> StepVerdict:
    given = copy.deepcopy(arguments)
    call = f"{step.name}({', '.join(_describe(argument) for argument in arguments)})"
    try:
        returned = function(*given)
    except NotImplementedError:
        message = f"`{step.name}` is not written yet."
        return unjudged(step, Status.NOT_ATTEMPTED, "not_attempted", message)
    except Exception as error:  # whatever a student's function raises is the student's verdict
        message = f"{call} raised {type(error).__name__}: {error}"
        return unjudged(step, Status.RAISED, "raised", message)
    if any(
        isinstance(before, Tensor) and not torch.equal(before, after)
        for before, after in zip(arguments, given, strict=True)
    ):
        message = f"{call} changed one of its arguments: work on a copy (`.clone()`)."
        return unjudged(step, Status.WRONG, "aliasing", message)
    results = [returned] if len(step.results) == 1 else returned
    if not isinstance(results, list | tuple) or len(results) != len(step.results):
        message = f"{call} should return {len(step.results)} values: {', '.join(step.results)}."
        return unjudged(step, Status.NOT_A_TENSOR, "not_a_tensor", message)
    verdict = StepVerdict(step.name, Status.CORRECT, step.points)
    references = step.expected(*arguments)
    for name, result, reference in zip(step.results, results, references, strict=True):
        what = call if len(step.results) == 1 else f"{name} of {call}"
        verdict = judge_tensor(step, result, what, reference)
        if not verdict.status.passed:
            remarks = (*verdict.remarks, f"This is the result of {what}.")
            return StepVerdict(
                step.name,
                verdict.status,
                step.points,
                verdict.diagnosis,
                remarks=remarks,
                comparison=verdict.comparison,
            )
    return verdict


def _examine_property(step: PropertyStep, answer: Any, inputs: list[Any]) -> StepVerdict:
    try:
        diagnosis = step.judge(answer, *inputs)
    except Exception as error:  # an answer of any shape or type may reach the judge
        message = f"`{step.name}` could not be judged: {type(error).__name__}: {error}"
        return unjudged(step, Status.RAISED, "raised", message)
    status = Status.CORRECT if diagnosis is None else Status.WRONG
    return StepVerdict(step.name, status, step.points, diagnosis)


def _describe(argument: Any) -> str:
    """An argument in a message: a tensor by its shape, anything else as Python writes it."""
    if isinstance(argument, Tensor):
        return f"tensor of shape {tuple(argument.shape)}"
    if callable(argument):
        return getattr(argument, "__name__", "function")
    return repr(argument)
