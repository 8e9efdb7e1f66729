"""The gradient that arrives: left out, another one, or taken from further back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from autograder.mistakes.derived.change import Change
from autograder.mistakes.derived.edge import Edge, expands
from autograder.mistakes.derived.traits import Draft, absent, named
from autograder.mistakes.derived.words import Words

__all__ = ["upstream_changes"]


def upstream_changes(draft: Draft) -> Iterator[Change]:
    """Every change to the upstream gradient of a term."""
    state, words, consumer = draft.state, draft.words, draft.shape.consumer
    if consumer == state.graph.output and not state.is_given(consumer):
        return  # nothing arrives at the loss
    yield draft.change(
        "upstream",
        "missing_upstream",
        words("missing_upstream"),
        lambda e: torch.ones_like(e.upstream),
        1,
        absent(words.dy),
    )
    size = draft.edge.upstream.shape
    for name in state.gradients:
        if name != words.dy and expands(state.given[name].shape, size):
            message = words("other_upstream", name)
            yield draft.change("upstream", "wrong_upstream", message, _given(name), 1, named(name))
    yield draft.change(
        "upstream",
        "wrong_variable",
        words("value_for_gradient"),
        lambda e: e.state.values[e.shape.consumer],
        1,
        named(consumer),
    )
    if state.is_given(consumer):
        yield from _further_back(draft)


def _further_back(draft: Draft) -> Iterator[Change]:
    """The upstream gradient made again from the gradients behind it.

    That is right where gradients follow from one another, so by itself it is no mistake (it has no
    code): it is there to be combined with one.
    """
    state, consumer = draft.state, draft.shape.consumer
    behind = state.graph.consumers(consumer)
    if not all(name == state.graph.output or state.is_given(name) for name in behind):
        return
    yield draft.change("upstream", "", "", lambda e: e.state.chained(e.shape.consumer), 0)
    if len(behind) == 1:
        yield from _another_behind(draft, behind[0])
    for name in behind if len(behind) > 1 else ():
        message = Words(state.graph, consumer, name)("missing_branch")
        yield draft.change("upstream", "missing_branch", message, _without(name), 2)


def _another_behind(draft: Draft, behind: str) -> Iterator[Change]:
    """The upstream gradient made again, from the wrong one."""
    state, words = draft.state, Words(draft.state.graph, draft.shape.consumer, behind)
    for name in state.gradients:
        same = state.given[name].shape == state.gradient(behind).shape
        if same and name not in (words.dx, words.dy):
            make = _through(behind, name)
            message = words("other_upstream", name)
            yield draft.change("upstream", "wrong_upstream", message, make, 2, named(name))


def _through(behind: str, name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.state.pull(behind, edge.shape.consumer)(edge.state.given[name])


def _given(name: str) -> Callable[[Edge], Tensor]:
    return lambda edge: edge.state.given[name].expand(edge.upstream.shape)


def _without(left_out: str) -> Callable[[Edge], Tensor]:
    def without(edge: Edge) -> Tensor:
        state, variable = edge.state, edge.shape.consumer
        total = torch.zeros_like(edge.upstream)
        for name in state.graph.consumers(variable):
            if name != left_out:
                total = total + state.pull(name, variable)(state.gradient(name))
        return total

    return without
