"""What the gradebook has already, read without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from autograder.grading.errors import GradingError
from autograder.grading.record.assignment import cannot_use
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Entry
from autograder.grading.record.tables import RECORDED

__all__ = ["Recorded", "read_recorded", "recorded_in"]


@dataclass(frozen=True)
class Recorded:
    """What the gradebook has for one submission: which verdict, and the autograded scores."""

    key: str
    points: Mapping[str, float | None]

    @property
    def scored(self) -> bool:
        """Whether any autograded score is there."""
        return any(points is not None for points in self.points.values())

    def holds(self, entry: Entry) -> bool:
        """Whether that is this very verdict, and nobody has changed its scores since."""
        named = {name: entry.points.get(name) for name in self.points}
        return self.key == entry.key and dict(self.points) == named


def recorded_in(session: Session, stage: str, notebook: str) -> dict[str, Recorded]:
    """What a gradebook has for a stage, whose notebook has that name, by student."""
    keys: dict[str, str] = {}
    points: dict[str, dict[str, float | None]] = {}
    for submission, student in session.execute(
        select(SubmittedAssignment.id, SubmittedAssignment.student_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == stage)
    ):
        keys[submission], points[student] = student, {}
    verdicts: dict[str, str] = {}
    if inspect(session.connection()).has_table(RECORDED.name):
        for submission, key in session.execute(select(RECORDED.c.submission_id, RECORDED.c.key)):
            if submission in keys:
                verdicts[keys[submission]] = key
    for student, name, score in session.execute(
        select(SubmittedAssignment.student_id, BaseCell.name, Grade.auto_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == stage, Notebook.name == notebook)
    ):
        points[student][name] = score
    return {student: Recorded(verdicts.get(student, ""), points[student]) for student in points}


def read_recorded(course: CourseFolder, stage: str) -> dict[str, Recorded]:
    """What the course's gradebook has. Raises GradingError."""
    engine = create_engine(course.db_url)
    try:
        with Session(engine) as session:
            return recorded_in(session, stage, course.notebook(stage))
    except SQLAlchemyError as error:
        raise GradingError(cannot_use(course, error)) from error
    finally:
        engine.dispose()
