"""Course folders to grade in, and the commands that grade them, with the clock running."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.layout import CHECKOUT
from autograder.bench.submissions import STAGE, Made

__all__ = ["BenchError", "Course", "Timed", "our_course", "stock_course"]

_SECONDS = 7200
_STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"


class BenchError(Exception):
    """Something other than speed is not as it should be: the numbers would mean nothing."""


@dataclass(frozen=True)
class Timed:
    """What a command took: seconds by the clock, and of the processors where that is known."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Course:
    """A course's folder."""

    root: Path

    def hand_in(self, made: Iterable[Made]) -> None:
        """Put submissions where nbgrader has them."""
        for submission in made:
            folder = self.root / "submitted" / submission.student / STAGE
            folder.mkdir(parents=True)
            nbformat.write(submission.notebook, folder / f"{STAGE}.ipynb")

    def nbgrader(self, command: str, *options: str) -> Timed:
        """`nbgrader COMMAND 01_unrolled`. Raises BenchError when it fails."""
        line = [sys.executable, "-m", "nbgrader", command, STAGE, *options]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = self._run(line)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Timed(wall, cpu)

    def grade(self, jobs: int, *options: str) -> Timed:
        """`autograder grade 01_unrolled --jobs JOBS`. Raises BenchError when it fails."""
        start = "import sys; from autograder.cli import main; sys.exit(main())"
        told = self.root / "told.json"
        line = [sys.executable, "-c", start, "grade", STAGE, "--quiet", "--course", str(self.root)]
        wall = self._run([*line, "--jobs", str(jobs), "--json", str(told), *options])
        return Timed(wall, float(json.loads(told.read_text("utf-8"))["cpu_seconds"]))

    def scores(self) -> Mapping[str, float]:
        """What the gradebook has for each student."""
        from nbgrader.api import Gradebook, MissingEntry

        found: dict[str, float] = {}
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "bench") as gradebook:
            for student in gradebook.students:
                try:
                    book: Any = gradebook.find_submission_notebook(STAGE, STAGE, student.id)
                except MissingEntry:
                    continue
                found[student.id] = sum(grade.auto_score or 0.0 for grade in book.grades)
        return found

    def _run(self, line: list[str]) -> float:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        start = time.perf_counter()
        ended = subprocess.run(
            line,
            cwd=self.root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        seconds = time.perf_counter() - start
        if ended.returncode:
            told = (ended.stderr or ended.stdout).strip()[-2000:]
            raise BenchError(f"{' '.join(line[2:5])} ended with code {ended.returncode}: {told}")
        return seconds


def stock_course(root: Path) -> Course:
    """A course with nothing of ours: nbgrader's own settings, and the stage released."""
    source = root / "source" / STAGE
    source.mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(STAGE), source)
    (root / "nbgrader_config.py").write_text(_STOCK, encoding="utf-8")
    course = Course(root)
    course.nbgrader("generate_assignment")
    return course


def our_course(root: Path) -> Course:
    """A course as `autograder grade` finds it; the gradebook has the stage already."""
    from autograder.grading.record.assignment import ensure_assignment
    from autograder.grading.record.course import CourseFolder

    folder = root / "solutions" / STAGE
    folder.mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(STAGE), folder)
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", root)
    ensure_assignment(CourseFolder(root), STAGE, folder / f"{STAGE}.ipynb")
    return Course(root)
