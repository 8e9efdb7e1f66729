"""A change to the local rule of a variable, and the wrong gradient that comes of one or two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.graph import Graph
from autograder.mistakes.derived.edge import Edge, Shape
from autograder.mistakes.derived.state import Remembering, State

__all__ = ["Change", "Derived", "Rule"]


@dataclass(frozen=True)
class Change:
    """A wrong way to do one part of a step.

    Parts of one term are the local derivative, the upstream gradient, how their product is
    finished, the whole term, and a factor (*scale*) of it; parts of the sum of all terms are a
    factor, its shape, and everything at once.
    ``site`` is the variable whose local rule is changed, ``consumer`` the term that is, or empty
    for the sum of all terms. ``make`` takes, by ``part``: the edge (*local*, *upstream*, *term*);
    the edge and the product (*finish*); the state (*scale*); the sum (*shape*); the state and
    a list of all edges (*all*).
    """

    site: str
    consumer: str
    part: str
    code: str
    message: str
    make: Callable[..., Any]
    cost: int = 1
    source: str = ""


@dataclass(frozen=True)
class Rule:
    """The local rule of ``variable`` in ``graph``, and the changes that go wrong in it.

    ``given`` makes of a namespace what the state is made of: forward variables and gradients by
    name. ``shapes`` are the edges of each site.
    """

    graph: Graph
    variable: str
    given: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    shapes: Mapping[str, Sequence[Shape]]

    def state(self, namespace: Mapping[str, Any]) -> State:
        """The state that a namespace describes; computed once for one that remembers."""
        if isinstance(namespace, Remembering):
            key = ("state", id(self.graph), self.variable)
            return namespace.once(key, lambda: State(self.graph, self.given(namespace)))
        return State(self.graph, self.given(namespace))

    def edges(self, state: State, site: str) -> list[Edge]:
        """The terms of a site in a state."""
        shapes = self.shapes[site]
        return state.memory.once(("edges", site), lambda: [Edge(state, s) for s in shapes])

    def right(self, state: State, site: str) -> Tensor:
        """The sum of a site's terms."""
        edges = self.edges(state, site)
        return state.memory.once(("right", site), lambda: _sum(edge.term for edge in edges))

    def others(self, state: State, site: str, consumer: str) -> Tensor | None:
        """The sum of a site's terms but for one; None if there is no other."""

        def compute() -> Tensor | None:
            terms = [e.term for e in self.edges(state, site) if e.shape.consumer != consumer]
            return _sum(terms) if terms else None

        return state.memory.once(("others", site, consumer), compute)

    def answer(self, namespace: Mapping[str, Any], changes: Sequence[Change]) -> Tensor:
        """The wrong gradient of the variable with these changes.

        They are all of one site, or those of the variable itself are to the sum of its terms.
        """
        state, site = self.state(namespace), changes[0].site
        if site == self.variable:
            return self._site(state, site, changes)
        own = [change for change in changes if change.site == self.variable]
        wrong = self._site(state, site, [change for change in changes if change.site == site])
        # The rest of the way is linear: only the difference has to be sent along it.
        difference = wrong - self.right(state, site)
        total = self.right(state, self.variable) + state.through(site, self.variable)(difference)
        return _after(state, total, own)

    def _site(self, state: State, site: str, changes: Sequence[Change]) -> Tensor:
        total: Tensor | None = None
        for change in changes:
            if change.part == "all":
                whole: Tensor = change.make(state, self.edges(state, site))
                return whole
        touched = {change.consumer for change in changes if change.consumer}
        if not touched:
            total = self.right(state, site)
        elif len(touched) == 1:
            (consumer,) = touched
            total = self.others(state, site, consumer)
        for edge in self.edges(state, site):
            name = edge.shape.consumer
            if name in touched:
                parts = {c.part: c.make for c in changes if c.consumer == name}
                term = edge.changed(parts)
            elif len(touched) > 1:
                term = edge.term
            else:
                continue
            total = term if total is None else total + term
        assert total is not None
        return _after(state, total, changes)


@dataclass(frozen=True)
class Derived:
    """The changes to one result of a step; ``answer`` makes the tensor of one or two of them.

    ``variable`` is the site of the changes to the answer itself, ``rule`` what it follows, if that
    is known.
    """

    answer: Callable[[Mapping[str, Any], Sequence[Change]], Tensor]
    changes: tuple[Change, ...]
    variable: str
    result: int = 0
    rule: Rule | None = None


def _after(state: State, total: Tensor, changes: Sequence[Change]) -> Tensor:
    for change in changes:
        if not change.consumer:
            total = total * change.make(state) if change.part == "scale" else change.make(total)
    return total


def _sum(terms: Iterable[Tensor]) -> Tensor:
    first, *rest = terms
    for term in rest:
        first = first + term
    return first
