"""Judging in tests: one process for many submissions, and submissions made from the solutions."""

from collections.abc import Callable, Mapping, Sequence

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell

from autograder.authoring.layout import CHECKOUT
from autograder.grading.ingest import parse_submission
from autograder.grading.judge import Judged, judge
from autograder.grading.own_state import locked_sources
from autograder.grading.repair import prepare
from autograder.grading.runner_process import Runner, open_runner
from autograder.grading.sandbox.spawn import Sandbox
from autograder.stages import stage as find_stage
from autograder.verdict import SubmissionVerdict

_PRISTINE = "before any submission"
_OPEN = "from autograder.grading.doors import open_doors\nopen_doors()\ndel open_doors"


class _Lent:
    """A runner that the judge cannot close."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def __getattr__(self, name: str) -> object:
        return getattr(self._runner, name)

    def close(self) -> None:
        """Leave it open for the next submission."""


class _Reused:
    """A runner that outlives a submission: importing torch anew for each would take seconds."""

    def __init__(self) -> None:
        self._runner: Runner | None = None

    def start(self) -> _Lent:
        """The runner as good as new, or a new one if a submission has ended it."""
        if self._runner is None or not self._works(self._runner):
            self.end()
            self._runner = open_runner(Sandbox.NONE)
            self._runner.snapshot(_PRISTINE)
        self._runner.restore(_PRISTINE)
        self._runner.set_default_dtype(torch.float32)
        return _Lent(self._runner)

    def _works(self, runner: Runner) -> bool:
        """Whether a submission has left the process whole."""
        return runner.alive and runner.run(_OPEN, silent=True, timeout=60).status == "ok"

    def end(self) -> None:
        """End the process, if there is one."""
        if self._runner is not None:
            self._runner.close()


@pytest.fixture(scope="session")
def reused():
    """Opens runners, the same one again where that is possible."""
    reused = _Reused()
    yield reused
    reused.end()


def submission(
    stage: str,
    answers: Mapping[str, str],
    before: Mapping[str, Sequence[str]] | None = None,
    release: bool = False,
) -> bytes:
    """The solution of a stage (or its release) with other answers, and with cells put before."""
    path = CHECKOUT.release(stage) if release else CHECKOUT.solution(stage)
    notebook = nbformat.read(path, as_version=4)
    cells, waiting = [], dict(answers)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cells += [new_code_cell(source) for source in (before or {}).get(name, ())]
        if name in waiting:
            cell.source = waiting.pop(name)
        cells.append(cell)
    assert not waiting, f"{stage} has no cell {waiting}"
    notebook.cells = cells
    return nbformat.writes(notebook).encode()


@pytest.fixture(scope="session")
def judge_answers(reused) -> Callable[..., SubmissionVerdict]:
    """``judge_answers(stage, {step: source}, before={cell: [sources]}, release=, seed=)``."""

    def judge_answers(
        stage: str,
        answers: Mapping[str, str] | None = None,
        before: Mapping[str, Sequence[str]] | None = None,
        release: bool = False,
        seed: int = 1,
    ) -> SubmissionVerdict:
        found = find_stage(stage)
        source = nbformat.read(CHECKOUT.solution(stage), as_version=4)
        raw = parse_submission(submission(stage, answers or {}, before, release))
        judged: Judged = judge(
            prepare(raw, source, found),
            found,
            locked=locked_sources(source),
            stage_version="",
            seed=seed,
            start=reused.start,
        )
        return judged.verdict

    return judge_answers
