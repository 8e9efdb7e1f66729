"""Attributes with one of autograd's names that switch it off, or are not PyTorch's at all."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from autograder.grading.autograd_words import computes, reads
from autograder.grading.bindings import nodes_of
from autograder.grading.own_classes import OwnObjects

__all__ = ["of_own_objects", "switched_off"]

_SWITCHES = ("requires_grad_", "set_grad_enabled")
_SHELL = ("system", "getoutput")


def switched_off(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """The ids of attributes that record nothing: given False or None, and IPython's own for `!`."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=attribute) as function) if (
                attribute in _SWITCHES and _is_false(node)
            ):
                yield id(function)
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Name(id="get_ipython")), attr=attribute
                ) as function,
                args=[ast.Constant()],
            ) if attribute in _SHELL:
                yield id(function)  # told by the command
            case ast.Assign(targets=targets, value=ast.Constant(value=False | None)):
                for target in targets:
                    if isinstance(target, ast.Attribute):
                        yield id(target)


def _is_false(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return len(given) == 1 and isinstance(given[0], ast.Constant) and given[0].value is False


def of_own_objects(nodes: Iterable[ast.AST], own: OwnObjects) -> Iterator[int]:
    """The ids of `.grad`, `.backward` and the like on objects of the notebook's own classes."""
    for node in nodes:
        if own.inside(node):
            yield from (
                id(inner)
                for inner in nodes_of(node)
                if _is_gradient(inner) and isinstance(inner.value, ast.Name)
            )
        elif _is_gradient(node) and own.has(node.value):
            yield id(node)


def _is_gradient(node: ast.AST) -> TypeGuard[ast.Attribute]:
    if not isinstance(node, ast.Attribute) or getattr(node.value, "id", "") == "torch":
        return False
    return reads(node.attr) or ("backward" in node.attr and computes(node.attr))
