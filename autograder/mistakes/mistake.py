"""A named wrong way to do a step, executable on any state."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

__all__ = ["Mistake", "Written"]


@dataclass(frozen=True)
class Mistake:
    """A wrong way to do a step.

    ``message`` is one sentence that points at the idea, with names in backticks, and never the
    right formula. ``make`` takes a namespace (see ``Observation``) and returns the wrong answer;
    it may raise, then the mistake does not apply. ``cost`` orders mistakes that come to the same
    tensor: the cheapest is named. ``result`` says which of a function's results it is about.
    ``source``, a regular expression, breaks a tie of equal costs: a mistake whose pattern is
    found in the text of the student's cell goes first, one whose pattern is not found goes last.
    ``needs``, another one, has to be found there for the mistake to be named at all.
    ``shows`` are the results in which it shows, if it shows in others, too.
    """

    step: str
    code: str
    message: str
    make: Callable[[Mapping[str, Any]], Tensor]
    cost: int = 1
    result: int = 0
    source: str = ""
    shows: frozenset[int] = frozenset()
    needs: str = ""


class Written(Mistake):
    """A mistake written by hand: ``formula`` takes variables of the namespace by name."""

    def __init__(
        self,
        step: str,
        code: str,
        message: str,
        formula: Callable[..., Tensor],
        cost: int = 1,
        result: int = 0,
        source: str = "",
    ) -> None:
        parameters = tuple(inspect.signature(formula).parameters)

        def make(namespace: Mapping[str, Any]) -> Tensor:
            return formula(*(namespace[name] for name in parameters))

        super().__init__(step, code, message, make, cost, result, source)
