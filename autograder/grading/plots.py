"""Cells that do nothing but draw: the judge has no use for them.

A pass over fresh states looks at variables, and figures are not drawn there; making one and
throwing it away takes longer than all answers together. The test is narrow on purpose: a cell that
could do anything else to the state of a notebook is run.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

__all__ = ["drawing_names", "names_in"]

_PYPLOT = "plt"
_IMPORTS = ("import matplotlib.pyplot as plt", "from matplotlib import pyplot as plt")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What can be called on pyplot, a figure or axes, without a trace but in the figure.
_DRAWING = _words(
    """add_subplot annotate axhline axis axvline bar barh boxplot close colorbar contour
    contourf errorbar figure fill_between gca gcf grid hist hlines imshow legend loglog
    margins matshow pcolormesh plot scatter semilogx semilogy set_aspect set_title
    set_xlabel set_xlim set_xscale set_xticks set_ylabel set_ylim set_yscale set_yticks show
    stem step subplot subplots subplots_adjust suptitle text tick_params tight_layout title
    violinplot vlines xlabel xlim xscale xticks ylabel ylim yscale yticks"""
)
# What can be called on a tensor, and leaves it as it is.
_READING = _words(
    """abs argmax clone cpu cumsum detach double exp flatten float histc item log log10 max
    mean median min neg norm numel numpy permute ravel reshape select size softmax sort sqrt
    square squeeze std sum t tolist transpose unsqueeze var view"""
)
_PLAIN = (ast.Constant, ast.Load, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
_MADE_OF_PARTS = (
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Subscript, ast.Slice),
    *(ast.Tuple, ast.List, ast.Dict, ast.JoinedStr, ast.FormattedValue, ast.keyword),
)


def drawing_names(source: str, known: Collection[str]) -> frozenset[str] | None:
    """The names that a cell gives to figures and axes, if it does nothing but draw; else None.

    It may read the variables in ``known``, which must be tensors, numbers or text, and draw by
    `plt` and by what `plt` returns. For any doubt the answer is None.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a magic, or no Python
        return None
    names: set[str] = set()
    drawn = False
    try:
        for statement in body:
            if ast.unparse(statement) in _IMPORTS:
                continue
            value = _drawn_by(statement)
            if value is None or not _draws(value, names, known):
                return None
            drawn = True
            if isinstance(statement, ast.Assign):
                names |= _targets(statement)
    except RecursionError:  # nested far deeper than anybody writes
        return None
    return frozenset(names) if drawn and not names & {*known, _PYPLOT} else None


def names_in(tree: ast.AST) -> set[str]:
    """Every name that a cell's text has anywhere, in code or as a text."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                found.add(name)
            case ast.alias(name=name) | ast.Constant(value=str(name)):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found |= set(names)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
    return found


def _drawn_by(statement: ast.stmt) -> ast.expr | None:
    """The call that a statement consists of, whose value may get names."""
    match statement:
        case ast.Expr(value=ast.Call() as call):
            return call
        case ast.Assign(targets=[ast.Name() | ast.Tuple()], value=ast.Call() as call):
            return call
    return None


def _targets(statement: ast.Assign) -> set[str]:
    """The plain names that are assigned to; others, such as `x[0]`, count as a known one."""
    names = set()
    for node in ast.walk(statement.targets[0]):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif not isinstance(node, ast.Tuple | ast.Store):
            names.add(_PYPLOT)
    return names


def _draws(node: ast.expr, names: Collection[str], known: Collection[str]) -> bool:
    """Whether an expression is `plt`, a figure or axes, or such a call on one of them."""
    match node:
        case ast.Name(id=name):
            return name == _PYPLOT or name in names
        case ast.Subscript(value=value, slice=index):
            return _draws(value, names, known) and _reads(index, known)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=args, keywords=keywords):
            return (
                method in _DRAWING
                and _draws(value, names, known)
                and all(_reads(arg, known) or _draws(arg, names, known) for arg in args)
                and all(
                    _reads(keyword.value, known) or _draws(keyword.value, names, known)
                    for keyword in keywords
                )
            )
    return False


def _reads(node: ast.AST, known: Collection[str]) -> bool:
    """Whether an expression only looks at known variables."""
    match node:
        case ast.Name(id=name):
            return name in known
        case ast.Attribute(value=value, attr=name):
            return name in ("T", "mT", "shape", "data", "grad") and _reads(value, known)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=args, keywords=keywords):
            return (
                method in _READING
                and _reads(value, known)
                and all(_reads(part, known) for part in (*args, *keywords))
                and not any(keyword.arg in (None, "out") for keyword in keywords)
            )
    if isinstance(node, _MADE_OF_PARTS):
        return all(_reads(part, known) for part in ast.iter_child_nodes(node))
    return isinstance(node, _PLAIN)
