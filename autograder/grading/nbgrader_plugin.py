"""Our engine inside of nbgrader: `nbgrader autograde` and formgrader's Autograde button.

In `nbgrader_config.py`::

    c.Autograde.exporter_class = "autograder.grading.nbgrader_plugin.GradedExporter"
    c.Autograde.pre_convert_hook = "autograder.grading.nbgrader_plugin.find_notebooks"
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = []

nbgrader reads a submitted notebook twice: first to sanitize it, then to run it. Reading it is what
fails for a damaged one, so the exporter, which reads, does all the work the first time: read,
repair, judge, journal, gradebook. The second time there is nothing left to do.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from traitlets import Enum

from autograder.grading.batch.plan import staged_file
from autograder.grading.batch.settings import Request
from autograder.grading.batch.store import Store
from autograder.grading.batch.work import entry_of, judging_job
from autograder.grading.errors import GradingError
from autograder.grading.judging import judge_one
from autograder.grading.names_file import settle_names_file
from autograder.grading.record.assignment import ensure_assignment
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.gradebook import Recorder
from autograder.grading.record.journal import Entry, Journal, journal_path
from autograder.grading.record.lock import course_lock
from autograder.grading.record.source import WrongAssignment

__all__ = ["GradedExporter", "find_notebooks"]

_PATIENCE = 30.0  # for another grader in the same course


class GradedExporter(NotebookExporter):
    """Reads a submitted notebook and gives the graded one; a graded one it leaves as it is."""

    sandbox = Enum(
        ("bubblewrap", "none"),
        "bubblewrap",
        help="What keeps the notebooks' code from this computer; with none, nothing does.",
    ).tag(config=True)

    def from_filename(  # type: ignore[override]  # its writers take the text, too
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The graded notebook, when its scores are in the gradebook. Raises NbGraderException."""
        converter: Any = self.parent
        assert resources is not None  # nbgrader always says whose notebook it is
        place = resources["nbgrader"]
        student, stage = place["student"], place["assignment"]
        course = CourseFolder(Path(converter.coursedir.root), converter.config)
        if converter._sanitizing:
            graded, submitted = course.autograded(student, stage), course.submitted(student, stage)
            _forget_links(graded, submitted)
            try:
                self._entry, text = _grade(course, student, stage, self.sandbox)
            except (GradingError, WrongAssignment) as error:
                converter.log.error(str(error))
                raise NbGraderException(str(error)) from error
        else:
            text = Path(filename).read_text(encoding="utf-8")
            # Now nbgrader has written it: the one aside is not needed any more.
            staged_file(course, self._entry).unlink(missing_ok=True)
        notebook = nbformat.reads(text, as_version=4)
        write: Any = super().from_notebook_node  # nbconvert has no types
        exported: tuple[str, dict[str, Any]] = write(notebook, resources, **options)
        return exported


def find_notebooks(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a submission: let it come to us whatever its file is called.

    nbgrader passes over a notebook of a name that it does not know. ``notebooks`` is its list.
    """
    # nbgrader works in the course's folder. What cannot be graded here is told by the exporter.
    with contextlib.suppress(GradingError, WrongAssignment):
        name = CourseFolder(Path.cwd()).notebook(assignment)
        if notebooks:
            notebooks[:] = [str(Path(notebooks[0]).with_name(f"{name}.ipynb"))]


def _grade(course: CourseFolder, student: str, stage: str, sandbox: str) -> tuple[Entry, str]:
    """Judge and record one submission. Raises GradingError and WrongAssignment."""
    settle_names_file()
    with course_lock(course.root, _PATIENCE):
        ensure_assignment(course, stage, course.source(stage))
        request = Request(course.root, stage)
        result = judge_one(judging_job(request, course, student), sandbox)
        if told := result.get("lacking") or result.get("failed"):
            raise GradingError(told)
        entry = entry_of(student, stage, result)
        with (
            Recorder(course, stage) as recorder,
            Journal(journal_path(course.root, stage)) as journal,
        ):
            store = Store(course, journal, recorder)
            store.keep([(entry, result["notebook"])], place=False)
    return entry, result["notebook"]


def _forget_links(graded: Path, submitted: Path) -> None:
    """Remove what nbgrader has copied through a link: the file may be someone else's."""
    for folder, folders, files in os.walk(submitted):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink() or (path.is_file() and path.stat().st_nlink > 1):
                (graded / path.relative_to(submitted)).unlink(missing_ok=True)
