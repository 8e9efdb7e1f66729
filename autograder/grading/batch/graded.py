"""One submission of a stage, from the student's folder to all that is recorded of it.

This runs in a judging process. What it returns are plain JSON values.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading.batch.compose import Shown, compose
from autograder.grading.batch.names import CHECK
from autograder.grading.batch.shown import known_outputs
from autograder.grading.ingest import RawNotebook, Refused, find_submission, read_submission
from autograder.grading.notebook.assignment import SourceCell, read_assignment
from autograder.grading.notebook.file import read_file
from autograder.grading.notebook.rebuild import rebuild_from
from autograder.grading.notebook.stub import COURSE_STUBS
from autograder.grading.own_state import locked_sources
from autograder.grading.process import first_locked
from autograder.grading.receipt import digest_of, make_receipt
from autograder.grading.repair import Cell, Prepared, prepared_from
from autograder.grading.runner_process import Runner
from autograder.grading.seed import course_secret, derive_seed
from autograder.grading.submission import Case, refuse_another_stage, source_of
from autograder.mistakes.written import written_for
from autograder.names import NAMES_FILE_VARIABLE
from autograder.stages import stage as find_stage
from autograder.steps import Stage
from autograder.verdict import SubmissionVerdict

__all__ = ["Assignment", "first_cells", "grade_folder", "read_assignment_of"]


@dataclass(frozen=True)
class Assignment:
    """The instructor's notebook of a stage, read once."""

    stage: Stage
    source: NotebookNode
    cells: tuple[SourceCell, ...]
    version: str
    locked: tuple[str, ...]
    known: Mapping[str, Sequence[Mapping[str, Any]]]  # outputs that need not be made again


def grade_folder(job: Mapping[str, Any], start: Callable[[], Runner]) -> dict[str, Any]:
    """Grade the notebook in a student's folder.

    ``job`` has the ``student``, the ``folder``, the ``stage``'s name, the ``course``'s folder, a
    ``seed`` or None (made from the course's secret); for an assignment that is no stage also
    ``plain`` and ``source``, see ``grade_plain_folder``. The result has: ``receipt``; ``verdict``,
    None where ``refused`` says why there is none; ``points`` by grade_id, None where there is no
    score; ``comments`` by grade_id; ``notebook``, the graded one as JSON text. Raises GradingError.
    """
    if job.get("plain") is not None:
        from autograder.grading.plain.folder import grade_plain_folder  # no stage needs it

        return grade_plain_folder(job, start)
    assignment = read_assignment_of(job)
    file = None
    try:
        file, renamed = find_submission(
            Path(job["folder"]), assignment.stage.name, job.get("student", "")
        )
        raw = read_submission(file)
        refuse_another_stage(raw, assignment.stage, file.name)
    except Refused as refused:
        return _refused(assignment, _digest(file), str(refused))
    rebuilt = rebuild_from(raw, assignment.cells)
    rebuilt = type(rebuilt)(rebuilt.slots, (*renamed, *rebuilt.repairs), rebuilt.unanswered)
    seed = job["seed"]
    if seed is None:
        secret = course_secret(Path(job["course"]))
        seed = derive_seed(secret, assignment.stage.name, raw.submission)
    prepared = prepared_from(rebuilt, raw.submission)
    case = Case(
        replace(prepared, cells=_to_run(prepared, assignment)),
        assignment.stage,
        assignment.locked,
        assignment.version,
        seed,
    )
    judged = case.judge(start, feedback=True)
    verdict = judged.verdict.to_json()
    steps = {step.name: step for step in judged.verdict.steps}
    shown = Shown(assignment.source, judged.cells, assignment.known, judged.maps)
    notebook = compose(shown, rebuilt, steps, {"verdict": verdict})
    return {
        "receipt": verdict["receipt"],
        "verdict": verdict,
        "refused": None,
        "points": _points(judged.verdict, rebuilt.unanswered),
        "comments": _comments(assignment.source, rebuilt.unanswered),
        "review": sorted({CHECK + flag.step for flag in judged.verdict.flags if flag.step}),
        "notebook": json.dumps(notebook, ensure_ascii=False),
    }


def read_assignment_of(job: Mapping[str, Any]) -> Assignment:
    """The assignment of a job that is a stage. Raises GradingError, OSError."""
    path = source_of(find_stage(job["stage"]), Path(job["course"]))
    return _assignment(job["stage"], str(path), path.stat().st_mtime_ns)


def first_cells(assignment: Assignment) -> tuple[str, ...]:
    """The course's own cells with which a submission of this assignment begins."""
    untouched = prepared_from(rebuild_from(RawNotebook((), (), ""), assignment.cells), "")
    return first_locked(_to_run(untouched, assignment), assignment.locked)


def _to_run(prepared: Prepared, assignment: Assignment) -> tuple[Cell, ...]:
    """The cells of which it is not known what they show."""
    cells = prepared.cells
    return tuple(c for c in cells if c.kind != "course" or c.source not in assignment.known)


@lru_cache(maxsize=8)
def _assignment(name: str, path: str, _changed: int) -> Assignment:
    source = nbformat.read(path, as_version=4)
    stage = find_stage(name)
    version, locked = digest_of(Path(path)), locked_sources(source)
    known = known_outputs(source)
    if os.environ.get(NAMES_FILE_VARIABLE):  # with other names they show something else
        known = {source: outputs for source, outputs in known.items() if not outputs}
    cells = read_assignment(source, COURSE_STUBS, stage)
    written_for(name)  # for the first wrong answer
    return Assignment(stage, source, cells, version, locked, known)


def _digest(file: Path | None) -> str:
    """The digest of a file that is no notebook; empty if not even its bytes can be read."""
    try:
        content = read_file(file) if file is not None else None
    except Refused:
        content = None
    return f"sha256:{hashlib.sha256(content).hexdigest()}" if content is not None else ""


def _refused(assignment: Assignment, submission: str, why: str) -> dict[str, Any]:
    """All that is recorded of a submission without a verdict: no score that might be stale."""
    stage = assignment.stage
    receipt = make_receipt(submission, assignment.version, 0)
    empty = rebuild_from(RawNotebook((), (), ""), assignment.cells)
    shown = Shown(assignment.source, (), assignment.known)
    notebook = compose(shown, empty, {}, {"refused": why}, refusal=why)
    graded = [_graded_name(step.name, stage) for step in stage.steps]
    return {
        "receipt": receipt.to_json(),
        "verdict": None,
        "refused": why,
        "points": dict.fromkeys(graded),
        "comments": {},
        "review": [],
        "notebook": json.dumps(notebook, ensure_ascii=False),
    }


def _graded_name(step: str, stage: Stage) -> str:
    """The grade_id that holds a step's points."""
    return CHECK + step if any(s.name == step for s in stage.checked) else step


def _points(verdict: SubmissionVerdict, unanswered: frozenset[str]) -> dict[str, float | None]:
    """By grade_id. Prose that is not there has no points; other prose waits for an instructor."""
    points: dict[str, float | None] = {CHECK + step.name: step.points for step in verdict.steps}
    return points | {name: 0.0 if name in unanswered else None for name in verdict.manual}


def _comments(source: NotebookNode, unanswered: frozenset[str]) -> dict[str, str | None]:
    """What nbgrader itself remarks on each cell that a student writes."""
    metadata = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    names = [entry["grade_id"] for entry in metadata if entry.get("solution")]
    return {name: "No response." if name in unanswered else None for name in names}
