"""The run of the notebook as it stands: outputs for feedback, functions and found numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from torch import Tensor

from autograder.grading.answers import as_value, ended_early, missing_answer, told
from autograder.grading.cells import Cells
from autograder.grading.functions import judge_function
from autograder.grading.process import CellDied
from autograder.grading.results import NOT_IMPLEMENTED, CellResult, Missing, NotATensor, RunnerDied
from autograder.grading.results import Status as RunStatus
from autograder.grading.runner_process import Runner
from autograder.grading.values import same_bytes
from autograder.steps import FunctionStep, PropertyStep
from autograder.verdict import Diagnosis, Status, StepVerdict

__all__ = ["OwnRun"]

_SECONDS = 60.0  # for a cell of the notebook
_TOGETHER = 1 << 20  # characters that are sent in one go
_CELL = 1 << 10  # so many at least for each cell


@dataclass
class OwnRun:
    """Runs every cell once, in order; judges functions and properties as soon as they are there.

    ``own`` gives the notebook's own variables by name, as the instructor's cells make them.
    ``dead`` maps cells that are not to be run to why. After ``run`` there are ``verdicts``, and
    in ``ended`` how each cell ended.
    """

    cells: Cells
    seed: int
    own: Callable[[tuple[str, ...]], tuple[Any, ...]]
    silent: bool
    dead: dict[int, str] = field(default_factory=dict)
    verdicts: dict[str, StepVerdict] = field(default_factory=dict)
    ended: list[CellResult] = field(default_factory=list)

    def run(self, runner: Runner) -> None:
        """Run all the cells after the set-up. Raises CellDied when one ends the process."""
        self.ended.clear()
        for group in self._groups():
            known = {place: self._known(place) for place in group}
            if isinstance(step := self._step(group[0]), PropertyStep) and not known[group[0]]:
                self._put_right(runner, step, group[0])
            run = [place for place in group if not known[place]]
            cells = [(self.cells.all[place].source, self._seconds(place)) for place in run]
            results = runner.run_each(cells, silent=self.silent)
            for place in group:
                self.ended.append(ended := known[place] or next(results))
                if not runner.alive:
                    raise CellDied(place, "timeout" if ended.status == "timeout" else "killed")
            self._judge(runner, group[-1])

    def _groups(self) -> Iterator[list[int]]:
        """The places of cells in order, those together that can run without a look between them."""
        group: list[int] = []
        size = 0
        for place, cell in enumerate(self.cells.all):
            step = self._step(place)
            if group and (isinstance(step, PropertyStep) or size + len(cell.source) > _TOGETHER):
                yield group
                group, size = [], 0
            group.append(place)
            size += _CELL + len(cell.source)
            if step is not None:
                yield group
                group, size = [], 0
        if group:
            yield group

    def _step(self, place: int) -> FunctionStep | PropertyStep | None:
        """The step that a cell answers, if it is judged here."""
        cell = self.cells.all[place]
        step = self.cells.stage.by_name.get(cell.name) if cell.kind == "solution" else None
        return step if isinstance(step, FunctionStep | PropertyStep) else None

    def _seconds(self, place: int) -> float:
        step = self._step(place)
        return step.seconds if isinstance(step, PropertyStep) else _SECONDS

    def _known(self, place: int) -> CellResult | None:
        """How a cell ends that need not or must not run (again); None for any other."""
        if self.cells.all[place].kind == "setup" or (self.silent and place in self.cells.drawing):
            return CellResult("ok")
        if place in self.dead:
            return CellResult(cast(RunStatus, self.dead[place]))
        return NOT_IMPLEMENTED if place in self.cells.untouched else None

    def _judge(self, runner: Runner, place: int) -> None:
        """The verdict on the step that the last cell answers, if it answers one."""
        step = self._step(place)
        if step is not None:
            source, seconds = self.cells.all[place].source, self._seconds(place)
            self.verdicts[step.name] = self._verdict(runner, step, source, self.ended[-1], seconds)
            if not runner.alive:
                raise CellDied(place, "killed")

    def _put_right(self, runner: Runner, step: PropertyStep, place: int) -> None:
        """Define anew what the answer will be judged by, where a cell before has changed it."""
        right = {
            name: value
            for name, value in zip(step.inputs, self.own(step.inputs), strict=True)
            if isinstance(value, Tensor)
        }
        try:
            for name, found in runner.fetch(list(right)).items():
                if not (isinstance(found, Tensor) and same_bytes(found, right[name])):
                    runner.put({name: right[name]})
        except RunnerDied as error:
            raise CellDied(place, "killed") from error

    def _verdict(
        self,
        runner: Runner,
        step: FunctionStep | PropertyStep,
        source: str,
        ended: CellResult,
        seconds: float,
    ) -> StepVerdict:
        if ended.status in ("timeout", "killed"):
            return ended_early(step, ended.status, seconds)
        try:
            if isinstance(step, PropertyStep):
                return self._judge_property(runner, step, ended)
            stage = self.cells.stage
            return judge_function(runner, stage, step, source, ended, self.seed)
        except RunnerDied:
            return ended_early(step, "killed", seconds)

    def _judge_property(self, runner: Runner, step: PropertyStep, ended: CellResult) -> StepVerdict:
        answer = runner.fetch([step.name])[step.name]
        empty = isinstance(answer, NotATensor) and answer.type_name in ("NoneType", "ellipsis")
        if isinstance(answer, Missing) or empty or ended.status == "raised":
            missing = answer if isinstance(answer, NotATensor) and empty else Missing()
            return missing_answer(step, missing, ended)
        value, inputs = as_value(answer), self.own(step.inputs)
        try:
            diagnosis = step.judge(value, *inputs)
        except Exception as error:  # an answer of any shape or type may reach the stage's judge
            diagnosis = Diagnosis(
                "wrong",
                f"`{step.name}` could not be judged: {told(type(error).__name__, str(error))}",
            )
            if isinstance(value, NotATensor):
                message = f"`{step.name}` is of type {value.type_name}, which cannot be judged."
                diagnosis = Diagnosis("not_a_tensor", message)
        status = Status.CORRECT if diagnosis is None else Status.WRONG
        return StepVerdict(step.name, status, step.points, diagnosis)
