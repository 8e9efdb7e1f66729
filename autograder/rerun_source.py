"""Which cells of a notebook's history make a variable, as one calculation that can run again."""

import ast
import builtins
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from torch import Tensor

from autograder.rerun_syntax import (
    changed_by,
    computes,
    is_idle,
    loops_over,
    made_by,
    read_by,
    statements_of,
    touched_in,
)

__all__ = ["FILE", "Calculation", "calculation_of"]

_FARTHEST = 2_000  # cells of the history that are looked at
# Other callables, such as a layer of torch.nn, keep something of what they are called with.
_IMPORTED = (ModuleType, FunctionType, BuiltinFunctionType, type)
FILE = "<your cell, run again>"  # what its frames are known by


@dataclass(frozen=True)
class Calculation:
    """Statements that make a variable from what is given and from ``borrowed`` variables.

    ``text`` is that of the cells they come from, in the order in which they ran. ``reads`` are
    all the names that they look up, ``rebinds`` the given variables to which they give a value.
    """

    text: str
    code: CodeType
    reads: frozenset[str]
    borrowed: tuple[str, ...]
    rebinds: frozenset[str] = frozenset()


def calculation_of(
    name: str, history: Sequence[str], given: Container[str], namespace: Mapping[str, Any]
) -> Calculation | None:
    """The last cell that made the variable ``name``, with the cells that made what it needs.

    ``history`` has the text of the cells that ran; ``given`` are the variables that will be there.
    Statements that make one of these, that show something or import are left out; but what the
    last cell itself makes of a given variable is a part of its answer. None if no cell makes the
    variable, or if one that is needed does more than calculate.
    """
    search = _Search(name, history, given, namespace)
    return search.calculation()


class _Search:
    def __init__(
        self,
        name: str,
        history: Sequence[str],
        given: Container[str],
        namespace: Mapping[str, Any],
    ) -> None:
        self._name, self._given, self._namespace = name, given, namespace
        self._history = history[-_FARTHEST:]
        self._cells: dict[int, list[ast.stmt]] = {}
        self._borrowed: dict[str, None] = {}
        self._sound = True

    def calculation(self) -> Calculation | None:
        self._collect(self._name, len(self._history))
        if not self._cells or not self._sound:
            return None
        numbers = sorted(number for number, kept in self._cells.items() if kept)
        body = [statement for number in numbers for statement in self._cells[number]]
        tree = ast.Module(body, type_ignores=[])
        return Calculation(
            text="\n".join(self._history[number] for number in numbers),
            code=compile(tree, FILE, "exec"),
            reads=frozenset().union(*map(read_by, body)),
            borrowed=tuple(self._borrowed),
            rebinds=frozenset(
                made
                for one in body
                for made in made_by(one) - (changed_by(one) - loops_over(one))
                if made in self._given
            ),
        )

    def _collect(self, name: str, before: int) -> bool:
        """Take the last cell before number ``before`` that makes or changes ``name``."""
        for number in reversed(range(before)):
            text = self._history[number]
            if name not in text or any(text == self._history[taken] for taken in self._cells):
                continue  # a cell that ran twice is meant once
            if name in touched_in(text):
                self._take(name, number, statements_of(text))
                return True
        return False

    def _take(self, name: str, number: int, statements: Sequence[ast.stmt]) -> None:
        kept, left_out = self._sorted(statements, name == self._name, self._history[number])
        needed = {self._name, name}.union(*map(read_by, kept))
        if any((made_by(one) | changed_by(one)) & needed for one in left_out):
            self._sound = False
        self._cells[number] = kept
        made: set[str] = set()
        for statement in kept:
            for read in sorted(read_by(statement) - made):
                self._need(read, number)
            made |= made_by(statement)

    def _sorted(
        self, statements: Sequence[ast.stmt], own: bool, cell: str
    ) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """The statements to run, and those that do more than calculate.

        ``own`` if they are of the ``cell`` that makes the answer.
        """
        kept, left_out = [], []
        anew: set[str] = set()  # variables that are given and that this cell makes once more
        for statement in statements:
            changed = changed_by(statement)
            made = made_by(statement) - changed - loops_over(statement)
            again = {name for name in made if name in self._given}
            if is_idle(statement):
                continue
            if own and again and self._gives_new_value(statement, again - anew, cell):
                kept.append(statement)
            elif (made or changed) and made | changed <= again | anew:
                anew |= again
            elif computes(statement, self._namespace, self._is_made_by_cell):
                kept.append(statement)
            else:
                left_out.append(statement)
        return kept, left_out

    def _gives_new_value(self, statement: ast.stmt, names: set[str], cell: str) -> bool:
        """Whether a statement of the answer's own cell makes given ``names`` something else.

        What it makes of their own old values it does; and so it does with what another cell has
        made before, but for a gradient: that is an answer of its own.
        """
        if not computes(statement, self._namespace, self._is_made_by_cell):
            return False
        forward = {name for name in names if not (name[:1] == "d" and name[1:] in self._given)}
        return bool(names & read_by(statement)) or any(
            name in text and text != cell and name in touched_in(text)
            for name in forward
            for text in self._history
        )

    def _is_made_by_cell(self, name: str) -> bool:
        return any(name in text and name in touched_in(text) for text in self._history)

    def _need(self, name: str, number: int) -> None:
        """Find out where the value of ``name`` is to come from."""
        if name in self._given or name in self._borrowed:
            return
        if name != self._name and any(
            name in made_by(one) for taken in self._cells.values() for one in taken
        ):
            return
        value = self._namespace.get(name)
        imported = isinstance(value, _IMPORTED) and not _from_notebook(value)
        # What a function reads may have been made after it, so all cells count at last.
        if not imported and (
            self._collect(name, number) or self._collect(name, len(self._history))
        ):
            return
        if name in self._namespace and name != self._name:
            self._borrowed[name] = None
            self._sound &= not isinstance(value, Tensor)  # it would not fit other numbers
        elif not hasattr(builtins, name):
            return  # local to a function or a loop; if not, the run will say so


def _from_notebook(value: Any) -> bool:
    return getattr(value, "__module__", "") == "__main__"
