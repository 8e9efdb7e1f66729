"""Which notebook an assignment is graded by: a stage's, or one that an instructor has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course_files import release_directory
from autograder.grading.plain.automatic import AUTOMATIC, has_automatic_tests
from autograder.grading.versions import source_path

if TYPE_CHECKING:
    from autograder.grading.record.course import CourseFolder

__all__ = ["WrongAssignment", "find_source", "is_stage"]

_USUAL = ("solutions", "source")


class WrongAssignment(Exception):
    """What was asked for cannot be graded as an assignment; the message says what to do."""


def is_stage(assignment: str) -> bool:
    """Whether it is a stage of the course, told without importing the stages, and torch."""
    return assignment in _stages()


def _stages() -> list[str]:
    return sorted(path.stem for path in release_directory().glob("*/*.ipynb"))


def find_source(course: CourseFolder, assignment: str) -> Path:
    """The instructor's notebook of an assignment, its automatic tests written out.

    A stage's is that of the course's folder or of the checkout. Any other assignment is a folder
    with one notebook where nbgrader's settings have the sources, or in `solutions` or `source`.
    Raises WrongAssignment, or GradingError for a stage whose notebook is missing.
    """
    if is_stage(assignment):
        return source_path(assignment, course.root)
    for folder in _folders(course, assignment):
        found = sorted(folder.glob("*.ipynb"))
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise WrongAssignment(
                f"the assignment {assignment} has {len(found)} notebooks ({names}), and only "
                "assignments of one notebook can be graded here: make an assignment of each."
            )
        if found:
            return _with_tests(course, assignment, found[0])
    known = ", ".join(_stages())
    raise WrongAssignment(
        f"there is no stage '{assignment}'; the stages are {known}. An assignment of your own "
        f"would have its notebook in {course.root / 'source' / assignment}."
    )


def _folders(course: CourseFolder, assignment: str) -> list[Path]:
    if assignment != Path(assignment).name or assignment in ("", ".", ".."):
        return []
    directory = course.directory
    stated = directory.format_path(directory.source_directory, ".", assignment)
    return [Path(stated), *(course.root / name / assignment for name in _USUAL)]


def _with_tests(course: CourseFolder, assignment: str, source: Path) -> Path:
    """The notebook itself, or nbgrader's copy in which its automatic tests are written out."""
    if not has_automatic_tests(source):
        return source
    directory = course.directory
    folder = directory.format_path(directory.source_with_tests_directory, ".", assignment)
    written = Path(folder, source.name)
    if written.is_file() and written.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return written
    raise WrongAssignment(
        f"{source} has automatic tests ({AUTOMATIC}) that are not written out: run "
        f"`nbgrader generate_assignment {assignment} --source_with_tests --force` first."
    )
