"""Shapes of expressions from the shapes of their names, read off the syntax tree.

Only what can be known for certain: any operation that is not listed has an unknown shape.
"""

import ast
from collections.abc import Mapping

__all__ = ["Described", "Shape", "Shapes", "broadcast"]

Shape = tuple[int, ...]
# A tensor's shape, or in words what a variable is ("None", "a number").
Described = str | Shape

# Methods and functions whose result has the shape of their first operand.
_SAME = {
    *("abs", "clone", "contiguous", "detach", "double", "exp", "float", "log", "log_softmax"),
    *("neg", "ones_like", "reciprocal", "relu", "rsqrt", "sigmoid", "softmax", "sqrt", "square"),
    *("tanh", "zeros_like"),
}
_REDUCTIONS = {"sum", "mean", "prod", "amax", "amin"}


class Shapes:
    """Shapes of expressions, given those of the names."""

    def __init__(self, known: Mapping[str, Described]) -> None:
        self._known = known
        self._found: dict[int, Shape | None] = {}

    def of(self, node: ast.AST) -> Shape | None:
        """The shape of an expression; a number has the shape (). None where it is not known."""
        key = id(node)
        if key not in self._found:
            self._found[key] = self._infer(node)
        return self._found[key]

    def _infer(self, node: ast.AST) -> Shape | None:
        match node:
            case ast.Name(id=name):
                known = self._known.get(name)
                return () if known == "a number" else known if isinstance(known, tuple) else None
            case ast.Constant(value=int() | float()):
                return ()
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return self.of(operand)
            case ast.BinOp(left=left, op=operator, right=right):
                a, b = self.of(left), self.of(right)
                if a is None or b is None:
                    return None
                return _matmul(a, b) if isinstance(operator, ast.MatMult) else broadcast(a, b)
            case ast.Attribute(value=value, attr="T" | "mT"):
                shape = self.of(value)
                return shape[::-1] if shape is not None and len(shape) == 2 else None
            case ast.Subscript(value=value, slice=index):
                return _indexed(self.of(value), index)
            case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                return self._call(node, owner, name)
        return None

    def _call(self, node: ast.Call, owner: ast.expr, name: str) -> Shape | None:
        operand, arguments = owner, node.args
        if isinstance(owner, ast.Name) and owner.id in ("torch", "F") and node.args:
            operand, *arguments = node.args
        shape = self.of(operand)
        if shape is None:
            return None
        if name in _SAME:
            return shape
        if name in _REDUCTIONS:
            return _reduced(shape, arguments, node.keywords)
        if name in ("expand_as", "view_as", "reshape_as") and len(arguments) == 1:
            return self.of(arguments[0])
        if name == "t" and len(shape) == 2 and not arguments:
            return shape[::-1]
        if name == "matmul" and len(arguments) == 1:
            other = self.of(arguments[0])
            return _matmul(shape, other) if other is not None else None
        return None


def broadcast(a: Shape, b: Shape) -> Shape | None:
    """The shape that two shapes are broadcast to; None if they do not fit."""
    length = max(len(a), len(b))
    pairs = zip((1,) * (length - len(a)) + a, (1,) * (length - len(b)) + b, strict=True)
    sizes = [(x if y == 1 else y) if 1 in (x, y) or x == y else None for x, y in pairs]
    return None if None in sizes else tuple(size for size in sizes if size is not None)


def _matmul(a: Shape, b: Shape) -> Shape | None:
    if not a or not b or a[-1] != b[-2 if len(b) > 1 else 0]:
        return None
    batch = broadcast(a[:-2], b[:-2])
    return None if batch is None else (*batch, *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


def _integer(node: ast.AST) -> int | None:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None


def _reduced(shape: Shape, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Shape | None:
    named = {keyword.arg: keyword.value for keyword in keywords}
    if named.keys() - {"dim", "axis", "keepdim"} or len(arguments) > 2:
        return None
    where = arguments[0] if arguments else named.get("dim", named.get("axis"))
    keep = arguments[1] if len(arguments) > 1 else named.get("keepdim")
    if keep is not None and not isinstance(keep, ast.Constant):
        return None
    kept = keep is not None and bool(keep.value)
    if where is None:
        return None if kept else ()
    entries = where.elts if isinstance(where, ast.Tuple) else [where]
    found = [_integer(entry) for entry in entries]
    if not found or any(i is None or not -len(shape) <= i < len(shape) for i in found):
        return None
    dimensions = {i % len(shape) for i in found if i is not None}
    sizes = enumerate(shape)
    return tuple(1 if i in dimensions else n for i, n in sizes if kept or i not in dimensions)


def _indexed(shape: Shape | None, index: ast.expr) -> Shape | None:
    """Only whole numbers, `:` and `None` in the brackets."""
    if shape is None:
        return None
    entries = index.elts if isinstance(index, ast.Tuple) else [index]
    rest, result = list(shape), []
    for entry in entries:
        match entry:
            case ast.Constant(value=None):
                result.append(1)
            case ast.Slice(lower=None, upper=None, step=None) if rest:
                result.append(rest.pop(0))
            case _ if rest and _integer(entry) is not None:
                rest.pop(0)
            case _:
                return None
    return (*result, *rest)
