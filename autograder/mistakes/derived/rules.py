"""For each step the rule that its answer follows, and every change that may go wrong in it."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from autograder.draws import Kind as Draw
from autograder.draws import draw_stage
from autograder.graph import Graph
from autograder.inference import PARAMETER_NAMES
from autograder.mistakes.derived.change import Change, Derived, Rule
from autograder.mistakes.derived.edge import Shape, find_shape
from autograder.mistakes.derived.state import Remembering, State
from autograder.mistakes.derived.term import changes_of_edge
from autograder.mistakes.derived.total import changes_of_total
from autograder.mistakes.derived.whole import changes_of_whole
from autograder.situation import make_situation
from autograder.stages import stage as find_stage
from autograder.stages.unrolled import GRAPH as NETWORK
from autograder.steps import FunctionStep, GradientStep, Stage, Step, ValueStep

__all__ = ["derived_of"]

_SEED = 11


def derived_of(stage: Stage, step: Step) -> tuple[Derived, ...]:
    """What can be derived for a step, for each of its results; cached by the names."""
    return _derived(stage.name, step.name)


@cache
def _derived(stage_name: str, step_name: str) -> tuple[Derived, ...]:
    stage = find_stage(stage_name)
    step = stage.by_name[step_name]
    with torch.inference_mode(False), torch.no_grad():
        return tuple(_find(stage, step))


def _find(stage: Stage, step: Step) -> Iterator[Derived]:
    if isinstance(step, GradientStep):
        yield _of_rule(step.graph, step.variable, _sample(stage, step), _given(stage, step), 0)
    elif isinstance(step, FunctionStep) and step.results == _NETWORK_RESULTS:
        sample = dict(
            zip(_BACKWARD, step.draw(torch.Generator().manual_seed(_SEED))[1], strict=True)
        )
        for place, variable in enumerate(PARAMETER_NAMES):
            derived = _of_rule(NETWORK, variable, sample, _of_backward, place, _WRITTEN_OUT)
            swapped = tuple(_swapped(derived, sample))
            yield dataclasses.replace(derived, changes=(*derived.changes, *swapped))
    elif isinstance(step, ValueStep):
        yield from changes_of_whole(step, _sample(stage, step))
    elif isinstance(step, FunctionStep):
        names = inspect.signature(step.expected).parameters
        arguments = step.draw(torch.Generator().manual_seed(_SEED))[1]
        yield from changes_of_whole(step, dict(zip(names, arguments, strict=True)))


def _swapped(derived: Derived, sample: Mapping[str, Any]) -> Iterator[Change]:
    """Results that have changed places."""
    assert derived.rule is not None
    values = derived.rule.state(sample).values
    for other in PARAMETER_NAMES:
        if other != derived.variable and values[other].shape == values[derived.variable].shape:
            message = "Results have changed places: they are returned in the parameters' order."
            make = _gradient(other)
            yield Change(derived.variable, "", "all", "wrong_index", message, make)


def _gradient(variable: str) -> Callable[[State, object], Tensor]:
    return lambda state, edges: state.gradient(variable)


_NETWORK_RESULTS = tuple(f"d{name}" for name in PARAMETER_NAMES)
# Gradients on the way that `backward` makes by an operation of its own. Those inside the softmax
# and batch norm are passed in one expression, whose mistakes are written by hand.
_WRITTEN_OUT = frozenset({"h", "hpreact", "embcat", "emb"})
_BACKWARD = ("parameters", "kept", "Xb", "Yb")


def _of_backward(namespace: Mapping[str, Any]) -> Mapping[str, Any]:
    """The network's inputs from the arguments of `backward`."""
    Xb, Yb = namespace["Xb"], namespace["Yb"]
    named = dict(zip(PARAMETER_NAMES, namespace["parameters"], strict=True))
    return {**named, "Xb": Xb, "Yb": Yb, "n": len(Xb)}


def _given(stage: Stage, step: GradientStep) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """The step's part of a namespace: its graph's variables and gradients that are not its own."""
    variables = (*step.graph.inputs, *step.graph.nodes)
    gradients = {*(f"d{name}" for name in variables), *stage.given, *stage.by_name}
    names = {*variables, *gradients} - {step.name, f"d{step.variable}"}
    # `dhpreact` may be a variable of the graph itself.
    names |= {*variables}
    if step.reads:
        names &= {*step.reads}

    def given(namespace: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: value for name, value in namespace.items() if name in names}

    return given


def _of_rule(
    graph: Graph,
    variable: str,
    sample: Mapping[str, Any],
    given: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    result: int,
    written_out: Collection[str] | None = None,
) -> Derived:
    """The changes to the rule of ``variable``; on the way, to those ``written_out`` (None: all)."""
    shapes: dict[str, Sequence[Shape]] = {}
    rule = Rule(graph, variable, given, shapes)
    memory = Remembering(sample)
    state = rule.state(memory)
    changes: list[Change] = []
    for site in _sites(state, variable):
        if site != variable and written_out is not None and site not in written_out:
            continue
        shapes[site] = [find_shape(state, consumer, site) for consumer in graph.consumers(site)]
        edges = rule.edges(state, site)
        found = [*changes_of_total(state, edges)]
        for edge in edges:
            found += changes_of_edge(edge)
        if site != variable:
            # On the way, only what keeps the shape can go on, and only the simple is looked for.
            found = [c for c in found if c.part != "shape" and c.cost == 1]
        changes += found
    return Derived(rule.answer, tuple(_applicable(rule, memory, changes)), variable, result, rule)


def _applicable(rule: Rule, memory: Remembering, changes: list[Change]) -> Iterator[Change]:
    """The changes that can be made, and that change something."""
    right = rule.right(rule.state(memory), rule.variable)
    scale = float(right.abs().max()) or 1.0
    for change in changes:
        try:
            made = rule.answer(memory, [change])
        except (RuntimeError, IndexError):
            continue
        if made.shape == right.shape and bool(((made - right).abs() <= 1e-9 * scale).all()):
            continue
        yield change


def _sites(state: State, variable: str) -> Iterator[str]:
    """The variable, and those whose gradients are computed on the way to it."""
    waiting, seen = [variable], {variable}
    while waiting:
        site = waiting.pop(0)
        yield site
        for consumer in state.graph.consumers(site):
            hidden = not state.is_given(consumer) and consumer != state.graph.output
            if hidden and consumer not in seen:
                seen.add(consumer)
                waiting.append(consumer)


def _sample(stage: Stage, step: Step) -> Mapping[str, Any]:
    """A namespace with sizes that are all different."""
    generator = torch.Generator().manual_seed(_SEED)
    inputs = draw_stage(stage.name, generator, Draw.PRIMES)
    situation = make_situation(stage, inputs, generator, consistent=False)
    earlier = [other.name for other in stage.steps[: stage.steps.index(step)]]
    gradients = {name: situation.right[name] for name in earlier if name in situation.right}
    return {**situation.values, **situation.given, **gradients}
