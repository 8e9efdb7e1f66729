"""What is known of one answer to a step, in one random state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.compare import Reference

__all__ = ["Observation"]


@dataclass(frozen=True)
class Observation:
    """A step's answer in one random state.

    ``namespace`` is all that the answer could be made from: the forward variables by name, the
    upstream gradients by their names in the notebook; for a step that is a function, its
    arguments by the names of its parameters. ``answer`` is the student's tensor and ``expected``
    the right one; for a function they are the result number ``result``.
    """

    namespace: Mapping[str, Any]
    answer: Tensor
    expected: Reference
    result: int = 0
