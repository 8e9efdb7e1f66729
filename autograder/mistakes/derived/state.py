"""A forward pass and its gradients in one random state, taken apart as far as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor

from autograder.graph import Graph
from autograder.vjp import vjp

__all__ = ["Remembering", "State", "is_floating"]

_T = TypeVar("_T")


class Remembering(dict[str, Any]):
    """A namespace that remembers what has been computed from it, for its many mistakes."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        super().__init__(namespace)
        self._known: dict[Hashable, Any] = {}

    def once(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """What ``compute`` returns, computed the first time only."""
        if key not in self._known:
            self._known[key] = compute()
        known: _T = self._known[key]
        return known


class State:
    """The values of a graph's variables, and the gradients that flow in it.

    ``given`` holds values and gradients by their names in the notebook (`bndiff`, `dbndiff`). What
    it lacks is computed: a value by the forward pass, a gradient by the chain rule.
    """

    def __init__(self, graph: Graph, given: Mapping[str, Any]) -> None:
        self.graph = graph
        self.given = given
        self.values: dict[str, Any] = {}
        for name in (*graph.inputs, *graph.nodes):
            value = given[name] if name in given else graph.compute(name, self.values)
            self.values[name] = value.detach() if isinstance(value, Tensor) else value
        self.memory = Remembering({})

    @property
    def n(self) -> int:
        """How many examples there are: the size of the first dimension where nothing says it."""
        if "n" in self.values:
            return int(self.values["n"])
        last = self.graph.nodes[0]
        shape = self.values[last].shape
        return int(shape[0]) if shape else 1

    @property
    def gradients(self) -> list[str]:
        """The names of the gradients that are given, those of other graphs among them."""
        return [
            name
            for name, value in self.given.items()
            if name.startswith("d")
            and (name[1:] in self.values or name not in self.values)
            and is_floating(value)
        ]

    def is_given(self, variable: str) -> bool:
        """Whether the gradient of ``variable`` is there, rather than to be computed."""
        return f"d{variable}" in self.given

    def gradient(self, variable: str) -> Tensor:
        """The gradient of ``variable``: the one given, or what follows by the chain rule."""
        return self.memory.once(("gradient", variable), lambda: self._gradient(variable))

    def _gradient(self, variable: str) -> Tensor:
        if self.is_given(variable):
            given: Tensor = self.given[f"d{variable}"]
            return given.detach()
        if variable == self.graph.output:
            return torch.ones_like(self.values[variable])
        return self.chained(variable)

    def chained(self, variable: str) -> Tensor:
        """The sum over the consumers of ``variable``: its gradient by the right local rule."""
        terms = [
            self.pull(consumer, variable)(self.gradient(consumer))
            for consumer in self.graph.consumers(variable)
        ]
        return sum(terms[1:], terms[0])

    def pull(
        self, consumer: str, variable: str, spread: bool = False, **other: str
    ) -> Callable[[Tensor], Tensor]:
        """The vector-Jacobian product of one edge of the graph.

        ``spread``: ``variable`` is first expanded to the consumer's shape, so that what it returns
        is not summed. ``other`` puts other variables in the place of the consumer's parents.
        """
        key = ("pull", consumer, variable, spread, tuple(other.items()))
        return self.memory.once(key, lambda: self._pull(consumer, variable, spread, other))

    def _pull(
        self, consumer: str, variable: str, spread: bool, other: Mapping[str, str]
    ) -> Callable[[Tensor], Tensor]:
        names = self.graph.parents(consumer)
        with torch.inference_mode(False), torch.enable_grad():
            values = {name: self.values[other.get(name, name)] for name in names}
            leaf = values[variable].clone()
            if spread:
                leaf = leaf.expand(self.values[consumer].shape).clone()
            values[variable] = leaf.requires_grad_()
            result = self.graph.compute(consumer, values)

        def pull(upstream: Tensor) -> Tensor:
            return vjp(result, leaf, upstream, retain_graph=True)

        return pull

    def through(self, variable: str, start: str) -> Callable[[Tensor], Tensor]:
        """How a gradient of ``variable`` flows on to ``start``, past gradients that are not given.

        Where a gradient is given it counts as it is, whatever flows into it.
        """
        return self.memory.once(
            ("through", variable, start), lambda: self._through(variable, start)
        )

    def _through(self, variable: str, start: str) -> Callable[[Tensor], Tensor]:
        with torch.inference_mode(False), torch.enable_grad():
            values = dict(self.values)
            leaf = values[start] = values[start].clone().requires_grad_()
            for name in self.graph.nodes:
                moved = any(
                    isinstance(values[parent], Tensor) and values[parent].requires_grad
                    for parent in self.graph.parents(name)
                )
                if moved and name != start and (name == variable or not self.is_given(name)):
                    values[name] = self.graph.compute(name, values)
                    if name == variable:
                        break
            result = values[variable]

        def through(gradient: Tensor) -> Tensor:
            return vjp(result, leaf, gradient, retain_graph=True)

        return through


def is_floating(value: Any) -> bool:
    """Whether ``value`` is a tensor that can have a gradient."""
    return isinstance(value, Tensor) and value.is_floating_point()
