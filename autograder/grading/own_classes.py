"""Objects of a student's own classes: their `.grad` and `.backward(...)` are not PyTorch's."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.grading.bindings import nodes_of

__all__ = ["OwnObjects", "own_objects"]

_SAFE_BASES = frozenset({"object", "ABC", "Generic", "NamedTuple", "Protocol", "SimpleNamespace"})
_ROUNDS = 4  # names that are made from names; nobody's chain of them is longer
_DEEPEST = 60  # nested expressions
_BINDING = ast.Assign | ast.AnnAssign | ast.NamedExpr


@dataclass(frozen=True)
class OwnObjects:
    """The classes that a notebook defines, and the names that only ever hold objects of them."""

    classes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def has(self, node: ast.expr, depth: int = _DEEPEST) -> bool:
        """Whether an expression makes or names such an object."""
        if not depth:
            return False
        match node:
            case ast.Name(id=name):
                return name in self.names
            case ast.Call(func=ast.Name(id=name)):
                return name in self.classes
            case ast.Call(func=ast.Attribute(value=value, attr=made)):
                return made == "SimpleNamespace" or self.has(value, depth - 1)
            case ast.Subscript(value=value) | ast.ListComp(elt=value) | ast.UnaryOp(operand=value):
                return self.has(value, depth - 1)
            case ast.BinOp(left=left, right=right):
                return self.has(left, depth - 1) or self.has(right, depth - 1)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return bool(items) and all(self.has(item, depth - 1) for item in items)
        return False

    def inside(self, node: ast.AST) -> bool:
        """Whether a node defines one of these classes."""
        return isinstance(node, ast.ClassDef) and node.name in self.classes


def own_objects(trees: Iterable[ast.AST]) -> OwnObjects:
    """The objects of classes that are defined in these cells, and rest on none of PyTorch's."""
    nodes = [node for tree in trees for node in nodes_of(tree)]
    defined = [node for node in nodes if isinstance(node, ast.ClassDef)]
    if not defined and not any(_word(node) == "SimpleNamespace" for node in nodes):
        return OwnObjects()
    others = {node.name for node in defined if not _is_plain(node, defined)}
    classes = {node.name for node in defined} - others | {"SimpleNamespace"}
    bound: dict[str, list[ast.expr]] = {}
    plain: set[int] = set()
    for node in nodes:
        if isinstance(node, _BINDING) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    plain.add(id(target))
                    bound.setdefault(target.id, []).append(node.value)
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            if id(node) not in plain:
                bound.pop(node.id, None)
        elif isinstance(node, ast.arg):
            bound.pop(node.arg, None)
    own = OwnObjects(frozenset(classes))
    for _ in range(_ROUNDS):
        names = frozenset(name for name, values in bound.items() if all(map(own.has, values)))
        own = OwnObjects(own.classes, names)
    return own


def _is_plain(node: ast.ClassDef, defined: list[ast.ClassDef]) -> bool:
    names = {other.name for other in defined if other is not node} | _SAFE_BASES
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return not node.keywords and all(_word(base) in names for base in bases)


def _word(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
