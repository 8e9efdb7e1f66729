"""Whether the cell that made an answer asked autograd for it, as far as its text tells.

Such a cell is not run again. The judge reads it with more care (see ``grading.autograd_use``);
this is to let a student hear of it before, in the plain cases.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.reassigned import cells_of
from autograder.rerun_syntax import changed_by, made_by, read_by, statements_of, touched_in

__all__ = ["remark_on_autograd"]

_READS = re.compile(r"\.grad\b(?!\s*=)|\.backward\(|\bautograd\b")
_PREPARES = re.compile(r"\.requires_grad_\((?!False)|\brequires_grad=True")
_PYTORCHS = "this is PyTorch's own gradient, and the grader gives no points for that."
_PREPARED = (
    "the cell prepares autograd (`requires_grad`), and the grader gives no points for a cell that "
    "uses it: leave that out."
)


def remark_on_autograd(name: str, namespace: Mapping[str, Any]) -> str:
    """What to tell of the statements that made ``name`` when it was last made; often nothing.

    Those of its cell that make what it is made from count, and so do functions of other cells.
    """
    text = "\n".join(_texts(name, namespace))
    if _READS.search(text):
        return _PYTORCHS
    return _PREPARED if _PREPARES.search(text) else ""


def _texts(name: str, namespace: Mapping[str, Any]) -> list[str]:
    needed, seen = [name], {name}
    texts: list[str] = []
    cells = cells_of(namespace)
    last = next((cell for cell in reversed(cells) if name in touched_in(cell)), "")
    while needed:
        wanted = needed.pop()
        making = [one for one in statements_of(last) if wanted in made_by(one) | changed_by(one)]
        if not making:  # of what other cells make only the functions are looked at
            making = _function(wanted, namespace)
        texts += map(ast.unparse, making)
        for name_read in sorted(set().union(*map(read_by, making)) - seen):
            seen.add(name_read)
            needed.append(name_read)
    return texts


def _function(name: str, namespace: Mapping[str, Any]) -> list[ast.stmt]:
    if getattr(namespace.get(name), "__module__", "") != "__main__":
        return []
    statements: Iterator[ast.stmt] = (
        one
        for cell in reversed(cells_of(namespace))
        if name in cell
        for one in statements_of(cell)
        if isinstance(one, ast.FunctionDef) and one.name == name
    )
    return list(statements)[:1]
