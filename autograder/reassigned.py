"""Variables of the notebook's own cells to which a later cell has given another value.

`n = 27` in a cell of the student's takes the notebook's `n` from every cell after it. What a
variable was made by is read from the history of cells: the first that made it is the notebook's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.rerun_syntax import changed_by, made_by, statements_of, touched_in

__all__ = ["Reassigned", "cells_of", "new_value", "reassigned", "right_numbers", "told"]

# The tensors with a row for each example, of which the notebooks' `n` is the number.
_WITH_ROWS = ("Yb", "hprebn")
_LARGEST = 1e6  # of a number that is told as it is
_LONGEST = 60  # characters of a cell's first line


@dataclass(frozen=True)
class Reassigned:
    """A variable's name, and the text of the cell that gave it another value."""

    name: str
    cell: str

    @property
    def begins(self) -> str:
        """The first line of code in the cell."""
        lines = (line.strip() for line in self.cell.splitlines())
        first = next((line for line in lines if line and line[0] not in "#%"), "")
        return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def cells_of(namespace: Mapping[str, Any]) -> Sequence[str]:
    """The text of the cells that ran, as IPython keeps it in the notebook's own variables."""
    history = namespace.get("_ih")
    if not isinstance(history, list) or not all(isinstance(cell, str) for cell in history):
        return ()
    return history


def reassigned(names: Iterable[str], namespace: Mapping[str, Any]) -> tuple[Reassigned, ...]:
    """Those of ``names`` that another cell than the first has made when they were last made.

    A tensor that is changed in place is still the same variable, and an `n` that is the number of
    examples is still the notebook's.
    """
    cells = cells_of(namespace)
    found = []
    for name in names:
        if name == "n" and type(namespace.get("n")) is int and namespace["n"] == _rows(namespace):
            continue
        in_place = isinstance(namespace.get(name), Tensor)
        makers = [cell for cell in cells if name in cell and _makes(cell, name, in_place)]
        if makers and makers[-1] != makers[0]:
            found.append(Reassigned(name, makers[-1]))
    return tuple(found)


def _makes(cell: str, name: str, in_place: bool) -> bool:
    return name in touched_in(cell) and any(
        name in made_by(one) and not (in_place and name in changed_by(one))
        for one in statements_of(cell)
    )


def right_numbers(names: Collection[str], namespace: Mapping[str, Any]) -> dict[str, int]:
    """The notebook's `n`, if it is among ``names`` and a later cell has given it another value."""
    rows = _rows(namespace)
    if "n" not in names or rows is None or not reassigned(["n"], namespace):
        return {}
    value = namespace.get("n")
    same = isinstance(value, int | float) and value == rows
    return {} if same else {"n": rows}


def _rows(namespace: Mapping[str, Any]) -> int | None:
    tensors = (namespace[one] for one in _WITH_ROWS if _is_tensor(namespace.get(one)))
    return next((len(tensor) for tensor in tensors), None)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) and value.ndim > 0


def told(one: Reassigned, namespace: Mapping[str, Any], right: Mapping[str, int]) -> str:
    """A sentence on what the cell did to the variable, and what is to be done."""
    value = namespace.get(one.name)
    number = isinstance(value, int | float) and abs(value) < _LARGEST
    new = f"the value {value:g}" if number else "a new value"
    was = f"; the notebook's `{one.name}` is {right[one.name]}" if one.name in right else ""
    return (
        f"the cell that begins `{one.begins}` gives `{one.name}` {new}{was}: take another name "
        "there, then run the notebook from the top."
    )


def new_value(names: Sequence[str]) -> str:
    """What to tell of the answer's own cell, which gives these variables new values."""
    listed = " and ".join(f"`{name}`" for name in names)
    old = "the old one" if len(names) == 1 else "the old ones"
    value = "a new value; take a new name" if len(names) == 1 else "new values; take new names"
    return f"the cell gives {listed} {value}: later cells need {old}."
