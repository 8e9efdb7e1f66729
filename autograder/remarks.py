"""What else is known when a gradient is wrong: causes that lie outside the step itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.judge_tensor import is_plain
from autograder.reassigned import reassigned, told
from autograder.steps import GradientStep

__all__ = ["NO_POINTS", "ONLY_SMALL", "aliasing_message", "remarks_on"]

NO_POINTS = "The grader gives no points for a cell that does that."
# Right in states that are smaller than the notebook's.
ONLY_SMALL = (
    "In the notebook's own sizes a part of the entries is left out: is there a number in the cell "
    "where `n` or a `.shape` belongs?"
)


def aliasing_message(names: Sequence[str]) -> str:
    """What to tell about a cell that has changed these variables, which it was only to read."""
    listed = " and ".join(f"`{name}`" for name in names)
    return (
        f"the cell changes {listed}, which it was only to read: `a = b` gives the same tensor a "
        "second name, and `a += ...` then changes `b`; work on a copy (`b.clone()`)."
    )


def remarks_on(
    step: GradientStep, answer: Tensor, namespace: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[str, ...]:
    """One sentence for each suspicious thing around a wrong ``answer``; often none.

    ``values`` are the forward values as they should be.
    """
    return (
        *_changed_variables(step, namespace, values),
        *_upstream_shapes(step, namespace, values),
        *_shared_memory(step, answer, namespace),
    )


def _changed_variables(
    step: GradientStep, namespace: Mapping[str, Any], values: Mapping[str, Any]
) -> list[str]:
    """Forward variables that are not what their inputs make them."""
    remarks = []
    for name in step.graph.nodes[:-1]:  # nothing reads the last, so it spoils nothing
        value = namespace.get(name)
        if not is_plain(value):
            continue
        if torch.equal(value, values[name]):
            continue
        right = Reference.of(values[name])
        if value.shape != right.value.shape or not compare(value, right).passed:
            parents = step.graph.parents(name)
            if found := reassigned([name, *parents], namespace):
                remarks += [told(one, namespace, {}) for one in found]
                break
            inputs = ", ".join(f"`{parent}`" for parent in parents)
            remarks.append(
                f"`{name}` is not what the forward pass makes of {inputs}: a cell has changed one "
                "of them. Run the notebook again from the top."
            )
            break  # all that is computed from it is off, too, and says nothing new
    return remarks


def _upstream_shapes(
    step: GradientStep, namespace: Mapping[str, Any], values: Mapping[str, Any]
) -> list[str]:
    """Upstream gradients that passed their own check without a dimension of size 1."""
    return [
        f"your `{name}` has shape {tuple(given.shape)}, and `{consumer}` has "
        f"{tuple(values[consumer].shape)}: that may be the cause."
        for consumer in step.graph.consumers(step.variable)
        if is_plain(given := namespace.get(name := f"d{consumer}"))
        and given.shape != values[consumer].shape
    ]


def _shared_memory(step: GradientStep, answer: Tensor, namespace: Mapping[str, Any]) -> list[str]:
    """Later gradients that are the very tensor of the answer: `dhprebn = dbndiff`, then `+=`."""
    return [
        f"`{step.name}` and `{name}` are one tensor in memory: what changes one in place changes "
        "the other. Begin with a copy, `.clone()`."
        for variable in step.graph.parents(step.variable)
        if is_plain(answer)
        and is_plain(other := namespace.get(name := f"d{variable}"))
        and other.shape == answer.shape
        and other.data_ptr() == answer.data_ptr()
    ]
