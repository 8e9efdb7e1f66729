"""What comes back from the process of a submission: plain data, checked and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

__all__ = [
    "NOT_IMPLEMENTED",
    "Called",
    "CellResult",
    "Fetched",
    "Missing",
    "NotATensor",
    "RunnerDied",
    "Status",
]

# "timeout": the cell took too long. "killed": the process is gone, by its own doing or its limits.
Status = Literal["ok", "raised", "timeout", "killed"]


class RunnerDied(Exception):
    """The process of a submission is gone, or has said something that it must not."""


@dataclass(frozen=True)
class Missing:
    """There is no variable of that name."""


@dataclass(frozen=True)
class NotATensor:
    """A value that is no tensor, told by the name of its type.

    ``value`` is the value of a plain number, text or None; ``items`` the entries of a list or
    tuple. Anything else has neither.
    """

    type_name: str
    value: bool | int | float | str | None = None
    items: tuple[Fetched, ...] | None = None


Fetched = Tensor | Missing | NotATensor


@dataclass(frozen=True)
class CellResult:
    """How a cell ended, with its outputs as nbformat (version 4) has them.

    ``error_line`` counts from 1 in the cell; 0 where no line of it raised.
    """

    status: Status
    outputs: tuple[Mapping[str, Any], ...] = ()
    error_name: str = ""
    error_message: str = ""
    error_line: int = 0


# How a cell ends that is as it was handed out.
NOT_IMPLEMENTED = CellResult(
    "raised",
    (
        {
            "output_type": "error",
            "ename": "NotImplementedError",
            "evalue": "",
            "traceback": ["NotImplementedError: "],
        },
    ),
    "NotImplementedError",
)


@dataclass(frozen=True)
class Called:
    """What a call of a student's function gave.

    ``changed`` numbers the tensors among the arguments, in order and with those inside lists and
    tuples, whose bytes are no longer what they were.
    """

    status: Status
    result: Fetched = Missing()
    changed: tuple[int, ...] = ()
    error_name: str = ""
    error_message: str = ""
    error_line: int = 0
