"""Courses to grade: a folder with submissions, and judging processes that answer from memory."""

from __future__ import annotations

import copy
import json
import queue
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.authoring.layout import CHECKOUT
from autograder.demo.submissions import Work
from autograder.grading.batch import grade as grade_module
from autograder.grading.batch import preview as preview_module
from autograder.grading.batch.grade import grade
from autograder.grading.batch.pool import Answer, Pool
from autograder.grading.batch.settings import Request, Summary
from autograder.grading.record.assignment import ensure_assignment
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.files import write_whole
from autograder.stages import stage as find_stage
from tests.grade.table import STAGE

_WRONG = "dlogits = torch.zeros_like(logits)"


def _work() -> Work:
    release = nbformat.read(CHECKOUT.release(STAGE), as_version=4)
    solution = nbformat.read(CHECKOUT.solution(STAGE), as_version=4)
    return Work.of(release, solution, [step.name for step in find_stage(STAGE).checked])


def _twice(work: Work) -> NotebookNode:
    """A solution cell copied and pasted with its metadata: nbgrader's own engine gives up."""
    notebook = work.notebook(work.answers)
    place = work.index(notebook, "dlogits")
    twin = copy.deepcopy(notebook.cells[place])
    twin.id = "pasted"
    notebook.cells.insert(place + 1, twin)
    return notebook


def _texts() -> dict[str, str]:
    """The file of each student."""
    work = _work()
    right = nbformat.writes(work.notebook(work.answers))
    return {
        "anna": right,
        "ben": nbformat.writes(work.notebook({})),
        "carla": nbformat.writes(work.notebook(work.answers | {"dlogits": _WRONG})),
        "dora": nbformat.writes(_twice(work)),
        "emil": right[: len(right) // 2],  # half a file
    }


@pytest.fixture(scope="session")
def submissions() -> dict[str, str]:
    """The text of each student's notebook: right, untouched, one mistake, a cell twice, half."""
    return _texts()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, submissions: dict[str, str]) -> Path:
    """A course's folder as ``course`` has it: to be copied."""
    root = make_course(tmp_path_factory.mktemp("model") / "course", submissions)
    source = root / "solutions" / STAGE / f"{STAGE}.ipynb"
    ensure_assignment(CourseFolder(root), STAGE, source)  # once: it takes seconds
    return root


@pytest.fixture
def course(tmp_path: Path, model: Path) -> Path:
    """A course's folder with five submissions, and a gradebook that knows the stage."""
    return Path(shutil.copytree(model, tmp_path / "course"))


def make_course(root: Path, submissions: dict[str, str]) -> Path:
    """Put submissions where nbgrader has them."""
    (root / "solutions" / STAGE).mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(STAGE), root / "solutions" / STAGE)
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", root)
    for student, text in submissions.items():
        hand_in(root, student, text)
    return root


def hand_in(root: Path, student: str, text: str, name: str = f"{STAGE}.ipynb") -> None:
    """Put a student's file where it belongs, whatever was there."""
    folder = root / "submitted" / student / STAGE
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ipynb"):
        old.unlink()
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``command(course, *arguments)``: run `autograder grade` as a person does."""

    def command(root: Path, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        line = [*GRADE, STAGE, "--course", str(root), "--quiet", *arguments]
        return subprocess.run(line, capture_output=True, text=True, timeout=600, **more)

    return command


GRADE = [
    sys.executable,
    "-c",
    "import sys; from autograder.cli import main; sys.exit(main())",
    "grade",
]


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory, submissions: dict[str, str]) -> dict[str, str]:
    """What judging processes really answer for each submission, as JSON texts."""
    root = make_course(tmp_path_factory.mktemp("judged") / "course", submissions)
    answers = {}
    with Pool("bubblewrap", 2) as pool:
        pool.wait()
        for student in submissions:
            folder = root / "submitted" / student / STAGE
            common = {"stage": STAGE, "course": str(root), "seed": 5}
            pool.give({"do": "judge", "student": student, "folder": str(folder), **common})
        for _ in submissions:
            answer = pool.answers.get(timeout=300)
            assert "receipt" in answer.result, answer.result
            answers[answer.job["student"]] = json.dumps(answer.result)
    return answers


class Remembered:
    """In place of a Pool: answers at once with what was judged before."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.given: list[str] = []
        self._known = answers

    def wait(self, most: int, first: Mapping[str, Any] | None = None) -> None:
        """There is nothing to wait for."""

    def cpu_seconds(self) -> float:
        """Nothing to speak of."""
        return 0.0

    def give(self, job: dict[str, Any]) -> None:
        """Answer a job: a verdict of before, or a page that says nothing."""
        if job["do"] == "feedback":
            write_whole(Path(job["page"]), json.dumps(job["grades"], sort_keys=True))
            self.answers.put(Answer(job, {}))
            return
        self.given.append(job["student"])
        self.answers.put(Answer(job, json.loads(self._known[job["student"]])))

    def __enter__(self) -> Remembered:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing runs."""


@pytest.fixture
def quick(
    judged: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Summary, list[str]]]:
    """``quick(course, **request)``: grade with remembered verdicts.

    Returns the summary, and who was judged.
    """

    def quick(root: Path, **request: Any) -> tuple[Summary, list[str]]:
        pool = Remembered(judged | request.pop("answers", {}))
        for module in (grade_module, preview_module):
            monkeypatch.setattr(module, "Pool", lambda sandbox, jobs: pool)
        return grade(Request(root, STAGE, quiet=True, seed=5, **request)), pool.given

    return quick
