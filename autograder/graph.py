"""A forward pass declared as plain functions.

A node is a function whose *name* is a variable and whose *parameters* are the variables it is
computed from::

    graph = Graph()

    @graph.node
    def bnvar_inv(bnvar):
        return (bnvar + 1e-5) ** -0.5

The declaration alone yields the forward values, the reference gradients (autograd's) and, for
each variable, its consumers and its local rule: the sum over consumers y of the vector-Jacobian
product of y with the upstream gradient dy. No backward formula is ever written down here, so the
reference cannot share a student's mistake.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.compare import LateReference, Reference
from autograder.vjp import vjp, vjps

__all__ = ["Graph"]

Node = Callable[..., Tensor]

# Probes per consumer when the size of the summed terms is estimated. Their mean is taken entry by
# entry and then the largest entry of the tensor, so a handful is plenty.
_PROBES = 4


class Graph:
    """An acyclic forward pass; the node declared last is its output, a scalar loss."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._parents: dict[str, tuple[str, ...]] = {}

    def node(self, function: Node) -> Node:
        """Declare the variable named like ``function`` (a decorator; returns the function).

        Raises ValueError if the name is already declared, or was read by an earlier node as an
        input: a variable must be declared before it is used.
        """
        name = function.__name__
        if name in self._nodes:
            raise ValueError(f"the variable {name} is declared twice")
        if name in self.inputs:
            raise ValueError(f"the variable {name} is declared after a node that reads it")
        self._nodes[name] = function
        self._parents[name] = tuple(inspect.signature(function).parameters)
        return function

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the computed variables, in forward order."""
        return tuple(self._nodes)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names that nodes read and none computes, in order of first use."""
        read = dict.fromkeys(name for parents in self._parents.values() for name in parents)
        return tuple(name for name in read if name not in self._nodes)

    @property
    def output(self) -> str:
        """Name of the node declared last."""
        return self.nodes[-1]

    def parents(self, name: str) -> tuple[str, ...]:
        """Variables that ``name`` is computed from; empty for an input."""
        return self._parents.get(name, ())

    def consumers(self, name: str) -> tuple[str, ...]:
        """Variables computed directly from ``name``, in forward order."""
        return tuple(node for node, parents in self._parents.items() if name in parents)

    def compute(self, name: str, values: Mapping[str, Any]) -> Tensor:
        """The variable ``name`` from the values of its parents, as its function gives it."""
        return self._nodes[name](**{parent: values[parent] for parent in self._parents[name]})

    def forward(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Every variable's value, inputs included; tensors are detached from autograd.

        ``inputs`` maps each name of :attr:`inputs` to a tensor or a Python number and may hold
        more. Raises KeyError naming the first input that is missing.
        """
        with torch.no_grad():
            values = {name: _detached(inputs[name]) for name in self.inputs}
            return self._run(values)

    def gradients(self, inputs: Mapping[str, Any]) -> dict[str, Tensor]:
        """Autograd's gradient of the output for every floating-point variable.

        Each gradient has the shape and dtype of its variable; a variable that the output does not
        depend on has zeros. Nothing of ``inputs`` is changed, and no ``.grad`` is set.
        """
        with torch.inference_mode(False), torch.enable_grad():
            values: dict[str, Any] = {}
            for name in self.inputs:
                value = _detached(inputs[name])
                values[name] = value.requires_grad_() if _is_floating(value) else value
            values = self._run(values)
            variables = {
                name: value
                for name, value in values.items()
                if _is_floating(value) and value.requires_grad
            }
            found = torch.autograd.grad(
                values[self.output], list(variables.values()), allow_unused=True
            )
        return {
            name: torch.zeros_like(variable) if gradient is None else gradient
            for (name, variable), gradient in zip(variables.items(), found, strict=True)
        }

    def vjp(self, values: Mapping[str, Any], consumer: str, name: str, upstream: Tensor) -> Tensor:
        """The gradient that flows to ``name`` through ``consumer`` alone.

        ``values`` are forward values, ``upstream`` the gradient of ``consumer`` (its shape).
        Returns a tensor of the shape of ``name``.
        """
        with torch.inference_mode(False), torch.enable_grad():
            arguments = {parent: _detached(values[parent]) for parent in self.parents(consumer)}
            variable = arguments[name].requires_grad_()
            result = self._nodes[consumer](**arguments)
        return vjp(result, variable, upstream)

    def vjps(self, values: Mapping[str, Any], consumer: str, upstream: Tensor) -> dict[str, Tensor]:
        """The same for all floating-point parents of ``consumer``, in one backward pass."""
        with torch.inference_mode(False), torch.enable_grad():
            arguments = {parent: _detached(values[parent]) for parent in self.parents(consumer)}
            variables = {
                name: value.requires_grad_()
                for name, value in arguments.items()
                if _is_floating(value)
            }
            result = self._nodes[consumer](**arguments)
            found = vjps(result, list(variables.values()), upstream)
        return dict(zip(variables, found, strict=True))

    def local_rule(
        self, values: Mapping[str, Any], name: str, upstream: Mapping[str, Tensor]
    ) -> Tensor:
        """The step's gradient from its upstream gradients: the sum of the consumers' VJPs.

        ``upstream`` maps each consumer of ``name`` to the gradient of that consumer.
        """
        total = torch.zeros_like(values[name])
        for consumer in self.consumers(name):
            total = total + self.vjp(values, consumer, name, upstream[consumer])
        return total

    def reference(
        self, values: Mapping[str, Any], gradients: Mapping[str, Tensor], name: str
    ) -> Reference:
        """Autograd's gradient of ``name`` with the size of the terms summed for it.

        A gradient may be a sum that cancels (that of a bias before batch norm is zero), so its
        own size says nothing about its rounding error; the size of the terms does.
        """
        return LateReference(
            partial(gradients.__getitem__, name), partial(self.term_scale, values, name, gradients)
        )

    def term_scale(
        self, values: Mapping[str, Any], name: str, upstream: Mapping[str, Tensor]
    ) -> float:
        """The size of the terms that the local rule of ``name`` sums, for the largest entry.

        ``upstream`` maps at least each consumer of ``name`` to its gradient. With random signs on
        the upstream gradients the expected square of the VJP is the sum of its squared terms
        (Hutchinson's estimator, one VJP a probe); its root is the size.
        """
        consumers = self.consumers(name)
        if not consumers:
            return 1.0
        generator = torch.Generator().manual_seed(0)
        squares = torch.zeros_like(values[name])
        for _ in range(_PROBES):
            for consumer in consumers:
                size = upstream[consumer]
                coins = torch.randint(0, 2, size.shape, generator=generator)
                signed = (2 * coins - 1).to(size.dtype) * size
                squares += self.vjp(values, consumer, name, signed) ** 2
        return float((squares / _PROBES).sqrt().max())

    def _run(self, values: dict[str, Any]) -> dict[str, Any]:
        for name, function in self._nodes.items():
            values[name] = function(**{parent: values[parent] for parent in self._parents[name]})
        return values


def _is_floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


def _detached(value: Any) -> Any:
    """A copy that shares neither memory nor graph with the caller's tensor."""
    return value.detach().clone() if isinstance(value, Tensor) else value
