"""Which of the course's own cells need not run again for the graded notebook.

The cells that only show something, most of them figures, would take more time than all the rest.
They show the same in every submission; the instructor's notebook has it already. A cell that asks
`check` is not run either: the verdicts of the judge stand in its stead.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from autograder.grading.bindings import loaded_names, rebound_names
from autograder.grading.magics import parse_cell

__all__ = ["known_outputs"]

_CHECK = "check"


def known_outputs(source: NotebookNode) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The outputs of plain code cells that need not run, by the cell's source.

    These are cells that leave no name behind and read only what the locked cells make, without a
    student's help.
    """
    same = set(dir(builtins))  # names that have the same value in every submission
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for cell in source.cells:
        entry = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or entry.get("grade"):
            continue
        tree = parse_cell(cell.source)
        bound, loaded = rebound_names(tree), loaded_names(tree)
        if entry.get("locked") and loaded <= same | bound:
            same |= bound
        else:
            same -= bound
            if not entry and _CHECK in loaded and _only_shows(tree):
                found[cell.source] = []
            elif not entry and loaded <= same and _only_shows(tree):
                found[cell.source] = [dict(output) for output in cell.outputs]
    return found


def _only_shows(tree: ast.Module) -> bool:
    """Whether a cell is made of expressions, so that it leaves no name behind."""
    return all(isinstance(statement, ast.Expr) for statement in tree.body)
