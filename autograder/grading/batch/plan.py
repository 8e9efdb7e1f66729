"""What there is to do: submissions without a verdict, verdicts that are not everywhere yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.batch.names import METADATA
from autograder.grading.ingest import Refused, find_submission
from autograder.grading.notebook.file import read_file
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Entry, Journal
from autograder.grading.record.lock import OURS
from autograder.grading.record.recorded import Recorded

__all__ = ["Plan", "Wanted", "feedback_page", "graded_file", "make_plan", "staged_file"]


@dataclass(frozen=True)
class Wanted:
    """What a verdict on a submission would depend on now; ``seed`` None: the course's."""

    stage_version: str
    versions: Mapping[str, str]
    seed: int | None = None

    def is_of(self, entry: Entry) -> bool:
        """Whether a verdict was made with just that."""
        receipt = entry.receipt
        same = receipt["stage"] == self.stage_version and receipt["versions"] == dict(self.versions)
        drawn = self.seed is not None and entry.verdict is not None  # a refusal draws nothing
        return same and (not drawn or receipt["seed"] == self.seed)


@dataclass
class Plan:
    """Students by what is to be done for them; ``files`` has the digest of each one's file.

    ``judge``: no verdict yet (or a new one is wanted). ``record``: the verdict is in the journal
    and not in the gradebook. ``place``: the graded notebook is written but not in its place.
    ``feedback``: the page is missing or older than the notebook. ``other`` are graded, with
    another version of the stage or of the packages, or another seed. ``done``: nothing to do.
    """

    files: dict[str, str] = field(default_factory=dict)
    known: dict[str, Entry] = field(default_factory=dict)
    judge: list[str] = field(default_factory=list)
    record: list[str] = field(default_factory=list)
    place: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def staged_file(course: CourseFolder, entry: Entry) -> Path:
    """Where a graded notebook lies until its verdict is in the gradebook."""
    return course.root / OURS / "graded" / entry.stage / f"{entry.key}.ipynb"


def graded_file(course: CourseFolder, student: str, stage: str) -> Path:
    """Where the graded notebook belongs."""
    return course.autograded(student, stage) / f"{course.notebook(stage)}.ipynb"


def feedback_page(course: CourseFolder, student: str, stage: str) -> Path:
    """Where the feedback on it belongs."""
    return course.feedback(student, stage) / f"{course.notebook(stage)}.html"


def make_plan(
    course: CourseFolder,
    stage: str,
    students: Iterable[str],
    journal: Journal,
    recorded: Mapping[str, Recorded],
    wanted: Wanted,
    *,
    again: bool = False,
    feedback: bool = True,
) -> Plan:
    """Look at everything, change nothing. ``again``: judge also what has a verdict."""
    plan = Plan()
    for student in students:
        plan.files[student] = _digest(
            course.submitted(student, stage), course.notebook(stage), student
        )
        entry = journal.latest.get((student, plan.files[student]))
        if entry is None or again:
            plan.judge.append(student)
            if entry is not None:
                plan.known[student] = entry
            continue
        plan.known[student] = entry
        if not wanted.is_of(entry):
            plan.other.append(student)
        _settle(plan, course, entry, recorded.get(student), feedback)
    return plan


def _settle(
    plan: Plan, course: CourseFolder, entry: Entry, recorded: Recorded | None, feedback: bool
) -> None:
    """What is left to do of a verdict that there is."""
    student = entry.student
    place, staged = graded_file(course, student, entry.stage), staged_file(course, entry)
    held = recorded is not None and recorded.holds(entry)
    if not staged.is_file() and (not place.is_file() or (not held and not _shows(place, entry))):
        plan.judge.append(student)  # for the notebook: the verdict will be the same
        return
    page = feedback_page(course, student, entry.stage)
    if not held:
        plan.record.append(student)
    elif staged.is_file():
        plan.place.append(student)
    elif feedback and _older(page, place):
        plan.feedback.append(student)
    else:
        plan.done.append(student)


def _digest(folder: Path, notebook: str, student: str) -> str:
    """The digest of a student's file; for what cannot be read, why."""
    try:
        file, _ = find_submission(folder, notebook, student)
        return f"sha256:{hashlib.sha256(read_file(file)).hexdigest()}"
    except Refused as refused:
        return str(refused)


def _shows(place: Path, entry: Entry) -> bool:
    """Whether a graded notebook is that of a verdict."""
    try:
        told: Any = json.loads(place.read_bytes())["metadata"][METADATA]
        if entry.verdict is None:
            return bool(told["refused"] == entry.refused)
        return bool(told["verdict"]["receipt"] == entry.receipt)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _older(page: Path, notebook: Path) -> bool:
    try:
        return page.stat().st_mtime_ns < notebook.stat().st_mtime_ns
    except OSError:
        return True
