"""Statements of a cell that only show something, which may fail where not all is there to show."""

from __future__ import annotations

import ast
from itertools import groupby
from types import CodeType

from autograder.grading.bindings import bound_names, nodes_of, rebound_names

__all__ = ["take_apart"]

_DEEPEST = 5  # statements within statements


def take_apart(source: str, whole: CodeType, name: str, flags: int) -> list[tuple[CodeType, bool]]:
    """Plain Python as code to be run one after the other: what may fail stands alone.

    ``whole`` is all of it, ``name`` is what tracebacks call the file, ``flags`` are the compiler's.
    """
    statements = ast.parse(source).body
    if not any(map(_shows, statements)):
        return [(whole, False)]
    # The line tells statements that show something from their neighbors that do so, too.
    groups = groupby(statements, key=lambda line: _shows(line) and line.lineno)
    return [
        (
            compile(ast.Module([*group], []), name, "exec", flags, dont_inherit=True),
            bool(shows),
        )
        for shows, group in groups
    ]


def _shows(statement: ast.stmt, depth: int = _DEEPEST) -> bool:
    """Whether a statement only looks at variables: expressions and tests, perhaps in a loop."""
    if isinstance(statement, ast.If | ast.For | ast.With):
        inside = (*statement.body, *getattr(statement, "orelse", ()))
        return depth > 0 and all(_shows(line, depth - 1) for line in inside)
    if isinstance(statement, ast.Expr):
        loops = [node.target for node in nodes_of(statement) if isinstance(node, ast.comprehension)]
        return bound_names(statement) <= frozenset().union(*map(rebound_names, loops))
    return isinstance(statement, ast.Assert | ast.Pass)
