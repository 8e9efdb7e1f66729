"""What `autograder grade` was asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.record.journal import Entry

__all__ = ["NoSuchStudent", "Outcome", "Request", "Summary"]


class NoSuchStudent(Exception):
    """Someone was asked for who has handed in nothing."""


@dataclass(frozen=True)
class Request:
    """One run. ``students`` empty: everyone. ``again``: also what has a verdict already."""

    course: Path
    stage: str
    students: tuple[str, ...] = ()
    jobs: int = 1
    seed: int | None = None
    sandbox: str = "bubblewrap"
    dry_run: bool = False
    again: bool = False
    feedback: bool = True
    quiet: bool = False


@dataclass(frozen=True)
class Outcome:
    """One student. ``before`` are the gradebook's points by grade_id, None if it had none.

    ``fault`` says why there is no verdict.
    """

    student: str
    entry: Entry | None
    fault: str = ""
    before: Mapping[str, float | None] | None = None
    judged: bool = False

    def changes(self) -> dict[str, tuple[float | None, float | None]]:
        """The graded cells whose points are others than before; all of them if there were none."""
        if self.entry is None:
            return {}
        before = self.before or {}
        points = self.entry.points
        names = [name for name in points if before.get(name) != points[name]]
        return {name: (before.get(name), points[name]) for name in names}

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON values."""
        known = [points for points in (self.before or {}).values() if points is not None]
        return {
            "student": self.student,
            "verdict": self.entry.verdict if self.entry else None,
            "fault": self.fault or None,
            "before": sum(known) if known else None,
            "judged": self.judged,
        }


@dataclass
class Summary:
    """What came of a run, by student. ``notes`` are sentences on single submissions.

    ``lacking`` are sentences on what this machine refused; ``other`` are students whose verdict
    was made with another version of the stage or the packages and stands as it is.
    """

    stage: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0  # of all processes together

    def to_json(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        listed = [self.outcomes[student] for student in sorted(self.outcomes)]
        return {
            "stage": self.stage,
            "submissions": [outcome.to_json() for outcome in listed],
            "notes": self.notes,
            "lacking": self.lacking,
            "graded_with_other_versions": self.other,
            "cpu_seconds": self.cpu_seconds,
        }
