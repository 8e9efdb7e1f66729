"""The recorder: the only one that writes scores into nbgrader's gradebook.

It changes what an autograder may change: autograded scores and comments, the mark that something
waits for an instructor, and the late penalty. An instructor's scores and comments stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import bindparam, case, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from autograder.grading.errors import GradingError
from autograder.grading.feedback.grades import Grades, read_grades
from autograder.grading.record.assignment import cannot_use, open_gradebook
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Entry
from autograder.grading.record.late import LatePenalty
from autograder.grading.record.recorded import Recorded, recorded_in
from autograder.grading.record.tables import RECORDED

__all__ = ["Recorder"]

_GRADED = ("GradeCell", "TaskCell")
_COMMENTED = ("SolutionCell", "TaskCell")


class Recorder:
    """Writes the verdicts of one stage. A context manager.

    The stage's cells must be in the gradebook, see ``ensure_assignment``.
    """

    def __init__(self, course: CourseFolder, stage: str) -> None:
        """Raises GradingError."""
        self._course = course
        self._stage = stage
        self._late = LatePenalty(course)
        self._gradebook = open_gradebook(course)
        self._db = self._gradebook.db
        with self._transaction():
            self._look_up()

    def _look_up(self) -> None:
        try:
            assignment = self._gradebook.find_assignment(self._stage)
        except MissingEntry as error:
            raise GradingError(f"the gradebook does not know {self._stage}.") from error
        self._assignment, self._due = assignment.id, assignment.duedate
        self._cells: dict[str, list[tuple[str, str, str]]] = {}  # of each notebook of the stage
        for notebook, name, cell, grade_id, kind in self._db.execute(
            select(Notebook.id, Notebook.name, BaseCell.id, BaseCell.name, BaseCell.type)
            .join(BaseCell, BaseCell.notebook_id == Notebook.id)
            .where(Notebook.assignment_id == assignment.id)
        ):
            self._cells.setdefault(notebook, []).append((cell, grade_id, kind))
            if name == self._course.notebook(self._stage):
                self._notebook = notebook

    def recorded(self) -> dict[str, Recorded]:
        """What the gradebook has, by student."""
        with self._transaction():
            return recorded_in(self._db, self._stage, self._course.notebook(self._stage))

    def record(self, entries: Iterable[tuple[Entry, datetime | None]]) -> None:
        """Write verdicts, each with the time of its submission, all of them or none.

        Raises GradingError; then nothing has changed.
        """
        with self._transaction():
            for entry, timestamp in entries:
                submission = self._submission(entry.student, timestamp)
                notebook = self._submitted_notebooks(submission)
                self._write_scores(notebook, entry)
                self._write_comments(notebook, entry)
                self._write_penalty(submission, notebook, entry.student)
                self._db.execute(delete(RECORDED).where(RECORDED.c.submission_id == submission))
                self._db.execute(insert(RECORDED).values(submission_id=submission, key=entry.key))

    def grades(self, student: str) -> Grades:
        """A student's scores and comments as they stand. Raises GradingError."""
        with self._transaction():
            notebook = self._course.notebook(self._stage)
            return read_grades(self._gradebook, notebook, self._stage, student)

    def _submission(self, student: str, timestamp: datetime | None) -> str:
        """The id of a student's submission, made if there is none."""
        if self._db.scalar(select(Student.id).where(Student.id == student)) is None:
            self._db.execute(insert(Student.__table__).values(id=student))
        table = SubmittedAssignment.__table__
        found = self._db.scalar(
            select(table.c.id).where(
                table.c.assignment_id == self._assignment, table.c.student_id == student
            )
        )
        if found is None:
            values = {"assignment_id": self._assignment, "student_id": student}
            done = self._db.execute(insert(table).values(timestamp=timestamp, **values))
            return str(done.inserted_primary_key[0])
        if timestamp is not None:
            self._db.execute(update(table).where(table.c.id == found).values(timestamp=timestamp))
        return str(found)

    def _submitted_notebooks(self, submission: str) -> str:
        """Make what is missing of a submission's rows; returns the id of the stage's notebook."""
        table = SubmittedNotebook.__table__
        rows = self._db.execute(
            select(table.c.notebook_id, table.c.id).where(table.c.assignment_id == submission)
        )
        ids: dict[str, str] = dict(rows.all())
        for notebook, cells in self._cells.items():
            if notebook not in ids:
                values = {"notebook_id": notebook, "assignment_id": submission}
                done = self._db.execute(insert(table).values(**values))
                ids[notebook] = done.inserted_primary_key[0]
            self._fill(Grade.__table__, ids[notebook], [c for c in cells if c[2] in _GRADED])
            self._fill(Comment.__table__, ids[notebook], [c for c in cells if c[2] in _COMMENTED])
        return ids[self._notebook]

    def _fill(self, table: Any, notebook: str, cells: list[tuple[str, str, str]]) -> None:
        rows = self._db.execute(select(table.c.cell_id).where(table.c.notebook_id == notebook))
        there = {cell for (cell,) in rows}
        missing = [
            {"cell_id": cell, "notebook_id": notebook} for cell, _, _ in cells if cell not in there
        ]
        if missing:
            self._db.execute(insert(table), missing)

    def _write_scores(self, notebook: str, entry: Entry) -> None:
        """As nbgrader does: where an instructor has given points, they shall look again."""
        table = Grade.__table__
        waits = case((table.c.manual_score.is_not(None), True), else_=bindparam("waits"))
        statement = (
            update(table)
            .where(table.c.notebook_id == notebook, table.c.cell_id == bindparam("cell"))
            .values(auto_score=bindparam("score"), needs_manual_grade=waits)
        )
        values = []
        for cell, name, kind in self._cells[self._notebook]:
            if kind in _GRADED:
                score = entry.points.get(name)
                waiting = score is None or name in entry.review
                values.append({"cell": cell, "score": score, "waits": waiting})
        self._db.connection().execute(statement, values)

    def _write_comments(self, notebook: str, entry: Entry) -> None:
        table = Comment.__table__
        statement = (
            update(table)
            .where(table.c.notebook_id == notebook, table.c.cell_id == bindparam("cell"))
            .values(auto_comment=bindparam("told"))
        )
        values = [
            {"cell": cell, "told": entry.comments.get(name)}
            for cell, name, kind in self._cells[self._notebook]
            if kind in _COMMENTED
        ]
        if values:
            self._db.connection().execute(statement, values)

    def _write_penalty(self, submission: str, notebook: str, student: str) -> None:
        table = SubmittedAssignment.__table__
        handed_in, extension = self._db.execute(
            select(table.c.timestamp, table.c.extension).where(table.c.id == submission)
        ).one()
        seconds = 0.0
        if handed_in is not None and self._due is not None:
            due = self._due + extension if extension is not None else self._due
            seconds = max(0.0, (handed_in - due).total_seconds())
        penalty = None
        if seconds > 0:
            score = self._db.scalar(
                select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook)
            )
            penalty = self._late.of(student, float(score), seconds)
        submitted = SubmittedNotebook.__table__
        self._db.execute(
            update(submitted)
            .where(submitted.c.id == notebook)
            .values(late_submission_penalty=penalty)
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            yield
            self._db.commit()
        except SQLAlchemyError as error:
            self._db.rollback()
            raise GradingError(cannot_use(self._course, error)) from error
        except BaseException:
            self._db.rollback()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._gradebook.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
