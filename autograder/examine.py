"""From a step and the variables around it to a verdict."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference, compare, same_but_for_ones
from autograder.examine_function import examine_function
from autograder.judge_tensor import judge_tensor, plain_tensor, unjudged
from autograder.reassigned import cells_of, reassigned, right_numbers, told
from autograder.remarks import remarks_on
from autograder.steps import FunctionStep, GradientStep, PropertyStep, Step, ValueStep
from autograder.verdict import Status, StepVerdict

__all__ = ["MissingInput", "SpoiledInput", "State", "examine", "is_attempted"]


class MissingInput(LookupError):
    """A variable that the notebook's own cells should have made is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SpoiledInput(ValueError):
    """The variables ``names`` that the notebook's own cells made no longer fit each other."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(f"`{name}`" for name in self.names))


class State:
    """The variables around a step, and what follows from them, computed once.

    A state lives for one call of ``check``: the student may change any variable in between.
    ``namespace`` are the variables, with the ``mended`` numbers in place of what a cell has made
    of them: the notebook's own `n`, where that is one of the ``inputs`` of its forward pass.
    """

    def __init__(self, namespace: Mapping[str, Any], inputs: Collection[str] = ()) -> None:
        numbers = right_numbers(inputs, namespace)
        self.namespace: Mapping[str, Any] = {**namespace, **numbers} if numbers else namespace
        self._given, self.mended = namespace, numbers
        self._passes: dict[int, tuple[dict[str, Any], dict[str, Tensor]]] = {}
        self._references: dict[str, Reference] = {}

    @property
    def cells(self) -> Sequence[str]:
        """The text of the cells that ran."""
        return cells_of(self.namespace)

    def told_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """A sentence for each variable among ``names`` that a later cell has made anew."""
        found = reassigned(names, self._given)
        return tuple(told(one, self._given, self.mended) for one in found)

    def right_for(self, step: Step) -> Mapping[str, Any]:
        """What variables around a step should be, as far as its graph tells. Raises as ``passes``.

        Those that nothing is computed from but themselves are left out: the graph cannot tell.
        """
        if not isinstance(step, GradientStep):
            return {}
        values, gradients = self.passes(step)
        computed = {name: values[name] for name in step.graph.nodes}
        return {**computed, **{f"d{name}": gradient for name, gradient in gradients.items()}}

    def read(self, name: str) -> Any:
        """The variable ``name``; raises MissingInput if there is none."""
        if name not in self.namespace:
            raise MissingInput(name)
        return self.namespace[name]

    def passes(self, step: GradientStep) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Forward values and reference gradients of the step's graph.

        Raises MissingInput, or SpoiledInput if its forward pass does not run.
        """
        key = id(step.graph)
        if key not in self._passes:
            inputs = {name: self.read(name) for name in step.graph.inputs}
            try:
                self._passes[key] = (step.graph.forward(inputs), step.graph.gradients(inputs))
            except Exception as error:  # whatever operation comes upon the changed variable first
                raise SpoiledInput(inputs) from error
        return self._passes[key]

    def reference(self, step: GradientStep | ValueStep) -> Reference:
        """What the answer to a step should be. Raises as ``passes``."""
        if step.name not in self._references:
            self._references[step.name] = self._expected(step)
        return self._references[step.name]

    def _expected(self, step: GradientStep | ValueStep) -> Reference:
        names = step.graph.inputs if isinstance(step, GradientStep) else step.inputs
        inputs = [self.read(name) for name in names]
        try:
            if isinstance(step, GradientStep):
                return step.graph.reference(*self.passes(step), step.variable)
            return step.expected(*inputs)
        except Exception as error:
            raise SpoiledInput(names) from error


def is_attempted(step: Step, state: State) -> bool:
    """Whether the answer has a value: a missing name, None and an ellipsis are none."""
    answer = state.namespace.get(step.name)
    return answer is not None and answer is not Ellipsis


def examine(step: Step, state: State) -> StepVerdict:
    """The verdict on ``step``, whose answer is the variable of its name in the state.

    Raises MissingInput or SpoiledInput when a variable that is not the student's to make is
    missing or has been changed to something the forward pass cannot use, and TypeError for a step
    that only a person can judge.
    """
    answer = state.namespace.get(step.name)
    if not is_attempted(step, state):
        return unjudged(
            step, Status.NOT_ATTEMPTED, "not_attempted", f"`{step.name}` has no value yet."
        )
    # A notebook may have switched autograd off; the references need it.
    with torch.inference_mode(False), torch.enable_grad():
        match step:
            case GradientStep():
                return _examine_gradient(step, answer, state)
            case ValueStep():
                return judge_tensor(step, answer, step.name, state.reference(step))
            case FunctionStep():
                return examine_function(step, answer)
            case PropertyStep():
                inputs = [state.read(name) for name in step.inputs]
                return _examine_property(step, answer, inputs)
            case _:
                raise TypeError(f"step {step.name} is graded by the instructor")


def _examine_gradient(step: GradientStep, answer: Any, state: State) -> StepVerdict:
    values, _ = state.passes(step)
    verdict = judge_tensor(step, answer, step.name, state.reference(step))
    if verdict.comparison is None or verdict.status.passed or not isinstance(answer, Tensor):
        return verdict
    plain = plain_tensor(answer, state.reference(step))
    return StepVerdict(
        step.name,
        verdict.status,
        step.points,
        verdict.diagnosis,
        remarks=remarks_on(step, plain, state.namespace, values),
        follows_from=_follows_from(step, plain, state),
        comparison=verdict.comparison,
    )


def _follows_from(step: GradientStep, answer: Tensor, state: State) -> tuple[str, ...]:
    """The wrong upstream gradients from which this answer follows by the right local rule."""
    values, gradients = state.passes(step)
    wrong: dict[str, None] = {}

    def given(variable: str) -> Tensor | None:
        """The student's gradient of ``variable``, or else what their later ones make of it."""
        if variable == step.graph.output:
            return torch.ones_like(values[variable])
        name, shape = f"d{variable}", values[variable].shape
        theirs = state.namespace.get(name)
        if theirs is None:
            upstream = upstream_of(variable)
            return None if upstream is None else step.graph.local_rule(values, variable, upstream)
        expected = step.graph.reference(values, gradients, variable)
        try:
            theirs = plain_tensor(theirs, expected)
            if theirs.is_complex() or not same_but_for_ones(theirs.shape, shape):
                return None
            theirs = theirs.to(expected.value.dtype).reshape(shape)
            if not compare(theirs, expected).passed:
                wrong[name] = None
        except Exception:  # no tensor at all, or one that has no numbers in memory
            return None
        return theirs

    def upstream_of(variable: str) -> dict[str, Tensor] | None:
        upstream = {}
        for consumer in step.graph.consumers(variable):
            if (tensor := given(consumer)) is None:
                return None
            upstream[consumer] = tensor
        return upstream

    upstream = upstream_of(step.variable)
    if not wrong or upstream is None:
        return ()
    expected = step.graph.local_rule(values, step.variable, upstream)
    scale = step.graph.term_scale(values, step.variable, upstream)
    # Zeros upstream make zeros of every rule: that says nothing about this one.
    follows = scale > 0 and compare(answer, Reference(expected, scale)).passed
    return tuple(wrong) if follows else ()


def _examine_property(step: PropertyStep, answer: Any, inputs: list[Any]) -> StepVerdict:
    try:
        diagnosis = step.judge(answer, *inputs)
    except Exception as error:  # an answer of any shape or type may reach the judge
        message = f"`{step.name}` could not be judged: {type(error).__name__}: {error}"
        return unjudged(step, Status.RAISED, "raised", message)
    status = Status.CORRECT if diagnosis is None else Status.WRONG
    return StepVerdict(step.name, status, step.points, diagnosis)
