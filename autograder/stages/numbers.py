"""An answer that is to be a single number."""

import contextlib
from typing import Any

from torch import Tensor

__all__ = ["one_number"]


def one_number(answer: Any) -> float | None:
    """The number that an answer is; None for a text, a list, or a number that no float holds."""
    if isinstance(answer, int | float) or (isinstance(answer, Tensor) and answer.numel() == 1):
        with contextlib.suppress(OverflowError, TypeError, RuntimeError):
            return float(answer)
    return None
