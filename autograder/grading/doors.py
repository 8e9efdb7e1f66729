"""The usual doors to autograd, shut while an answer is computed for the judge.

This runs beside a submission's code, which can open them again; a use that comes through one of
them is told by the name of the exception, and the judge trusts the numbers only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import torch

__all__ = ["DoorShut", "open_doors", "shut_doors"]


class DoorShut(RuntimeError):
    """Autograd was called where a gradient is to be written by hand."""


_TENSOR = ("backward", "requires_grad_", "retain_grad", "register_hook")
_AUTOGRAD = ("backward", "grad", "enable_grad", "set_grad_enabled")
_FUNCTIONAL = ("vjp", "jvp", "jacobian", "hessian", "vhp", "hvp")
_FUNC = ("grad", "grad_and_value", "vjp", "jvp", "jacrev", "jacfwd", "hessian", "linearize")

# Those that say whether a graph is recorded, by their last argument.
_SWITCHES = ("set_grad_enabled", "requires_grad_")

_opened: list[tuple[Any, str, Any]] = []


def shut_doors() -> None:
    """Let each raise DoorShut. Nothing records a graph meanwhile.

    What asks for no graph goes through: `no_grad` and the printing of a tensor do.
    """
    if _opened:
        return
    torch.set_grad_enabled(False)
    for place, names in (
        (torch.Tensor, _TENSOR),
        (torch.autograd, _AUTOGRAD),
        (torch, ("enable_grad", "set_grad_enabled")),
        (torch.autograd.functional, _FUNCTIONAL),
        (torch.func, _FUNC),
        (torch.autograd.forward_ad, ("make_dual", "enter_dual_level")),
        (torch.jit, ("script", "trace")),
    ):
        for name in names:
            if hasattr(place, name):
                door = getattr(place, name)
                _opened.append((place, name, door))
                setattr(place, name, _ajar(door) if name in _SWITCHES else _shut)


def open_doors() -> None:
    """Put everything back."""
    while _opened:
        place, name, function = _opened.pop()
        setattr(place, name, function)
    torch.set_grad_enabled(True)


def _ajar(switch: Callable[..., Any]) -> Callable[..., Any]:
    """The switch as it is where it is switched off; shut where it is switched on."""

    def off_only(*arguments: Any, **named: Any) -> Any:
        asked = [*named.values(), *arguments[-1:]]
        if not any(value is False for value in asked):
            _shut()
        return switch(*arguments, **named)

    return off_only


def _shut(*_: object, **__: object) -> NoReturn:
    raise DoorShut("autograd is not there while answers are graded: write the gradient by hand")
