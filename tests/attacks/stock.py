"""``python -m tests.attacks.stock``: the same attacks on nbgrader as it comes.

Only those that do no harm where nothing holds them, and even those in a bubblewrap of their own
that can write to one throw-away folder and reach no network. Prints a table in Markdown.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import nbformat
from nbformat import NotebookNode

from autograder.authoring.layout import CHECKOUT
from tests.attacks.attack import Attack
from tests.attacks.bank import BANK
from tests.attacks.base import attacked, half_answered
from tests.attacks.scene import PLANTED

__all__ = ["main"]

_STAGE = "01_unrolled"
_SECONDS = 150
_JOBS = 2
_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'attacks'\n"
_PLACES = {"@PLANTED@": PLANTED, "@PORT@": "9", "@PID@": "1", "@HOME@": "/nowhere"}
_SCORE = """
import sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db", "attacks") as book:
    print(book.find_submission_notebook(sys.argv[1], sys.argv[1], sys.argv[2]).score)
"""


@dataclass(frozen=True)
class Result:
    """The points of a submission; None where nbgrader gave it none, with what happened."""

    points: float | None
    happened: str = ""


def _run(course: Path, *command: str) -> subprocess.CompletedProcess[str]:
    inside = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    inside += ["--tmpfs", "/tmp", "--bind", str(course), str(course), "--chdir", str(course)]
    inside += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"]
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(course),
        "PYTHONPATH": str(CHECKOUT.root),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run(
        [*inside, *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _template(folder: Path) -> Path:
    """A course with the stage released, as nbgrader's own commands make it."""
    course = folder / "template"
    source = course / "source" / _STAGE
    source.mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(_STAGE), source)
    (course / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
    made = _run(course, sys.executable, "-m", "nbgrader", "generate_assignment", _STAGE)
    assert made.returncode == 0, made.stderr
    return course


def _grade(course: Path, student: str, notebook: NotebookNode) -> Result:
    place = course / "submitted" / student / _STAGE
    place.mkdir(parents=True)
    nbformat.write(notebook, place / f"{_STAGE}.ipynb")
    options = ["--student", student, "--create"]
    try:
        ended = _run(course, sys.executable, "-m", "nbgrader", "autograde", _STAGE, *options)
    except subprocess.TimeoutExpired:
        return Result(None, f"did not end within {_SECONDS} seconds")
    told = _run(course, sys.executable, "-c", _SCORE, _STAGE, student)
    if ended.returncode:
        return Result(None, "nbgrader gave up")
    return Result(float(told.stdout)) if told.stdout.strip() else Result(None, "no score")


def _graded(attacks: list[Attack]) -> Iterator[tuple[str, str, Result]]:
    """Name, room and result, the base notebook first."""
    with tempfile.TemporaryDirectory(prefix="stock-", dir="/var/tmp") as folder:
        template = _template(Path(folder))
        courses: SimpleQueue[Path] = SimpleQueue()
        for number in range(_JOBS):
            courses.put(Path(shutil.copytree(template, Path(folder) / f"course-{number}")))

        def grade(number: int, attack: Attack | None) -> Result:
            notebook = attacked(attack, _PLACES) if attack else half_answered(_STAGE)
            course = courses.get()
            try:
                return _grade(course, f"student{number}", notebook)
            finally:
                courses.put(course)

        with ThreadPoolExecutor(_JOBS) as pool:
            base = pool.submit(grade, 0, None)
            others = [pool.submit(grade, n, a) for n, a in enumerate(attacks, start=1)]
            yield "without an attack", "", base.result()
            for attack, future in zip(attacks, others, strict=True):
                yield attack.name, attack.room, future.result()


def main() -> int:
    """Print the table; returns the exit code."""
    attacks = [a for a in BANK if a.stock and a.stage == _STAGE and not a.slow and not a.file]
    if os.environ.get("ONLY"):
        attacks = [attack for attack in attacks if os.environ["ONLY"] in attack.name]
    print("| room | attack | points | what happened |\n| --- | --- | ---: | --- |")
    before, gained = 0.0, 0
    for name, room, result in _graded(attacks):
        points = "–" if result.points is None else f"{result.points:g}"
        happened = result.happened
        if not room:
            before = result.points or 0.0
        elif result.points is not None:
            happened = "**scored**" if result.points > before else ""
            happened = "lost points" if result.points < before else happened
            gained += result.points > before
        print(f"| {room} | {name} | {points} | {happened} |", flush=True)
    print(f"\n{len(attacks)} attacks, {gained} gained points.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
