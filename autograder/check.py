"""The check that students call in a notebook."""

import contextlib
import difflib
import random
from collections.abc import Iterator, MutableMapping
from typing import Any

import numpy
import torch

from autograder.examine import MissingInput, SpoiledInput, State, examine
from autograder.render import Rendered, headline, render_summary, render_verdict
from autograder.stages import stage as find_stage
from autograder.steps import ManualStep, Step
from autograder.verdict import StepVerdict

__all__ = ["Check", "CheckFailed"]


class CheckFailed(Exception):
    """A step's answer is wrong, missing or cannot be judged; the message says how.

    ``verdict`` is None when nothing could be judged.
    """

    def __init__(self, message: str, verdict: StepVerdict | None = None, line: str = "") -> None:
        super().__init__(message)
        self.verdict = verdict
        self._line = line

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the library's frames help no student.

        Where the full story has been displayed already, one line is enough.
        """
        return [f"CheckFailed: {self._line or self}"]


class Check:
    """Judges the steps of one stage on the variables of a notebook.

    Made once, in the set-up cell: ``check = Check("01_unrolled", globals())``. Neither the
    variables nor any global random state is changed by a check.
    """

    def __init__(self, stage: str, namespace: MutableMapping[str, Any]) -> None:
        """Raises ValueError with the list of stages if ``stage`` is not one of them."""
        self._stage = find_stage(stage)
        self._namespace = namespace

    def __repr__(self) -> str:
        first = self._stage.checked[0].name
        return f'check("{first}") judges a step of {self._stage.name}; check.summary() lists them'

    def __call__(self, name: str = "") -> None:
        """Judge the step ``name``: one quiet line if it is right, CheckFailed if it is not.

        A name that is no step of the stage fails, too.
        """
        step = self._step(name)
        with _random_state_kept():
            verdict = _examine(step, State(self._namespace))
        rendered = render_verdict(verdict)
        shown = _display(rendered)
        if not verdict.status.passed:
            line = headline(verdict) if shown else ""
            raise CheckFailed(rendered.text, verdict, line) from None

    def verdicts(self) -> tuple[StepVerdict, ...]:
        """The verdict on every step that can be checked, in the notebook's order.

        Raises CheckFailed if a variable of the notebook's own cells is missing or spoiled.
        """
        state = State(self._namespace)
        with _random_state_kept():
            return tuple(_examine(step, state) for step in self._stage.checked)

    def summary(self) -> None:
        """Show every step of the stage with its status, and which one is next."""
        rendered = render_summary(self._stage, self.verdicts())
        if not _display(rendered):
            print(rendered.text)

    def _step(self, name: str) -> Step:
        if not isinstance(name, str) or not name:
            raise CheckFailed(f"say which step to check, by its name in quotes: {self!r}")
        step = self._stage.by_name.get(name)
        if step is None:
            names = [step.name for step in self._stage.checked]
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"the steps are {', '.join(names)}"
            raise CheckFailed(f"{self._stage.name} has no step {name!r}: {hint}")
        if isinstance(step, ManualStep):
            raise CheckFailed(f"the step {name!r} is graded by your instructor, not by a check")
        return step


def _examine(step: Step, state: State) -> StepVerdict:
    try:
        return examine(step, state)
    except MissingInput as missing:
        reason = f"the variable `{missing.name}` is not there. It is made in a cell above"
    except SpoiledInput as spoiled:
        reason = f"the forward pass no longer runs. A cell has changed one of {spoiled}"
    raise CheckFailed(
        f"{step.name} cannot be checked: {reason}: run every cell from the top "
        "(Run > Run All Above Selected Cell)."
    ) from None


def _display(rendered: Rendered) -> bool:
    """Show a rendering where IPython is running; returns whether it was shown."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        return False
    display(rendered)  # type: ignore[no-untyped-call]
    return True


@contextlib.contextmanager
def _random_state_kept() -> Iterator[None]:
    """Restore the global generators: a student's function may draw from them when called."""
    python, array = random.getstate(), numpy.random.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(python)
        numpy.random.set_state(array)
