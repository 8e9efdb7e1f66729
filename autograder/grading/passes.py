"""One pass: student's cells on one fresh state, each answer judged and then put right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.grading.answers import Trial, ended_early, judge_answer, missing_answer
from autograder.grading.cells import Cells, judged_in_passes
from autograder.grading.process import SETUP, CellDied
from autograder.grading.replies import Known
from autograder.grading.results import NOT_IMPLEMENTED, CellResult, Fetched, Missing, RunnerDied
from autograder.grading.runner_process import Runner
from autograder.grading.seed import number_for
from autograder.situation import Situation
from autograder.steps import GradientStep, PropertyStep, ValueStep

__all__ = ["Pass"]

_ASIDE = "before a step with few names"
_SECONDS = 20.0  # for a cell on a small state

# What a pass begins with: no graph is recorded, random numbers are the same each time, and a
# `check(...)` that a student calls in a cell of an answer says nothing about this state.
_PRELUDE = """
def _begin():
    import random
    import numpy
    import torch
    from autograder.grading.doors import shut_doors
    shut_doors()
    random.seed({seed}), numpy.random.seed({seed}), torch.default_generator.manual_seed({seed})
_begin()
del _begin
class check:
    def __new__(cls, *names, **options):
        return None
    summary = hint = graph = compare = classmethod(lambda cls, *names, **options: None)
    verdicts = classmethod(lambda cls: ())
"""


@dataclass
class Pass:
    """A pass over ``cells`` on one ``situation``; ``dead`` maps cells not to be run to why.

    ``failing`` are the places of cells that fail in the notebook itself. What only shows something
    may fail in the others: not all that a notebook shows is there.

    ``dtype`` is what tensors are handed over in. ``wanted`` are the steps to judge. The situation
    ``aside`` is for steps with few names: the right values of the steps before, of which these
    could be made, are nowhere in the process, and no cell can have kept them.
    """

    cells: Cells
    situation: Situation
    aside: Situation
    wanted: Collection[str]
    dead: Mapping[int, str]
    failing: Collection[int]
    dtype: torch.dtype = torch.float64

    def run(self, runner: Runner, seed: int) -> dict[str, Trial]:
        """Run what the wanted steps need of the student's cells; returns a trial for each.

        Raises CellDied; the process may be gone then.
        """
        ended = runner.begin(
            _PRELUDE.format(seed=number_for(seed, "random numbers of a pass")),
            timeout=_SECONDS,
            label=SETUP,
            names=self.cells.setup_names,
            dtype=self.dtype,
        )
        if ended.status != "ok":
            raise RunnerDied(f"the judge could not begin: {ended.error_name}")
        self._present = self._handed_over(self.situation)
        self._known = _known(self._present)
        self._waiting = dict(self._present)
        self._needed = self.cells.needed_for(self.wanted)
        trials: dict[str, Trial] = {}
        for place in self.cells.students:
            try:
                self._run_cell(runner, place, trials)
            except RunnerDied as error:
                raise CellDied(place, "killed") from error
        return trials

    def _run_cell(self, runner: Runner, place: int, trials: dict[str, Trial]) -> None:
        cell = self.cells.all[place]
        step = self.cells.stage.by_name.get(cell.name) if cell.kind == "solution" else None
        if isinstance(step, PropertyStep):
            return  # judged in the notebook's own state; it may train for minutes
        if not judged_in_passes(step):
            if place in self._needed and place not in {*self.dead, *self.cells.drawing}:
                _, fetched = self._execute(runner, place, self._changeable(place))
                self._repair(runner, place, fetched)
            return
        assert isinstance(step, GradientStep | ValueStep)
        if place in self.dead:
            trial: Callable[[], Trial] | None = partial(_died, step, self.dead[place])
        elif place in self.cells.untouched:
            trial = partial(_untouched, step)
        elif place not in self._needed:
            trial = None
        elif not (isinstance(step, GradientStep) and step.reads):
            trial = self._judge(runner, place, step, self.situation)
        elif step.name in self.wanted:
            trial = self._with_few_names(runner, place, step)
        else:
            trial = None  # it would leave nothing behind
        if trial is not None and step.name in self.wanted:
            trials[step.name] = trial()
        right = self._cast(self.situation.right[step.name])
        self._present[step.name] = right
        if isinstance(right, Tensor):
            self._known[step.name] = Known(right)
        self._waiting[step.name] = right

    def _with_few_names(
        self, runner: Runner, place: int, step: GradientStep
    ) -> Callable[[], Trial]:
        """Run the cell where only what the step may read is there, and what the student defined.

        It is there as it is in the other situation.
        """
        runner.put(self._waiting)
        runner.snapshot(_ASIDE)
        kept = self.cells.setup_names | {"check"}
        runner.restore(_ASIDE, kept)
        present, known = self._present, self._known
        there = self._handed_over(self.aside)
        self._present = {name: there[name] for name in step.reads}
        self._known = _known(self._present)
        runner.put(self._present)
        for text in self.cells.definitions_before(place):
            runner.run(text, silent=True, timeout=_SECONDS)
        self._waiting = self._present  # a definition may have made `n` anew
        trial = self._judge(runner, place, step, self.aside)
        runner.restore(_ASIDE)
        self._present, self._known = present, known
        self._waiting = {name: present[name] for name in step.reads}
        return trial

    def _execute(
        self, runner: Runner, place: int, names: Sequence[str], answer: str = ""
    ) -> tuple[CellResult, dict[str, Fetched]]:
        """Run a cell with all that is there for it; returns the variables of these names."""
        ended, fetched = runner.attempt(
            self.cells.all[place].source,
            timeout=_SECONDS,
            put=self._waiting,
            fetch=names,
            # An answer always comes back itself.
            known={name: known for name, known in self._known.items() if name != answer},
            shows=place not in self.failing,
        )
        if ended.status in ("timeout", "killed"):
            raise CellDied(place, ended.status)
        self._waiting = {}
        return ended, fetched

    def _judge(
        self,
        runner: Runner,
        place: int,
        step: GradientStep | ValueStep,
        situation: Situation,
    ) -> Callable[[], Trial]:
        """Run the cell of an answer; returns what makes the verdict on it."""
        names = [step.name, *self._changeable(place)]
        ended, fetched = self._execute(runner, place, names, step.name)
        answer = fetched.pop(step.name, Missing())
        changed = self._repair(runner, place, fetched)
        return partial(judge_answer, step, answer, ended, situation, changed)

    def _changeable(self, place: int) -> list[str]:
        """The variables at which to look after a cell has run."""
        names = self.cells.only_names(place)
        return [name for name in self._known if names is None or name in names]

    def _repair(self, runner: Runner, place: int, fetched: Mapping[str, Any]) -> list[str]:
        """Define anew what a cell changed or gave another value; returns what it changed."""
        rebound = self.cells.rebound[place]
        differing = [name for name, value in fetched.items() if value is not self._present[name]]
        for names, text in self.cells.setup_imports:
            if names & rebound:  # a student may use `F` for something else
                runner.run(text, silent=True, timeout=_SECONDS)
        again = {*differing, *(rebound & self._present.keys())}
        self._waiting |= {name: self._present[name] for name in again}
        return [name for name in differing if name not in rebound]

    def _handed_over(self, situation: Situation) -> dict[str, Any]:
        """What a situation begins with, as the submission gets it."""
        begins = {**situation.values, **situation.given}
        return {name: self._cast(value) for name, value in begins.items()}

    def _cast(self, value: Any) -> Any:
        if isinstance(value, Tensor) and value.is_floating_point():
            return value.to(self.dtype)
        return value


def _known(present: Mapping[str, Any]) -> dict[str, Known]:
    return {name: Known(value) for name, value in present.items() if isinstance(value, Tensor)}


def _untouched(step: GradientStep | ValueStep) -> Trial:
    return Trial(missing_answer(step, Missing(), NOT_IMPLEMENTED), ended=NOT_IMPLEMENTED)


def _died(step: GradientStep | ValueStep, status: str) -> Trial:
    return Trial(ended_early(step, status, _SECONDS))
