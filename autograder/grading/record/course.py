"""A course's folder as nbgrader sees it: its settings, and where everything lies."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.course_files import checkout_directory
from autograder.grading.errors import GradingError
from autograder.grading.record.handed_in import HandedIn, sort_out
from autograder.grading.record.source import find_source

__all__ = ["CourseFolder", "find_programs"]

_CONFIG = "nbgrader_config.py"
_LONGEST_TIME = 200


class CourseFolder:
    """The folder with submissions and gradebook. ``config`` are nbgrader's settings for it."""

    def __init__(self, root: Path, config: Config | None = None) -> None:
        """Reads the folder's nbgrader_config.py, or the checkout's if there is none.

        Raises GradingError when the settings cannot be read.
        """
        self.root = root.resolve()
        self.config = _load(self.root) if config is None else config
        self.config.CourseDirectory.root = str(self.root)
        self.directory = CourseDirectory(config=self.config)
        self._sources: dict[str, Path] = {}

    @property
    def db_url(self) -> str:
        """The gradebook, as SQLAlchemy names it."""
        return str(self.directory.db_url)

    @property
    def course_id(self) -> str:
        """The course's name in the gradebook."""
        return str(self.directory.course_id)

    def source(self, assignment: str) -> Path:
        """The instructor's notebook of an assignment, see ``find_source``."""
        if assignment not in self._sources:
            self._sources[assignment] = find_source(self, assignment)
        return self._sources[assignment]

    def notebook(self, assignment: str) -> str:
        """The name of an assignment's notebook, mostly that of the assignment; raises likewise."""
        return self.source(assignment).stem

    def submitted(self, student: str, stage: str) -> Path:
        """The folder that a student has handed in."""
        return self._at(self.directory.submitted_directory, student, stage)

    def autograded(self, student: str, stage: str) -> Path:
        """The folder of the graded notebook."""
        return self._at(self.directory.autograded_directory, student, stage)

    def feedback(self, student: str, stage: str) -> Path:
        """The folder of what the student gets back."""
        return self._at(self.directory.feedback_directory, student, stage)

    def students(self, stage: str) -> list[str]:
        """Who has handed in something for a stage, sorted; see ``handed_in``."""
        return list(self.handed_in(stage).students)

    def handed_in(self, stage: str) -> HandedIn:
        """All folders of a stage: who can be graded, and what cannot."""
        directory = self.directory
        pattern = directory.format_path(directory.submitted_directory, "*", stage)
        shape = directory.format_path(
            directory.submitted_directory, "(?P<student>[^/]*)", re.escape(stage), escape=True
        )
        paths = glob.glob(pattern, include_hidden=True)  # noqa: PTH207  # an absolute pattern
        found = (re.fullmatch(shape, path) for path in paths)
        return sort_out(match["student"] for match in found if match)

    def timestamp(self, student: str, stage: str) -> tuple[datetime | None, str]:
        """When a student has handed in (UTC, without a zone), and a fault of that file, if any.

        The file may be anything: it lies in the student's folder.
        """
        path = self.submitted(student, stage) / "timestamp.txt"
        try:
            text = _short_text(path)
        except FileNotFoundError:
            return None, ""
        except OSError:
            return None, "its timestamp.txt cannot be read; no time was recorded."
        try:
            return (parse_utc(text) if text else None), ""
        except (ValueError, OverflowError, TypeError):
            return None, "its timestamp.txt holds no time; no time was recorded."

    def _at(self, step: str, student: str, stage: str) -> Path:
        return Path(self.directory.format_path(step, student, stage))


def _load(root: Path) -> Config:
    places = [root, *filter(None, [checkout_directory()])]
    folder = next((place for place in places if (place / _CONFIG).is_file()), None)
    if folder is None:
        return Config()
    try:
        config: Config = PyFileConfigLoader(_CONFIG, path=str(folder)).load_config()
    except Exception as error:  # the file is code and may raise anything
        raise GradingError(f"{folder / _CONFIG} cannot be read: {error}.") from error
    return config


def _short_text(path: Path) -> str:
    """The text of an ordinary small file, no link. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not an ordinary file")
        return file.read(_LONGEST_TIME).decode("utf-8", "replace").strip()


def find_programs() -> None:
    """Let nbgrader find ``alembic``: it makes a gradebook with it and calls it by name."""
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath)
    if programs not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, path])
