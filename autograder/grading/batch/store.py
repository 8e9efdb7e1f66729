"""From a verdict that has just been reached to all the places where it is kept, in that order.

The graded notebook is written aside; the verdict goes into the journal, then into the gradebook;
only then the notebook is renamed into its place. Killed between any two of these, the next run
finds out what is missing and goes on there: see ``plan``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.grading.batch.plan import feedback_page, graded_file, staged_file
from autograder.grading.errors import GradingError
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.files import put_in_place, write_whole
from autograder.grading.record.gradebook import Recorder
from autograder.grading.record.journal import Entry, Journal, file_of

__all__ = ["Store"]


class Store:
    """Journal, gradebook and graded notebooks of one stage. All raise GradingError."""

    def __init__(self, course: CourseFolder, journal: Journal, recorder: Recorder) -> None:
        self._course = course
        self._journal = journal
        self._recorder = recorder
        self._mode = 0o664 if course.directory.groupshared else 0o444
        self.faults: list[str] = []  # of timestamps, one sentence each

    def keep(self, graded: Sequence[tuple[Entry, str]], *, place: bool = True) -> None:
        """Keep verdicts with their graded notebooks; ``place``: which go into their places."""
        for entry, notebook in graded:
            with _writing(staged := staged_file(self._course, entry)):
                write_whole(staged, notebook, mode=0o600, sure=True)
        self._journal.append(entry for entry, _ in graded if not self._has(entry))
        self.record((entry for entry, _ in graded), place=place)

    def record(self, entries: Iterable[Entry], *, place: bool = True) -> None:
        """Bring verdicts of the journal into the gradebook, and their notebooks into place."""
        entries = list(entries)
        self._recorder.record((entry, self._time(entry)) for entry in entries)
        if place:
            self.place(entries)

    def clear(self, entry: Entry) -> None:
        """Take away the scores of a submission that could not be judged; mark it for review."""
        self._recorder.record([(entry, self._time(entry))])

    def place(self, entries: Iterable[Entry]) -> None:
        """Rename graded notebooks into their places."""
        for entry in entries:
            staged = staged_file(self._course, entry)
            if staged.is_file():
                place = graded_file(self._course, entry.student, entry.stage)
                with _writing(place):
                    self._copy_time(entry, place.parent)
                    os.utime(staged)  # feedback that is older is of another notebook
                    put_in_place(staged, place, mode=self._mode)

    def feedback_job(self, student: str, stage: str) -> dict[str, Any]:
        """What a judging process needs to write a student's page."""
        grades = self._recorder.grades(student)
        return {
            "do": "feedback",
            "notebook": str(graded_file(self._course, student, stage)),
            "page": str(feedback_page(self._course, student, stage)),
            "title": stage,
            "student": student,
            "grades": asdict(grades),
        }

    def sweep(self, stage: str) -> None:
        """Remove what killed runs have left aside."""
        folder = staged_file(self._course, Entry("", stage, {}, None, "", {})).parent
        for path in folder.glob("*") if folder.is_dir() else ():
            with contextlib.suppress(OSError):
                path.unlink()

    def _has(self, entry: Entry) -> bool:
        known = self._journal.latest.get((entry.student, file_of(entry)))
        return known is not None and known.to_json() == entry.to_json()

    def _time(self, entry: Entry) -> Any:
        time, fault = self._course.timestamp(entry.student, entry.stage)
        if fault:
            self.faults.append(f"{entry.student}: {fault}")
        return time

    def _copy_time(self, entry: Entry, folder: Path) -> None:
        """nbgrader compares the times to see whether a submission is newer."""
        time, _ = self._course.timestamp(entry.student, entry.stage)
        path = folder / "timestamp.txt"
        if time is not None:
            write_whole(path, f"{time.isoformat(sep=' ')} UTC\n", mode=self._mode)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GradingError(
            f"{error.filename or path} cannot be written ({error.strerror}); mend that and grade "
            "again: what is in the journal is not lost."
        ) from error
