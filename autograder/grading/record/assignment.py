"""A stage as nbgrader's gradebook has it; put there if it is missing."""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from autograder.grading.errors import GradingError
from autograder.grading.record.course import CourseFolder, find_programs
from autograder.grading.record.tables import add_tables

__all__ = ["ensure_assignment", "open_gradebook", "quiet"]

_PART = ".part-"


def open_gradebook(course: CourseFolder) -> Gradebook:
    """nbgrader's gradebook, made if there is none. Raises GradingError."""
    find_programs()
    try:
        _create(course)
        gradebook = Gradebook(course.db_url, course.course_id)
        add_tables(gradebook.engine)
    except (SQLAlchemyError, OSError) as error:
        raise GradingError(cannot_use(course, error)) from error
    return gradebook


def cannot_use(course: CourseFolder, error: BaseException) -> str:
    """One sentence on what is wrong with the gradebook."""
    told = str(getattr(error, "orig", None) or error).splitlines()[0]
    place = make_url(course.db_url).render_as_string(hide_password=True)
    if "locked" in told:
        return (
            f"the gradebook {place} is locked by another program; wait until that is done, or end "
            "it, and grade again: what was judged is in the journal."
        )
    return (
        f"the gradebook {place} cannot be used ({told}); mend that and grade again: what was "
        "judged is in the journal."
    )


def _create(course: CourseFolder) -> None:
    """Make an SQLite file that is missing, whole or not at all: nbgrader takes several steps."""
    url = make_url(course.db_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return
    place = Path(url.database)
    if place.exists():
        return
    part = place.with_name(_PART + place.name)
    part.unlink(missing_ok=True)
    try:
        Gradebook(f"sqlite:///{part}", course.course_id).close()
        part.chmod(0o640)
        with contextlib.suppress(FileExistsError):  # another program was faster
            os.link(part, place)
    finally:
        part.unlink(missing_ok=True)


def ensure_assignment(course: CourseFolder, stage: str, source: Path) -> None:
    """Enter a stage's cells into the gradebook if they are not there, all of them.

    ``source`` is the instructor's notebook. Raises GradingError.
    """
    notebook = nbformat.read(source, as_version=4)
    entries = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    graded = {entry["grade_id"] for entry in entries if entry.get("grade")}
    solved = {entry["grade_id"] for entry in entries if entry.get("solution")}
    with open_gradebook(course) as gradebook:
        try:
            entered = gradebook.find_notebook(source.stem, stage)
            if {cell.name for cell in entered.grade_cells} == graded and {
                cell.name for cell in entered.solution_cells
            } == solved:
                return
        except MissingEntry:
            pass
    _generate(course, stage, source)


def _generate(course: CourseFolder, stage: str, source: Path) -> None:
    """Let nbgrader enter the assignment; the release that it makes by the way is thrown away."""
    from nbgrader.converters import GenerateAssignment  # seldom needed, and slow
    from nbgrader.converters.base import NbGraderException

    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        config = copy.deepcopy(course.config)
        config.CourseDirectory.source_directory = str(source.parent.parent)
        config.CourseDirectory.db_url = course.db_url
        config.CourseDirectory.directory_structure = str(
            Path("{nbgrader_step}", "{student_id}", "{assignment_id}")
        )
        for step in ("release", "source_with_tests"):
            config.CourseDirectory[f"{step}_directory"] = str(Path(scratch) / step)
        directory = CourseDirectory(config=config)
        directory.assignment_id, directory.student_id = stage, "."
        try:
            with quiet() as log:
                options = {"config": config, "log": log}
                GenerateAssignment(coursedir=directory, **options).start()
        except (NbGraderException, RuntimeError, SQLAlchemyError, OSError) as error:
            raise GradingError(
                f"{stage} cannot be entered into the gradebook ({error}); "
                f"`nbgrader generate_assignment {stage}` tells more."
            ) from error


@contextmanager
def quiet() -> Iterator[logging.Logger]:
    """A logger that says nothing, and no warning for what nbgrader 0.9 does to SQLAlchemy 2."""
    log = logging.getLogger("autograder.nbgrader")
    log.propagate, log.handlers = False, [logging.NullHandler()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield log
