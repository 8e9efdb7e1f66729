"""A submission of any nbgrader assignment: run its cells in the sandbox, its tests outside."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode

from autograder.grading.ingest import RawNotebook
from autograder.grading.notebook.assignment import Kind, SourceCell, read_assignment
from autograder.grading.notebook.stub import NBGRADER_STUBS, Stubs
from autograder.grading.plain.aside import do_aside
from autograder.grading.plain.automatic import is_automatic
from autograder.grading.plain.beyond import Beyond
from autograder.grading.plain.testing import Ran, TestBench
from autograder.grading.plain.trusted import Code, needed, read_code, reference_imports
from autograder.grading.repair import Rebuilt, rebuild
from autograder.grading.results import CellResult
from autograder.grading.runner_process import Runner

__all__ = ["PlainJudged", "PlainTest", "judge_plain"]

_RUN = ("setup", "locked", "solution", "course", "extra")
_MOST_SECONDS = 1800.0
_MEMORY = 8 << 30
_ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde"}  # as nbgrader sets it


@dataclass(frozen=True)
class PlainTest:
    """The outcome of one test cell. ``points`` is None where an instructor has to look."""

    name: str
    status: Literal["passed", "partial", "failed", "review"]
    points: float | None
    max_points: float
    message: str = ""
    printed: str = ""


@dataclass(frozen=True)
class PlainJudged:
    """The outcomes, how each cell that runs ended (in the notebook's order), and the notebook."""

    tests: tuple[PlainTest, ...]
    cells: tuple[CellResult, ...]
    rebuilt: Rebuilt

    @property
    def score(self) -> float:
        """The points that are certain."""
        return sum(test.points or 0.0 for test in self.tests)


def judge_plain(
    raw: RawNotebook,
    source: NotebookNode,
    *,
    start: Callable[[], Runner],
    folder: Path | None = None,
    files: Mapping[str, bytes] | None = None,
    seconds: float = 30.0,
    stubs: Stubs = NBGRADER_STUBS,
) -> PlainJudged:
    """Judge a submission by the test cells of the instructor's notebook.

    ``source`` is the instructor's, automatic tests written out (nbgrader's ``source_with_tests``).
    ``folder`` holds what tests read from files, ``files`` what lies beside the submission's
    notebook when its cells run, by path. ``seconds`` bound a cell, and a call from a test.
    Raises ValueError if ``source`` is not an instructor's notebook; never for the submission.
    """
    rebuilt = rebuild(raw, source, stubs=stubs)
    cells = read_assignment(source, stubs)
    points = {
        cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.get("points") or 0)
        for cell in source.cells
        if (cell.metadata.get("nbgrader") or {}).get("grade")
    }
    with start() as runner:
        work = partial(_judge, rebuilt, cells, runner, folder, files or {}, seconds)
        told = do_aside(work, min(_MOST_SECONDS, seconds * (len(rebuilt.slots) + 10)))
    ran = (told or {}).get("tests", {})
    return PlainJudged(
        tests=tuple(
            _outcome(cell.name, points.get(cell.name, 0.0), ran.get(cell.name))
            for cell in cells
            if cell.kind is Kind.CHECK and cell.is_code
        ),
        cells=tuple(_cell_result(cell) for cell in (told or {}).get("cells", [])),
        rebuilt=rebuilt,
    )


def _judge(
    rebuilt: Rebuilt,
    cells: tuple[SourceCell, ...],
    runner: Runner,
    folder: Path | None,
    files: Mapping[str, bytes],
    seconds: float,
) -> dict[str, Any]:
    """Runs in a process of its own; returns JSON values."""
    _limit_memory()
    os.environ |= _ENVIRONMENT
    if folder is not None:
        os.chdir(folder)
    beyond = Beyond(runner, seconds)
    beyond.begin(_ENVIRONMENT, files)
    bench = TestBench(beyond)
    trusted = _Trusted(cells, bench)
    ended: list[dict[str, Any]] = []
    tests: dict[str, dict[str, Any]] = {}
    for slot in rebuilt.slots:
        if slot.kind in _RUN:
            result = runner.run(slot.source, silent=False, timeout=seconds)
            ended.append(vars(result) | {"outputs": [dict(o) for o in result.outputs]})
        elif slot.kind == "check" and slot.cell_type == "code":
            trusted.prepare_for(slot.name)
            tests[slot.name] = vars(trusted.run(slot.name))
    return {"cells": ended, "tests": tests}


def _limit_memory() -> None:
    """A test may come to build something huge of what a student returns."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


class _Trusted:
    """The instructor's own code that tests rely on, run in its order as far as it is needed."""

    def __init__(self, cells: tuple[SourceCell, ...], bench: TestBench) -> None:
        self._cells = cells
        self._bench = bench
        self._codes = {cell.index: read_code(cell.source) for cell in cells if cell.is_code}
        tests = [code for cell in cells if cell.kind is Kind.CHECK and (code := self._code(cell))]
        others = [
            (cell, code)
            for cell in cells
            if cell.kind in (Kind.LOCKED, Kind.PLAIN) and (code := self._code(cell))
        ]
        chosen = needed([code for _, code in others], tests)
        self._wanted = {others[number][0].index for number in chosen}
        self._done = 0

    def _code(self, cell: SourceCell) -> Code | None:
        return self._codes.get(cell.index)

    def prepare_for(self, name: str) -> None:
        """Run what stands before a test and has not run yet."""
        place = next(i for i, cell in enumerate(self._cells) if cell.name == name)
        for cell in self._cells[self._done : place]:
            code = self._code(cell)
            if cell.kind is Kind.SOLUTION and code is not None:
                self._bench.hand_over(code)
                for statement in reference_imports(cell.source):
                    self._bench.prepare(statement)
            elif cell.index in self._wanted:
                self._bench.prepare(cell.source)
        self._done = max(self._done, place)

    def run(self, name: str) -> Ran:
        """Run a test."""
        cell = next(cell for cell in self._cells if cell.name == name)
        code = self._code(cell)
        if code is None:
            return Ran(review="the test is no Python")
        if is_automatic(cell.source):
            return Ran(review="its automatic tests are not written out: use source_with_tests/")
        return self._bench.run(code)


def _outcome(name: str, points: float, told: Mapping[str, Any] | None) -> PlainTest:
    """As nbgrader gives points: none for an error, a number that is the value, else all."""
    if told is None:
        message = "the test did not come to its end"
        return PlainTest(name, "review", None, points, message)
    printed = told["printed"]
    if told["review"]:
        return PlainTest(name, "review", None, points, told["review"], printed)
    if told["error"]:
        message = ": ".join(part for part in told["error"] if part)
        return PlainTest(name, "failed", 0.0, points, message, printed)
    earned = _number(told["value"])
    if earned is None or earned < 0:
        return PlainTest(name, "passed", points, points, "", printed)
    if earned > points:
        message = f"the test gives {earned:g} points where there are {points:g}"
        return PlainTest(name, "review", None, points, message, printed)
    status: Literal["passed", "partial"] = "passed" if earned == points else "partial"
    return PlainTest(name, status, earned, points, "", printed)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _cell_result(told: Mapping[str, Any]) -> CellResult:
    return CellResult(
        told["status"], tuple(told["outputs"]), told["error_name"], told["error_message"]
    )
