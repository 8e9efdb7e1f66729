"""The variables of the notebook: kept, brought back, set and described."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from autograder.grading.runner.shell import CellShell

__all__ = ["Namespace"]


class Namespace:
    """The notebook's variables, with named copies of earlier states (shallow ones)."""

    def __init__(self, shell: CellShell) -> None:
        self._shell = shell
        self._kept: dict[str, dict[str, Any]] = {}
        # What IPython itself needs stays, whatever is taken away: __name__, get_ipython, In, Out.
        self._own = dict(shell.user_ns)

    @property
    def variables(self) -> dict[str, Any]:
        """The live dictionary."""
        variables: dict[str, Any] = self._shell.user_ns
        return variables

    def keep(self, label: str) -> None:
        """Remember the variables as they are."""
        self._kept[label] = dict(self.variables)

    def bring_back(self, label: str, names: Collection[str] | None) -> None:
        """Go back to a kept state; with ``names``, to these of its variables only."""
        kept = self._kept[label]
        if names is not None:
            kept = {name: kept[name] for name in names if name in kept}
        self.variables.clear()
        self.variables.update({**self._own, **kept})

    def define(self, values: Mapping[str, Any]) -> None:
        """Set variables."""
        self.variables.update(values)

    def delete(self, names: Collection[str]) -> None:
        """Remove variables; those that are not there are no mistake."""
        for name in names:
            self.variables.pop(name, None)
