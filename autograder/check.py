"""The check that students call in a notebook."""

import contextlib
import difflib
import random
import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any, Protocol

import numpy.random  # NumPy itself would import it at the first wrong answer
import torch

from autograder.evidence import evidence_of
from autograder.examine import MissingInput, SpoiledInput, State, examine
from autograder.exceptions import install
from autograder.explain import explain
from autograder.hints import LEVELS, RenderedHint, hint
from autograder.judge_by_cell import judged_by_cell, replaced_inputs
from autograder.last_cell import remark_on_last_cell
from autograder.mistakes import mistakes_of
from autograder.mistakes.written import written_for
from autograder.render import Evidence, headline, render_verdict
from autograder.render_progress import render_comparison, render_graph
from autograder.render_summary import render_summary
from autograder.stages import stage as find_stage
from autograder.steps import FunctionStep, GradientStep, ManualStep, Step
from autograder.threads import one_thread
from autograder.verdict import Status, StepVerdict

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
        self._hints: dict[str, int] = {}
        graphs = (step.graph for step in self._stage.steps if isinstance(step, GradientStep))
        self._inputs = frozenset(name for graph in graphs for name in graph.inputs)
        # Here, and not when the first wrong answer waits for it.
        written_for(stage)
        for step in self._stage.steps:
            if _has_many_mistakes(step):
                mistakes_of(self._stage, step)
        shell = _shell()
        if shell is not None and shell.user_ns is namespace:
            install(shell, self._stage)

    def __repr__(self) -> str:
        first = self._stage.checked[0].name
        return f'check("{first}") judges a step of {self._stage.name}; check.summary() lists them'

    def __call__(self, name: str = "", *more: object) -> None:
        """Judge the step ``name``: one quiet line if it is right, CheckFailed if it is not.

        A name that is no step of the stage fails, too, and so do several names.
        """
        if more:
            calls = ", then ".join(f"check({one!r})" for one in (name, *more))
            raise CheckFailed(f"one step at a time: {calls}")
        step = self._step(name)
        state = State(self._namespace, self._inputs)
        with _random_state_kept(), one_thread():
            verdict = self._remarked(self._judge(step, state), state)
            if verdict.status.passed:
                _display(render_verdict(verdict))
                return
            # Without its inputs there is no forward graph to show the answer in.
            shown = verdict.comparison is not None or not replaced_inputs(step, state)
            hints = self._hints.get(name, 0)
            evidence = evidence_of(self._stage, step, verdict, state, hints) if shown else None
            rendered = render_verdict(verdict, evidence or Evidence())
        line = headline(verdict) if _display(rendered) else ""
        raise CheckFailed(rendered.text, verdict, line) from None

    def verdicts(self) -> tuple[StepVerdict, ...]:
        """The verdict on every step that can be checked, in the notebook's order.

        Raises CheckFailed if a variable of the notebook's own cells is missing or spoiled.
        """
        state = State(self._namespace, self._inputs)
        with _random_state_kept(), one_thread():
            return tuple(self._judge(step, state) for step in self._stage.checked)

    def summary(self) -> None:
        """Show every step of the stage with its status and hints used, and which one is next."""
        _show(render_summary(self._stage, self.verdicts(), self._hints))

    def hint(self, name: str = "") -> None:
        """Show the next of three hints for the step ``name``: shapes, then the rule, the formula.

        The number of hints used is shown and never graded.
        """
        step = self._step(name)
        self._hints[name] = min(self._hints.get(name, 0) + 1, LEVELS)
        shown = hint(self._stage, step, self._hints[name], self._namespace)
        used = f"Hints used in this stage: {sum(self._hints.values())} (never graded)."
        _show(RenderedHint(f"{shown.text}\n{used}", f"{shown.markdown}\n\n*{used}*"))

    def graph(self) -> None:
        """Show the stage's forward graph with each variable's shape, and how far you have come."""
        state = State(self._namespace, self._inputs)
        with _random_state_kept(), _forward_pass("the graph", state):
            rendered = render_graph(self._stage, state)
        _show(rendered)

    def compare(self, name: str = "") -> None:
        """Show your answer to the step ``name``, autograd's and the difference side by side."""
        step = self._step(name)
        state = State(self._namespace, self._inputs)
        with _random_state_kept(), _forward_pass(name, state):
            rendered = render_comparison(step, state)
        _show(rendered)

    def _judge(self, step: Step, state: State) -> StepVerdict:
        with _forward_pass(step.name, state):
            if replaced := replaced_inputs(step, state):
                verdict = judged_by_cell(self._stage, step, replaced, state)
                if verdict is not None:
                    return verdict
            return explain(self._stage, step, examine(step, state), state)

    @staticmethod
    def _remarked(verdict: StepVerdict, state: State) -> StepVerdict:
        if verdict.status is Status.NOT_ATTEMPTED:
            return verdict
        remark = remark_on_last_cell(_shell(), verdict.name, ended_by=CheckFailed)
        if remark and verdict.status.passed:
            return replace(verdict, remarks=(remark,))  # the others are on the cell that failed
        more = (*state.told_of(state.mended), *[remark] * bool(remark))
        return replace(verdict, remarks=(*verdict.remarks, *more))

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


def _has_many_mistakes(step: Step) -> bool:
    """Whether a step passes several operations at once, or has several results."""
    if isinstance(step, GradientStep):
        return bool(step.reads)
    return isinstance(step, FunctionStep) and len(step.results) > 1


@contextlib.contextmanager
def _forward_pass(what: str, state: State) -> Iterator[None]:
    """Tell that ``what`` cannot be shown when the notebook's own variables are not there."""
    because = ""
    try:
        yield
        return
    except MissingInput as missing:
        reason = f"the variable `{missing.name}` is not there. It is made in a cell above"
    except SpoiledInput as spoiled:
        reason = f"the forward pass no longer runs. A cell has changed one of {spoiled}"
        because = " ".join(state.told_of(spoiled.names))
    if because:  # to run that very cell again would not help
        raise CheckFailed(f"{what} cannot be checked: {because}") from None
    raise CheckFailed(
        f"{what} cannot be checked: {reason}: run every cell from the top "
        "(Run > Run All Above Selected Cell)."
    ) from None


class _Shown(Protocol):
    """A thing to show that has a text besides."""

    @property
    def text(self) -> str: ...


def _show(shown: _Shown) -> None:
    if not _display(shown):
        print(shown.text)


def _shell() -> Any:
    """The running IPython shell, if there is one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _display(shown: _Shown) -> bool:
    """Show a rendering where IPython is running; returns whether it was shown."""
    if _shell() is None:
        return False
    from IPython.display import display

    display(shown)  # type: ignore[no-untyped-call]
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
