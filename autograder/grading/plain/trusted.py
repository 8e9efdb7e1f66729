"""What of an instructor's notebook a test relies on, told by its source."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Sequence
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["Code", "needed", "read_code", "reference_imports"]

# What a test looks at beyond values: its own process is not the one that the student's code runs
# in, so that a failure may be ours.
_ELSEWHERE = frozenset(
    (
        *("getsource", "signature", "getmembers", "__code__", "__globals__", "__closure__"),
        *("seed", "manual_seed", "default_rng", "patch", "Mock", "MagicMock"),
        *("get_ipython", "globals", "locals", "vars", "dir", "In", "Out", "_", "__"),
    )
)


@dataclass(frozen=True)
class Code:
    """A cell's code: the names it reads, those of the notebook that it binds.

    ``elsewhere`` is what it looks at besides values.
    """

    source: str
    reads: frozenset[str]
    binds: frozenset[str]
    elsewhere: frozenset[str]
    magic: bool


def read_code(source: str) -> Code | None:
    """A cell's code, its magics in Python's own words; None if it is no Python."""
    transformed = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
    try:
        tree = ast.parse(transformed)
    except (SyntaxError, ValueError, RecursionError):
        return None
    reads: set[str] = set()
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            words.add(node.id)
            if isinstance(node.ctx, ast.Load):
                reads.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
    binds = {
        symbol.get_name()
        for symbol in symtable.symtable(transformed, "<cell>", "exec").get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }
    magic = "get_ipython" in transformed and "get_ipython" not in source
    return Code(
        transformed, frozenset(reads), frozenset(binds), frozenset(words & _ELSEWHERE), magic
    )


def needed(cells: Sequence[Code], tests: Sequence[Code]) -> set[int]:
    """The cells, by index, that bind what tests read, directly or through other such cells."""
    wanted = set().union(*(test.reads for test in tests)) if tests else set()
    found: set[int] = set()
    while True:
        more = {
            index for index, cell in enumerate(cells) if index not in found and cell.binds & wanted
        }
        if not more:
            return found
        found |= more
        wanted |= set().union(*(cells[index].reads for index in more))


def reference_imports(source: str) -> list[str]:
    """The import statements of an instructor's own solution: a test may rely on them."""
    code = read_code(source)
    if code is None:
        return []
    tree = ast.parse(code.source)
    return [
        ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
