"""The passes that the steps of a submission need, and no more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import torch

from autograder.draws import Kind, draw_stage
from autograder.figures.drawing import Drawing
from autograder.grading.answers import Trial
from autograder.grading.cells import Cells
from autograder.grading.combine import Setting, Trials, combine, degenerate, holds, telling
from autograder.grading.passes import Pass
from autograder.grading.process import Process
from autograder.grading.reasons import map_of, with_reason
from autograder.grading.runner_process import Runner
from autograder.grading.seed import generator_for
from autograder.situation import Situation, make_situation
from autograder.steps import GradientStep, ValueStep
from autograder.verdict import StepVerdict

__all__ = ["FreshStates"]

_FLOAT32 = re.compile(r"float32|\.float\(|torch\.float\b|FloatTensor")


@dataclass
class FreshStates:
    """Judges the gradients and values of one submission on states drawn from ``seed``."""

    cells: Cells
    process: Process
    seed: int
    failing: Collection[int] = ()  # places of cells that fail in the notebook itself
    _tried: dict[Setting, dict[str, Trials]] = field(default_factory=dict)
    _dead: dict[int, str] = field(default_factory=dict)
    _drawn: Counter[str] = field(default_factory=Counter)

    def verdicts(self) -> dict[str, StepVerdict]:
        """The verdict on each step that is judged so."""
        single = self._speaks_of_float32()
        failing = self._try(Setting.FRESH, self._steps())
        partial = self._partial(Setting.FRESH)
        failing_single = self._try(Setting.SINGLE, failing) if failing and single else failing
        partial_single = self._partial(Setting.SINGLE)
        sized = {name for name in failing_single if not self.cells.knows_no_size(name)}
        failing = sized & self._try(Setting.OWN, sized | partial)
        if single:
            self._try(Setting.OWN_SINGLE, failing | partial_single)
        return {name: self._verdict(step) for name, step in self._steps().items()}

    def _partial(self, setting: Setting) -> set[str]:
        """The steps that are right in a setting, and may not be so in the notebook's own sizes."""
        steps, tried = self._steps(), self._tried.get(setting, {})
        return {
            name
            for name, trials in tried.items()
            if holds(steps[name], trials) and (name in self.cells.sizes_written or trials.raised)
        }

    def maps(self, names: Collection[str]) -> dict[str, Drawing]:
        """Maps of the differences of those wrong answers among ``names`` that have one."""
        steps = self._steps()
        maps = {name: map_of(steps[name], self._telling(name)) for name in names if name in steps}
        return {name: drawing for name, drawing in maps.items() if drawing is not None}

    def _verdict(self, step: GradientStep | ValueStep) -> StepVerdict:
        verdict = combine(step, self._of(step.name))
        if verdict.status.passed:
            return verdict
        stage, place = self.cells.stage, self.cells.place_of(step.name)
        if place is None:
            return verdict
        texts = self.cells.all[place].source, self.cells.text_behind(place)
        return with_reason(stage, step, verdict, self._telling(step.name), *texts)

    def _telling(self, name: str) -> list[Trial]:
        """The trials that a verdict of a failed step is made from."""
        return telling(self._of(name))

    def _steps(self) -> dict[str, GradientStep | ValueStep]:
        steps = self.cells.stage.steps
        return {step.name: step for step in steps if isinstance(step, GradientStep | ValueStep)}

    def _of(self, name: str) -> dict[Setting, Trials]:
        return {setting: trials[name] for setting, trials in self._tried.items() if name in trials}

    def _speaks_of_float32(self) -> bool:
        sources = (self.cells.all[place].source for place in self.cells.students)
        return any(_FLOAT32.search(source) for source in sources)

    def _try(self, setting: Setting, names: Collection[str]) -> set[str]:
        """Try steps in a setting; returns those whose answer does not hold but might in another.

        A value follows from the inputs of the state, so consistent gradients are right for it.
        """
        steps = self._steps()
        tried = self._tried[setting] = {name: Trials() for name in names}
        gradients = {name for name in names if isinstance(steps[name], GradientStep)}
        for kind in _kinds(setting):
            unsettled = {name for name in gradients if not tried[name].settled}
            for name, trial in self._pass(setting, kind, False, unsettled).items():
                tried[name].independent.append(trial)
        failing = {name for name in names if _open(steps[name], tried[name])}
        again = {name for name in failing if not degenerate(steps[name])}
        for kind in _kinds(setting):
            unsettled = {name for name in again if not tried[name].settled}
            for name, trial in self._pass(setting, kind, True, unsettled).items():
                tried[name].consistent.append(trial)
        return {name for name in failing if _open(steps[name], tried[name])}

    def _pass(
        self, setting: Setting, kind: Kind, consistent: bool, wanted: Collection[str]
    ) -> dict[str, Trial]:
        if not wanted:
            return {}
        single = setting in (Setting.SINGLE, Setting.OWN_SINGLE)
        dtype = torch.float32 if single else torch.float64
        steps = self._steps().values()
        fused = any(isinstance(s, GradientStep) and s.reads and s.name in wanted for s in steps)
        what = f"{kind} {consistent}" + (" float32" if single else "")

        def attempt(runner: Runner) -> dict[str, Trial]:
            situation = self._situation(what, kind, consistent)
            aside = self._situation(f"{what} aside", kind, consistent) if fused else situation
            ready = Pass(self.cells, situation, aside, wanted, self._dead, self.failing, dtype)
            return ready.run(runner, self.seed)

        return self.process.attempt(attempt, self._dead)

    def _situation(self, what: str, kind: Kind, consistent: bool) -> Situation:
        """A situation that has not been there: a submission may keep what it is given in one."""
        stage = self.cells.stage
        purpose, again = f"{stage.name} {what}", self._drawn[what]
        self._drawn[what] += 1
        generator = generator_for(self.seed, f"{purpose} again {again}" if again else purpose)
        inputs = draw_stage(stage.name, generator, kind)
        return make_situation(stage, inputs, generator, consistent)


def _open(step: GradientStep | ValueStep, trials: Trials) -> bool:
    """Whether the answer is not right yet, and not beyond all hope."""
    return not trials.settled and not holds(step, trials)


def _kinds(setting: Setting) -> tuple[Kind, ...]:
    if setting is Setting.OWN_SINGLE:
        return (Kind.OWN,) * 3  # a forgotten epsilon hides in the rounding of one state in five
    if setting is Setting.OWN:
        return (Kind.OWN, Kind.OWN)  # a mistake is named by two states
    return (Kind.PRIMES, Kind.SQUARE)
