"""Whether a cell may have a size of the notebook written in it as a number.

The judge's states are smaller than the notebook's. `dlogits.sum(0)[:26]` is right on them, and so
is a loop over 20 of 32 examples until it comes to the 14th of 13: such answers have to be right in
the notebook's own sizes as well.
"""

from __future__ import annotations

import ast
from itertools import islice

__all__ = ["may_write_sizes"]


_SHORT = 20  # parts of an expression of numbers that is looked at
_WHOLE = (
    *(ast.BinOp, ast.UnaryOp, ast.USub, ast.UAdd),
    *(ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.Pow),
)


def may_write_sizes(tree: ast.AST) -> bool:
    """Whether a whole number above 1 stands for itself, and is no factor, term or exponent.

    Factors are numbers that a formula has; but in an index (`[: 2 * 13]`) they make a size, too,
    and so do numbers among themselves (`4 * 5`) and in a text.
    """
    waiting = [(tree, False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.Constant):
            if type(node.value) is int and abs(node.value) > 1:
                return True
            if isinstance(node.value, str) and node.value.strip().isdecimal():
                return True
            continue
        if isinstance(node, ast.BinOp) and _is_whole(node):
            return True
        for child in ast.iter_child_nodes(node):
            if isinstance(node, ast.BinOp) and not inside and _is_number(child):
                continue
            index = isinstance(node, ast.Subscript) and child is node.slice
            waiting.append((child, inside or index or _makes_numbers(node)))
    return False


def writes_numbers(tree: ast.AST) -> bool:
    """Whether a number is written that could be a size or make one: 32, `"32"`, 2 ** 5, 1 / 32.

    Not 0, 1, 2 and fractions such as 0.5 and -1.5, of which formulas are made.
    """
    return any(
        isinstance(node, ast.Constant) and _may_be_size(node.value) for node in ast.walk(tree)
    )


def _may_be_size(value: object) -> bool:
    if isinstance(value, str | bytes):
        return any(character in "0123456789" for character in str(value))
    return isinstance(value, int | float | complex) and not abs(value) < 3


def _is_number(node: ast.AST) -> bool:
    """Whether a node is a number, perhaps with a sign: the exponent in `x**-2` is no `Constant`."""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant)


def _is_whole(node: ast.BinOp) -> bool:
    """Whether a short expression is made of whole numbers only, and may be one itself."""
    parts = list(islice(ast.walk(node), _SHORT + 1))
    return len(parts) <= _SHORT and all(
        type(part.value) is int if isinstance(part, ast.Constant) else isinstance(part, _WHOLE)
        for part in parts
    )


def _makes_numbers(node: ast.AST) -> bool:
    """Whether a call counts: what it is given are sizes."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"
    )
