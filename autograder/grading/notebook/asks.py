"""Cells of the course that do nothing but ask the check."""

import ast

from autograder.grading.notebook.assignment import Kind, SourceCell

__all__ = ["asks_only"]


def asks_only(cell: SourceCell) -> bool:
    """Whether a cell of the course does nothing but ask the check, as ``check.summary()`` does."""
    if cell.kind is Kind.CHECK:
        return True
    if cell.kind is not Kind.PLAIN or not cell.is_code:
        return False
    try:
        statements = ast.parse(cell.released).body
    except SyntaxError:  # a magic
        return False
    return bool(statements) and all(map(_asks, statements))


def _asks(statement: ast.stmt) -> bool:
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    asked = statement.value.func
    asked = asked.value if isinstance(asked, ast.Attribute) else asked
    return isinstance(asked, ast.Name) and asked.id == "check"
