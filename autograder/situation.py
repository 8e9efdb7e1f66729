"""A draw with everything the judge hands to a submission, and everything it expects back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor

from autograder.compare import LateReference, Reference
from autograder.graph import Graph
from autograder.steps import GradientStep, Stage, ValueStep

__all__ = ["Situation", "make_situation"]


@dataclass(frozen=True)
class Situation:
    """One state of a stage.

    ``values`` are the forward variables; ``given`` the gradients that are there from the start;
    ``right`` what a step's variable holds after the step; ``expected`` the reference of a step's
    answer; ``truth`` what autograd gives for the whole loss, past all upstream gradients.
    """

    values: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Tensor] = field(default_factory=dict)
    right: dict[str, Tensor] = field(default_factory=dict)
    expected: dict[str, Reference] = field(default_factory=dict)
    truth: _Truth = field(default_factory=lambda: _Truth())


class _Truth(Mapping[str, Tensor]):
    """The loss's own gradients by step, found when one is asked for: right answers need none."""

    def __init__(self) -> None:
        self.found: dict[str, Callable[[], Tensor]] = {}

    def __getitem__(self, name: str) -> Tensor:
        return self.found[name]()

    def __contains__(self, name: object) -> bool:
        return name in self.found

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def make_situation(
    stage: Stage, inputs: Mapping[str, Any], generator: torch.Generator, consistent: bool
) -> Situation:
    """The state of ``stage`` for these inputs of its graphs, with random upstream gradients.

    Independent: every gradient that a student can see is random, and those in between follow from
    them by the chain rule. Consistent: only the gradients next to the loss are random, all others
    follow. An answer in one expression (a step with ``reads``) follows from the loss itself.
    """
    made = Situation()
    for graph in _graphs(stage):
        values = graph.forward(inputs)
        made.values.update(values)
        seen = _seen(stage, graph)
        chosen = {
            variable: torch.randn(
                values[variable].shape, generator=generator, dtype=values[variable].dtype
            )
            for variable in seen
            if not consistent or graph.consumers(variable) == (graph.output,)
        }
        flow, truth = _Flow(graph, values, chosen), cache(partial(_Flow, graph, values, {}))
        for variable, name in seen.items():
            (made.given if name in stage.given else made.right)[name] = flow.gradients[variable]
        for step in stage.steps:
            if isinstance(step, GradientStep) and step.graph is graph:
                upstream = truth() if step.reads else flow
                reference: Reference = LateReference(
                    partial(upstream.local_rule, step.variable),
                    partial(upstream.term_scale, step.variable),
                )
                made.expected[step.name] = reference
                if step.name not in made.right:
                    made.right[step.name] = reference.value
                made.truth.found[step.name] = partial(_entry, truth, step.variable)
    for step in stage.steps:
        if isinstance(step, ValueStep):
            reference = step.expected(*(made.values[name] for name in step.inputs))
            made.expected[step.name] = reference
            made.right[step.name] = reference.value
    return made


def _entry(truth: Callable[[], _Flow], variable: str) -> Tensor:
    return truth().gradients[variable]


def _graphs(stage: Stage) -> list[Graph]:
    graphs = (step.graph for step in stage.steps if isinstance(step, GradientStep))
    return list({id(graph): graph for graph in graphs}.values())


def _seen(stage: Stage, graph: Graph) -> dict[str, str]:
    """The variables of ``graph`` whose gradients have a name in the notebook, with that name."""
    seen = {
        name.removeprefix("d"): name
        for name in stage.given
        if name.removeprefix("d") in graph.nodes
    }
    for step in stage.steps:
        if isinstance(step, GradientStep) and step.graph is graph and not step.reads:
            seen[step.variable] = step.name
    return {name: seen[name] for name in (*graph.inputs, *graph.nodes) if name in seen}


class _Flow:
    """A gradient for every floating-point variable of a graph: chosen, or by the local rule."""

    def __init__(
        self, graph: Graph, values: Mapping[str, Any], chosen: Mapping[str, Tensor]
    ) -> None:
        self._graph, self._values = graph, values
        self._flowing: dict[str, dict[str, Tensor]] = {}  # by consumer and variable
        self.gradients: dict[str, Tensor] = {}
        for name in (*reversed(graph.nodes), *graph.inputs):
            if name == graph.output:
                self.gradients[name] = torch.ones_like(values[name])
            elif name in chosen:
                self.gradients[name] = chosen[name]
            elif isinstance(values[name], Tensor) and values[name].is_floating_point():
                self.gradients[name] = self.local_rule(name)

    def local_rule(self, name: str) -> Tensor:
        """See ``Graph.local_rule``; what flows from a consumer is found for all its parents."""
        total = torch.zeros_like(self._values[name])
        for consumer in self._graph.consumers(name):
            if consumer not in self._flowing:
                upstream = self.gradients[consumer]
                self._flowing[consumer] = self._graph.vjps(self._values, consumer, upstream)
            total = total + self._flowing[consumer][name]
        return total

    def term_scale(self, name: str) -> float:
        """See ``Graph.term_scale``."""
        return self._graph.term_scale(self._values, name, self.gradients)
