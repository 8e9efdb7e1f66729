"""A course folder: released, handed in, graded."""

import logging
import os
import shutil
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.layout import Checkout
from autograder.grading.batch.grade import grade
from autograder.grading.batch.settings import Request, Summary

__all__ = ["Course", "NotGraded", "Score"]


class NotGraded(Exception):
    """nbgrader could not do what was asked; the message is the last thing it logged."""


@dataclass(frozen=True)
class Score:
    """What the gradebook says of one submission.

    ``points`` holds the autograded cells by grade_id, None where nbgrader has no score.
    ``needs_manual`` tells whether an instructor has yet to look at it.
    """

    total: float
    maximum: float
    needs_manual: bool
    points: dict[str, float | None] = field(default_factory=dict)
    worth: dict[str, float] = field(default_factory=dict)


class _Records(logging.Handler):
    """Keeps the warnings and errors that nbgrader logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += record.getMessage().strip().splitlines()


class Course:
    """The folder with its source, release, submitted, autograded and feedback notebooks."""

    def __init__(self, folder: Path, checkout: Checkout, *, stock: bool = False) -> None:
        """``folder`` must exist; nbgrader_config.py and the solutions come from ``checkout``.

        ``stock``: nbgrader grades by its own means, as if our engine were not there.
        """
        self.folder = folder.resolve()
        self._checkout = checkout
        loader = PyFileConfigLoader("nbgrader_config.py", path=str(checkout.root))
        self._config = loader.load_config()
        self._config.CourseDirectory.root = str(self.folder)
        if stock:
            for name in ("Autograde", "GenerateFeedback"):
                self._config.pop(name, None)

    def release(self, stage: str) -> NotebookNode:
        """Generate the assignment into the gradebook; returns the release notebook."""
        source = self.folder / "solutions" / stage
        source.mkdir(parents=True)
        shutil.copy(self._checkout.solution(stage), source)
        self._convert(GenerateAssignment, stage)
        notebook: NotebookNode = nbformat.read(self.notebook("notebooks", stage), as_version=4)
        return notebook

    def solution(self, stage: str) -> NotebookNode:
        """The stage's solution notebook, with the answers."""
        notebook: NotebookNode = nbformat.read(self._checkout.solution(stage), as_version=4)
        return notebook

    def submit(self, student: str, stage: str, notebook: NotebookNode) -> None:
        """Put a notebook where a student's submission lies."""
        path = self.notebook("submitted", stage, student)
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")

    def autograde(self, student: str, stage: str) -> list[str]:
        """Grade one submission with nbgrader's own command; returns the warnings it logged.

        Raises NotGraded where nbgrader gives up.
        """
        return self._convert(Autograde, stage, student)

    def grade(self, stage: str, sandbox: str) -> Summary:
        """Grade all submissions of a stage as `autograder grade` does. Raises GradingError."""
        jobs = os.cpu_count() or 1
        shutil.copy(self._checkout.root / "nbgrader_config.py", self.folder)
        return grade(Request(self.folder, stage, jobs=jobs, sandbox=sandbox, quiet=True))

    def feedback(self, student: str, stage: str) -> Path:
        """Write the feedback for a graded submission; returns the page's path."""
        self._convert(GenerateFeedback, stage, student)
        return self.notebook("feedback", stage, student).with_suffix(".html")

    def score(self, student: str, stage: str) -> Score:
        """The gradebook's entry for a submission, as it stands."""
        with Gradebook(self._directory(stage).db_url, "backprop-by-hand") as gradebook:
            entry = gradebook.find_submission_notebook(stage, stage, student)
            graded = [grade for grade in entry.grades if grade.cell.cell_type == "code"]
            return Score(
                total=float(entry.score),
                maximum=float(entry.max_score),
                needs_manual=bool(entry.needs_manual_grade),
                points={grade.name: grade.auto_score for grade in graded},
                worth={grade.name: float(grade.cell.max_score) for grade in graded},
            )

    def notebook(self, step: str, stage: str, student: str = ".") -> Path:
        """Where a notebook of this course lies at one of nbgrader's steps."""
        return self.folder / step / student / stage / f"{stage}.ipynb"

    def _directory(self, stage: str, student: str = "*") -> CourseDirectory:
        directory = CourseDirectory(config=self._config)
        directory.assignment_id, directory.student_id = stage, student
        return directory

    def _convert(self, converter: type[BaseConverter], stage: str, student: str = ".") -> list[str]:
        """Run one of nbgrader's converters on one notebook."""
        log, records = logging.getLogger(f"autograder.demo.{student}.{stage}"), _Records()
        log.propagate, log.handlers = False, [records]
        options: dict[str, Any] = {"config": self._config, "log": log}
        directory = self._directory(stage, student)
        try:
            with warnings.catch_warnings():
                # nbgrader 0.9 makes a submission in a way that SQLAlchemy 2 warns of.
                warnings.simplefilter("ignore", SAWarning)
                converter(coursedir=directory, **options).start()
        except (NbGraderException, OSError) as error:
            raise NotGraded(_reason(records.lines) or str(error)) from error
        return records.lines


def _reason(lines: list[str]) -> str:
    """What nbgrader's log gives as the reason: the exception under its traceback, or all of it."""
    traceback = [n for n, line in enumerate(lines) if line.startswith("Traceback")]
    if not traceback:
        return " ".join(" ".join(lines).split())
    after = lines[traceback[-1] + 1 :]
    return next((line for line in after if line and not line.startswith(" ")), lines[-1])
