"""Submissions made from the solutions with other answers, judged for real in the sandbox."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from functools import cache

import nbformat
from nbformat.v4 import new_code_cell

from autograder.authoring.layout import CHECKOUT
from autograder.grading.ingest import parse_submission
from autograder.grading.own_state import locked_sources
from autograder.grading.repair import prepare
from autograder.grading.runners import NoSandbox, Runners, Sandbox
from autograder.grading.submission import Case
from autograder.stages import STAGES
from autograder.verdict import StepVerdict

__all__ = ["Court", "open_runners"]

_COURSE, _SOLUTION = "course", "solution"


def open_runners() -> Runners:
    """Processes in the sandbox; where it cannot be had, without it: the answers are our own."""
    try:
        return Runners(Sandbox.BUBBLEWRAP)
    except NoSandbox:
        return Runners(Sandbox.NONE)


class Court:
    """Judges answers to the steps of one stage, every other step answered as in the solution."""

    def __init__(self, stage: str, runners: Runners) -> None:
        self.stage = STAGES[stage]
        self._runners = runners

    def judge(
        self,
        answers: Mapping[str, str],
        before: Mapping[str, Sequence[str]] | None = None,
        seed: int = 1,
    ) -> dict[str, StepVerdict]:
        """The verdict on each step, when the cells in ``answers`` have these sources.

        ``before`` puts cells before others. The cells of the course that only draw and print, and
        those after the last answer, are left out: they take most of the time, and no answer
        depends on them.
        """
        source = _solution(self.stage.name)
        prepared = prepare(
            parse_submission(_submission(self.stage.name, answers, before or {})),
            source,
            self.stage,
        )
        last = max(i for i, cell in enumerate(prepared.cells) if cell.kind == _SOLUTION)
        kept = tuple(cell for cell in prepared.cells[: last + 1] if cell.kind != _COURSE)
        case = Case(
            dataclasses.replace(prepared, cells=kept),
            self.stage,
            locked_sources(source),
            stage_version="",
            seed=seed,
        )
        return {step.name: step for step in case.judge(self._runners.open).verdict.steps}


@cache
def _solution(stage: str) -> nbformat.NotebookNode:
    return nbformat.read(CHECKOUT.solution(stage), as_version=4)


def _submission(
    stage: str, answers: Mapping[str, str], before: Mapping[str, Sequence[str]]
) -> bytes:
    cells: list[dict[str, object]] = []
    for cell in _solution(stage).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cells += [new_code_cell(source) for source in before.get(name, ())]
        cells.append({**cell, "source": answers.get(name, cell.source)})
    return json.dumps({**_solution(stage), "cells": cells}).encode()
