"""Whether a variable was begun in one cell and changed in another, which may run too often."""

import ast
from collections.abc import Sequence

from autograder.rerun_syntax import changed_by, made_by, read_by, statements_of, touched_in

__all__ = ["run_too_often"]


def run_too_often(name: str, cells: Sequence[str]) -> str:
    """What to do where the cell that made ``name`` last only goes on with it; else nothing.

    ``cells`` have the text of those that ran. To run `dcounts += dcounts_sum` once more adds once
    more, so that such a cell is never just to be run again.
    """
    since: list[str] = []
    for cell in reversed(cells):
        if name not in cell or name not in touched_in(cell):
            continue
        if _begins(name, cell):
            break
        since.append(cell)
    else:
        return ""  # no cell began it: nothing is known
    if not since:
        return ""
    again = f"run the cell that begins `{name}` again, then this one once."
    if len(set(since)) < len(since):
        return f"a cell that goes on with `{name}` (`+=`) has run more than once: {again}"
    return f"`{name}` is older than what it is made from: {again}"


def _begins(name: str, cell: str) -> bool:
    """Whether the first statement about ``name`` makes it without its old value."""
    for statement in statements_of(cell):
        if name in made_by(statement) | changed_by(statement):
            loop = isinstance(statement, ast.For | ast.While)
            return not loop and name not in read_by(statement) | changed_by(statement)
    return False
