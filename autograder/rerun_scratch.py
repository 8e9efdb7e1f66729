"""One run of a calculation in a scratch copy of a notebook's variables."""

import contextlib
import copy
import io
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any

import torch
from torch import Tensor

from autograder.judge_tensor import is_plain
from autograder.rerun_source import FILE, Calculation

__all__ = ["Outcome", "quiet", "run_calculation"]

_MOST_LINES = 100_000  # of Python, in one run
_MOST_SECONDS = 2.0  # where single lines take long; no calculation of a step comes near


@dataclass(frozen=True)
class Outcome:
    """What one run left behind; ``changed`` names variables that it was only to read.

    ``rebound`` names those that stand for something else after the run: `probs = 1 / probs`.
    ``raised`` if it did not come to its end: the answer is then a part of what was meant.
    """

    answer: Any
    given: Mapping[str, Any]
    changed: tuple[str, ...] = ()
    raised: bool = False
    rebound: tuple[str, ...] = ()


class _TooLong(BaseException):
    """Not an Exception: a student's own `except Exception` must not swallow it."""


def run_calculation(
    calculation: Calculation, name: str, state: Mapping[str, Any], namespace: Mapping[str, Any]
) -> Outcome:
    """One run, with the variables of ``state`` in place of the notebook's.

    The answer is None if the cell came to none. Neither ``state`` nor ``namespace`` is changed.
    """
    scratch: dict[str, Any] = {"__name__": "__main__", "print": _show_nothing}
    try:
        for key in calculation.reads:
            if key in state:
                scratch[key] = _copied(state[key])
            elif key in calculation.borrowed or callable(namespace.get(key)):
                scratch[key] = _copied(namespace[key])
            elif isinstance(namespace.get(key), ModuleType):
                scratch[key] = namespace[key]
    except Exception:  # what a student keeps in a variable may be uncopyable in its own way
        return Outcome(None, state, raised=True)
    handed = dict(scratch)
    # Whatever it raises, what it made before counts: in the notebook it does, too.
    raised = True
    with contextlib.suppress(Exception, _TooLong), _limited():
        exec(calculation.code, scratch)
        raised = False
    changed = tuple(
        key for key in sorted(calculation.reads) if key in state and _differs(handed, state, key)
    )
    rebound = tuple(
        key
        for key in sorted(calculation.rebinds)
        if key in state and key not in changed and not _is_same(scratch.get(key), state[key])
    )
    return Outcome(scratch.get(name), state, changed, raised, rebound)


def _show_nothing(*_: object, **__: object) -> None:
    pass


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, ModuleType):
        return value
    return copy.deepcopy(value)  # functions and types stay what they are; a layer is copied


def _is_same(after: Any, before: Any) -> bool:
    """Whether a variable has its value still, or one that rounding tells apart at most."""
    if isinstance(before, Tensor) != isinstance(after, Tensor):
        return False
    if not is_plain(before) or not is_plain(after):
        with contextlib.suppress(Exception):  # a name may stand for anything now
            return torch.equal(torch.as_tensor(before), torch.as_tensor(after))
        return False
    return before.shape == after.shape and torch.allclose(before, after, equal_nan=True)


def _differs(handed: Mapping[str, Any], state: Mapping[str, Any], key: str) -> bool:
    before, after = state[key], handed[key]
    if not is_plain(before) or not is_plain(after):
        return False
    if before.shape != after.shape:
        return True
    return not torch.equal(before.detach().nan_to_num(), after.detach().nan_to_num())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No output, no warnings, no recording, double precision; then everything as before."""
    dtype = torch.get_default_dtype()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        torch.no_grad(),
    ):
        warnings.simplefilter("ignore")
        torch.set_default_dtype(torch.float64)
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Raise in the cell's own code after too many lines, or too long a time."""
    lines, latest = 0, time.monotonic() + _MOST_SECONDS

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != FILE:
            return None  # a library's own lines run at full speed
        lines += 1
        if lines > _MOST_LINES or time.monotonic() > latest:
            raise _TooLong
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
