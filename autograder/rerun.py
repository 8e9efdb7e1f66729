"""The student's cell, run again on numbers it has not seen.

A wrong answer in one state tells little: too many formulas could have made it. So the cell that
made it runs again, in a scratch copy of the notebook's variables, on two random states of other
sizes with random upstream gradients. Nothing of the student's is changed, nothing is shown, and
a cell that does more than calculate is not run.
"""

import contextlib
import copy
import io
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import FrameType
from typing import Any

import torch
from torch import Tensor

from autograder.draws import Kind, draw_stage
from autograder.rerun_source import FILE, Calculation, calculation_of
from autograder.situation import Situation, make_situation
from autograder.steps import Stage

__all__ = ["Again", "Outcome", "given_in", "run_again", "situations"]

_SEEDS = {Kind.PRIMES: 41, Kind.SQUARE: 43}
_MOST_LINES = 100_000  # of Python, in one run
_MOST_SECONDS = 2.0  # where single lines take long; no calculation of a step comes near


@dataclass(frozen=True)
class Outcome:
    """What one run left behind; ``changed`` names variables that it was only to read."""

    answer: Any
    given: Mapping[str, Any]
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Again:
    """The runs of one cell: on the random states, in their order, and on the student's own."""

    text: str
    outcomes: tuple[Outcome, ...]
    own: Outcome


class _TooLong(Exception):
    pass


@lru_cache(maxsize=8)
def situations(stage: Stage) -> tuple[Situation, ...]:
    """Two random states of a stage, always the same; none for a stage without a forward graph.

    In the first all sizes differ, in the second they are equal. Upstream gradients are random
    and independent of each other. Nobody may change the tensors.
    """
    made = []
    for kind, seed in _SEEDS.items():
        generator = torch.Generator().manual_seed(seed)
        if inputs := draw_stage(stage.name, generator, kind):
            made.append(make_situation(stage, inputs, generator, consistent=False))
    return tuple(made)


def given_in(situation: Situation, name: str) -> dict[str, Any]:
    """What a cell for the step ``name`` may read in a situation: all but its own answer."""
    given = {**situation.values, **situation.right, **situation.given}
    given.pop(name, None)
    return given


def run_again(stage: Stage, name: str, namespace: Mapping[str, Any]) -> Again | None:
    """Run the cell that made ``name`` on each of the stage's situations.

    ``namespace`` has the notebook's variables and IPython's history of cells. None where there is
    no history, or where what made the variable cannot be run again safely.
    """
    history = _history(namespace)
    states = [given_in(situation, name) for situation in situations(stage)]
    if not history or not states:
        return None
    calculation = calculation_of(name, history, states[0], namespace)
    if calculation is None:
        return None
    own = {key: namespace[key] for key in states[0] if key in namespace}
    with _quiet():
        runs = [_run(calculation, name, state, namespace) for state in (*states, own)]
    return Again(calculation.text, tuple(runs[:-1]), runs[-1])


def _history(namespace: Mapping[str, Any]) -> Sequence[str]:
    """The text of the cells that ran, as IPython keeps it in the notebook's own variables."""
    history = namespace.get("_ih")
    if not isinstance(history, list) or not all(isinstance(cell, str) for cell in history):
        return ()
    return history


def _run(
    calculation: Calculation, name: str, state: Mapping[str, Any], namespace: Mapping[str, Any]
) -> Outcome:
    """One run; the answer is None if the cell came to none."""
    scratch: dict[str, Any] = {"__name__": "__main__", "print": _show_nothing}
    try:
        for key in calculation.reads:
            if key in state:
                scratch[key] = _copied(state[key])
            elif key in calculation.borrowed or callable(namespace.get(key)):
                scratch[key] = _copied(namespace[key])
            elif isinstance(namespace.get(key), type(sys)):
                scratch[key] = namespace[key]
    except Exception:  # what a student keeps in a variable may be uncopyable in its own way
        return Outcome(None, state)
    handed = dict(scratch)
    # Whatever it raises, what it made before counts: in the notebook it does, too.
    with contextlib.suppress(Exception), _limited():
        exec(calculation.code, scratch)
    changed = tuple(
        key for key in sorted(calculation.reads) if key in state and _differs(handed, state, key)
    )
    return Outcome(scratch.get(name), state, changed)


def _show_nothing(*_: object, **__: object) -> None:
    pass


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, list | dict | set | tuple):
        return copy.deepcopy(value)
    return value


def _differs(handed: Mapping[str, Any], state: Mapping[str, Any], key: str) -> bool:
    before, after = state[key], handed[key]
    if not isinstance(before, Tensor) or not isinstance(after, Tensor):
        return False
    if before.shape != after.shape:
        return True
    return not torch.equal(before.detach().nan_to_num(), after.detach().nan_to_num())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
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
