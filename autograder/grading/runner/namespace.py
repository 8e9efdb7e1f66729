"""The variables of the notebook: kept, brought back, set and described."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.grading.runner.shell import CellShell

__all__ = ["Namespace"]


class Namespace:
    """The notebook's variables, with named copies of earlier states (shallow ones)."""

    def __init__(self, shell: CellShell) -> None:
        self._shell = shell
        self._kept: dict[str, dict[str, Any]] = {}
        self._given: dict[str, _Given] = {}
        # What IPython itself needs stays, whatever is taken away: __name__, get_ipython, In, Out.
        self._own = dict(shell.user_ns)

    @property
    def variables(self) -> dict[str, Any]:
        """The live dictionary."""
        variables: dict[str, Any] = self._shell.user_ns
        return variables

    def keep(self, label: str, variables: Mapping[str, Any] | None = None) -> None:
        """Remember the variables as they are, or those given."""
        self._kept[label] = dict(self.variables if variables is None else variables)

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
        for name, value in values.items():
            if type(value) is Tensor:
                self._given[name] = _Given(value)

    def as_given(self, name: str) -> bool:
        """Whether a variable is the tensor that it was last set to, and has not been changed."""
        given = self._given.get(name)
        return given is not None and given.is_still(self.variables.get(name))

    def delete(self, names: Collection[str]) -> None:
        """Remove variables; those that are not there are no mistake."""
        for name in names:
            self.variables.pop(name, None)


class _Given:
    """A tensor that was handed over, and what it held then."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self._layout = _layout(tensor)
        flat = tensor.reshape(-1)
        self._memory = memoryview(b"")
        if flat.numel():
            raw: Any = flat.view(torch.uint8).numpy()
            self._memory = memoryview(raw)
        self._content = bytes(self._memory)

    def is_still(self, value: Any) -> bool:
        """Whether ``value`` is this very tensor, in the same memory, with the same content."""
        return (
            value is self._tensor
            and _layout(self._tensor) == self._layout
            and self._memory == self._content
        )


def _layout(tensor: Tensor) -> tuple[Any, ...]:
    return tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride()
