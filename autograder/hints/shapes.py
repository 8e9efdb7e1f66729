"""The first hint: shapes and consumers, told by the forward graph; nothing is written per step."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from autograder.hints.calls import calls_in_words
from autograder.hints.words import listed
from autograder.steps import FunctionStep, GradientStep, PropertyStep, Step, ValueStep

__all__ = ["shapes_in_words"]

Shape = tuple[int, ...]

_NUMBERS = ("no", "one", "two", "three", "four", "five")


def shapes_in_words(step: Step, namespace: Mapping[str, Any]) -> list[str]:
    """Sentences in Markdown about the shapes around ``step``, as they are in ``namespace``.

    Of a variable that is not in the namespace the name stands alone.
    """
    match step:
        case GradientStep():
            return _gradient(step, namespace)
        case FunctionStep():
            return calls_in_words(step, namespace.get(step.name))
        case ValueStep():
            return [_made_from(step.inputs, namespace), *_result(step, namespace)]
        case PropertyStep():
            return [
                f"The check judges it with {listed([_named(n, namespace) for n in step.inputs])}."
            ]
        case _:
            return []


def _gradient(step: GradientStep, namespace: Mapping[str, Any]) -> list[str]:
    graph, variable = step.graph, step.variable
    consumers = graph.consumers(variable)
    shape = _shape(namespace.get(variable))
    sentences = [f"`{variable}` has shape `{shape}`, and so has its gradient."] if shape else []
    if shape == ():
        sentences = [f"`{variable}` is a single number, shape `()`, and so is its gradient."]
    its = "it" if sentences else f"`{variable}`"
    sentences.append(f"{_number(consumers)} computed from {its}.")
    for consumer in consumers:
        operands = [_named(parent, namespace) for parent in graph.parents(consumer)]
        fit = _fit(variable, consumer, namespace, not step.reads)
        said = [_upstream(step, consumer, namespace), fit]
        made = f"- {_named(consumer, namespace)}, made of {listed(operands)}."
        sentences.append(" ".join([made, *filter(None, said)]))
    if len(consumers) > 1:
        sentences.append(f"So there are {_NUMBERS[len(consumers)]} contributions, to be added.")
    if step.reads:
        inflow = [name for name in step.reads if name in graph.inputs and name.startswith("d")]
        if inflow:
            sentences.append(f"What flows in is {listed([_named(n, namespace) for n in inflow])}.")
        sentences.append(_made_from(step.reads, namespace))
    return sentences


def _number(consumers: Sequence[str]) -> str:
    names = "variable is" if len(consumers) == 1 else "variables are"
    return f"{_NUMBERS[len(consumers)].capitalize()} {names}"


def _upstream(step: GradientStep, consumer: str, namespace: Mapping[str, Any]) -> str:
    if consumer == step.graph.output:
        return "It is what is differentiated, and its own gradient is 1."
    if step.reads:
        return ""
    shape = _shape(namespace.get(consumer))
    size = f", shape `{shape}`" if shape is not None else ""
    return f"So `d{consumer}` flows in{size}."


def _fit(variable: str, consumer: str, namespace: Mapping[str, Any], outside: bool) -> str:
    """What the two shapes say about the way back from ``consumer`` to ``variable``."""
    own, other = _shape(namespace.get(variable)), _shape(namespace.get(consumer))
    if own is None or other is None or own == other:
        return ""
    if _stretches(own, other):
        new = len(other) - len(own)
        gone = [f"dimension {i}, which goes away" for i in range(new)]
        kept = [
            f"dimension {new + i}, which stays with size 1"
            for i, size in enumerate(own)
            if size == 1 and other[new + i] != 1
        ]
        return (
            f"`{variable}` is broadcast there to `{other}`: its numbers are copied, and backwards "
            f"the copies are summed, over {listed([*gone, *kept])}."
        )
    if _stretches(other, own):
        return (
            f"It has fewer entries than `{variable}`: backwards the way leads from shape `{other}` "
            f"to `{own}`, and the answer has an entry for each."
        )
    return f"Shape `{other}` comes in, and shape `{own}` has to come out." if outside else ""


def _stretches(small: Shape, large: Shape) -> bool:
    """Whether broadcasting makes ``large`` of ``small``."""
    new = len(large) - len(small)
    return new >= 0 and all(
        size in (1, other) for size, other in zip(small, large[new:], strict=True)
    )


def _result(step: ValueStep, namespace: Mapping[str, Any]) -> list[str]:
    try:
        value = step.expected(*(namespace[name] for name in step.inputs)).value
    except Exception:  # a variable is missing or spoiled: the check says so, a hint need not
        return []
    return [f"`{step.name}` has shape `{tuple(value.shape)}`."]


def _made_from(names: Sequence[str], namespace: Mapping[str, Any]) -> str:
    return f"The answer may be made of {listed([_named(name, namespace) for name in names])}."


def _named(name: str, namespace: Mapping[str, Any]) -> str:
    """A variable with its shape, or what else it is."""
    value = namespace.get(name)
    shape = _shape(value)
    if shape is not None:
        return f"`{name}` `{shape}`"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"`{name}` (a number)" if is_number else f"`{name}`"


def _shape(value: object) -> Shape | None:
    return tuple(value.shape) if isinstance(value, Tensor) else None
