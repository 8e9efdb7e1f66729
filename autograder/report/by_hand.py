"""What an instructor has given in the gradebook, read without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from autograder.grading.errors import GradingError
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.recorded import Recorded, read_recorded

__all__ = ["ByHand", "has_gradebook", "read_by_hand", "read_verdicts"]


@dataclass(frozen=True)
class ByHand:
    """An instructor's points for a cell. ``again``: the verdict is another one since."""

    points: float
    again: bool


def has_gradebook(course: CourseFolder) -> bool:
    """Whether there is a gradebook; opening SQLite's would make one."""
    url = make_url(course.db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def read_verdicts(course: CourseFolder, stage: str) -> Mapping[str, Recorded]:
    """Which verdicts the gradebook has, by student. Raises GradingError."""
    return read_recorded(course, stage)


def read_by_hand(course: CourseFolder, stage: str) -> dict[str, dict[str, ByHand]]:
    """An instructor's points by student and grade_id. Raises GradingError."""
    statement = (
        select(
            SubmittedAssignment.student_id,
            BaseCell.name,
            Grade.manual_score,
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == stage, Notebook.name == stage, Grade.manual_score.is_not(None))
    )
    found: dict[str, dict[str, ByHand]] = {}
    engine = create_engine(course.db_url)
    try:
        with Session(engine) as session:
            for student, name, points, again in session.execute(statement):
                found.setdefault(student, {})[name] = ByHand(float(points), bool(again))
    except SQLAlchemyError as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        place = make_url(course.db_url).render_as_string(hide_password=True)
        raise GradingError(
            f"the gradebook {place} cannot be read ({told}); mend that, or wait until the program "
            "that uses it is done, and ask for the report again."
        ) from error
    finally:
        engine.dispose()
    return found
