"""The process of one submission as the judge sees it: begun anew whenever a cell has ended it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from autograder.grading.cells import Cells
from autograder.grading.errors import GradingError
from autograder.grading.repair import Cell
from autograder.grading.results import RunnerDied
from autograder.grading.runner_process import Runner

__all__ = ["SETUP", "CellDied", "Process", "first_locked"]

SETUP = "after the set-up cell"
_SETUP_SECONDS = 120.0
_MOST_DEATHS = 3  # then the rest of a submission's cells are not run again
# For all passes over a submission together; many cells that each take nearly too long take hours.
_SECONDS = 1800.0


class CellDied(Exception):
    """A cell took too long, or ended its process; ``status`` is "timeout" or "killed"."""

    def __init__(self, place: int, status: str) -> None:
        super().__init__(f"cell {place}: {status}")
        self.place = place
        self.status = status


_T = TypeVar("_T")


def first_locked(cells: Sequence[Cell], locked: Sequence[str]) -> tuple[str, ...]:
    """The locked cells with which a submission begins, as far as they are the course's own."""
    first = []
    for cell, source in zip(cells, locked, strict=False):
        if cell.kind not in ("setup", "locked") or cell.source != source:
            break
        first.append(source)
    return tuple(first)


class Process:
    """A context manager; leaving it ends the process.

    A ``start`` that has a method ``after`` (see ``Runners``) is asked for a process in which the
    ``locked`` cells of the course have run already, as far as the submission begins with them.
    """

    def __init__(
        self, cells: Cells, start: Callable[[], Runner], locked: Sequence[str] = ()
    ) -> None:
        self._cells = cells
        self._start = start
        after: Callable[[Sequence[str]], Runner] | None = getattr(start, "after", None)
        if after is not None and (first := first_locked(cells.all, locked)):
            self._start = partial(after, first)
        self._runner: Runner | None = None
        self._deadline = time.monotonic() + _SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def attempt(self, work: Callable[[Runner], _T], dead: dict[int, str]) -> _T:
        """Do ``work``, and again without the cells that die of it; ``dead`` collects those.

        A work raises CellDied where a cell dies and leaves out the cells in ``dead``. A process
        that a submission has spoiled for the judge (RunnerDied) is replaced.
        """
        spoiled = 0
        while True:
            if time.monotonic() > self._deadline:
                self._bury(dead, 0, "timeout")
            try:
                return work(self._ready())
            except CellDied as died:
                self._end()  # it may live, and know right gradients of the state that comes again
                dead[died.place] = died.status
                if len(dead) > _MOST_DEATHS:
                    self._bury(dead, died.place)
            except RunnerDied as error:
                self._end()
                spoiled += 1
                if spoiled == _MOST_DEATHS:
                    self._bury(dead, 0)
                elif spoiled > _MOST_DEATHS:
                    raise GradingError(f"the process of a submission fails: {error}") from error

    def _bury(self, dead: dict[int, str], first: int, why: str = "killed") -> None:
        """Run none of the cells from ``first`` on again."""
        for place in range(first, len(self._cells.all)):
            dead.setdefault(place, why)

    def _ready(self) -> Runner:
        """A living runner in which the set-up cell has run."""
        if self._runner is not None and self._runner.alive:
            return self._runner
        self._end()
        try:
            self._runner = self._start()
            ended = self._runner.run(self._cells.setup, silent=True, timeout=_SETUP_SECONDS)
            if ended.status != "ok":
                raise GradingError(
                    "the set-up cell of the course does not run in the submission's process: "
                    f"{ended.status} {ended.error_name}: {ended.error_message}"
                )
            self._runner.snapshot(SETUP)
        except RunnerDied as died:
            raise GradingError(f"{died}; see `autograder doctor`.") from died
        return self._runner

    def _end(self) -> None:
        if self._runner is not None:
            self._runner.close()
            self._runner = None
