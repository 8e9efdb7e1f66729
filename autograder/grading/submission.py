"""One submitted notebook file, from the path to the verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.grading.ingest import RawNotebook, Refused, read_submission
from autograder.grading.judge import Judged, judge
from autograder.grading.own_state import locked_sources
from autograder.grading.receipt import digest_of
from autograder.grading.repair import Prepared, prepare
from autograder.grading.runner_process import Runner
from autograder.grading.seed import course_secret, derive_seed
from autograder.grading.versions import source_path
from autograder.stages import STAGES
from autograder.steps import Stage

__all__ = ["Case", "UnknownStage", "guess_stage", "open_case", "refuse_another_stage", "source_of"]


class UnknownStage(Exception):
    """It cannot be told which stage a notebook belongs to; the message says what to do."""


_SET_UP = re.compile(r"""Check\(\s*["'](\w+)["']""")
_MANY = 1  # a single answer may have its name in two stages


@dataclass(frozen=True)
class Case:
    """A submission that has been read and mended, with all that its verdict depends on."""

    prepared: Prepared
    stage: Stage
    locked: tuple[str, ...]
    stage_version: str
    seed: int

    def judge(self, start: Callable[[], Runner], feedback: bool = False) -> Judged:
        """The verdict; ``start`` opens a runner. See ``judge``."""
        return judge(
            self.prepared,
            self.stage,
            locked=self.locked,
            stage_version=self.stage_version,
            seed=self.seed,
            start=start,
            feedback=feedback,
        )


def open_case(
    path: Path, *, course: Path, stage: Stage | None = None, seed: int | None = None
) -> Case:
    """Read and mend a submitted notebook; nothing of it runs yet.

    ``course`` is the folder with `solutions/` and the course's secret. Without ``stage`` it is
    guessed; without ``seed`` it is made from the secret. Raises Refused for a file that cannot
    be graded, UnknownStage, and GradingError.
    """
    raw = read_submission(path)
    stage = stage or guess_stage(raw, path)
    refuse_another_stage(raw, stage, path.name)
    path = source_of(stage, course)
    source = nbformat.read(path, as_version=4)
    prepared = prepare(raw, source, stage)
    if seed is None:
        seed = derive_seed(course_secret(course), stage.name, prepared.submission)
    return Case(prepared, stage, locked_sources(source), digest_of(path), seed)


def source_of(stage: Stage, course: Path) -> Path:
    """The instructor's notebook of a stage; see ``source_path``."""
    return source_path(stage.name, course)


def guess_stage(raw: RawNotebook, path: Path) -> Stage:
    """The stage that a notebook belongs to: by its set-up cell, its steps, or its name.

    Raises UnknownStage when none of them tells.
    """
    told = Counter(
        match.group(1)
        for cell in raw.cells
        for match in _SET_UP.finditer(cell.source)
        if match.group(1) in STAGES
    )
    for cell in raw.cells:
        told.update(
            stage.name
            for stage in STAGES.values()
            if cell.grade_id.removeprefix("check-") in _ids(stage)
        )
    if told:
        return STAGES[max(told, key=lambda name: (told[name], name))]
    for place in (path.stem, path.resolve().parent.name):
        for name, stage in STAGES.items():
            if place.startswith(name):
                return stage
    raise UnknownStage(
        f"{path.name} does not tell which stage it belongs to; give --stage with one of "
        f"{', '.join(STAGES)}."
    )


def refuse_another_stage(raw: RawNotebook, stage: Stage, name: str) -> None:
    """Raise Refused for a notebook that is plainly that of another stage: a slip in uploading."""
    made = next((found[1] for cell in raw.cells if (found := _SET_UP.search(cell.source))), "")
    if made not in STAGES or made == stage.name:
        return
    ids = {cell.grade_id.removeprefix("check-") for cell in raw.cells}
    theirs, ours = len(ids & _ids(STAGES[made])), len(ids & _ids(stage))
    if theirs > _MANY and theirs > 2 * ours:
        raise Refused(f"{name} is the notebook of stage {made}; hand in that of {stage.name}.")


def _ids(stage: Stage) -> set[str]:
    return {step.name for step in stage.steps}
