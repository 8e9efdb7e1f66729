"""`autograder grade`, `nbgrader autograde` and formgrader's button give the same scores."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps.api import NbGraderAPI

from autograder.grading.record.assignment import quiet
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Journal, journal_path
from tests.grade.conftest import hand_in
from tests.grade.table import STAGE, rows


@pytest.fixture(scope="module")
def graded(model, submissions, tmp_path_factory) -> dict[str, Path]:
    """The same course, graded in the three ways; one more file has another name."""
    start = tmp_path_factory.mktemp("ways") / "start"
    shutil.copytree(model, start)
    hand_in(start, "fritz", submissions["anna"], name="solution.ipynb")
    # nbgrader copies what lies beside a notebook, also through links.
    secret = start.parent / "secret"
    secret.write_text("not for students")
    (start / "submitted" / "anna" / STAGE / "notes.txt").symlink_to(secret)
    (start / "submitted" / "ben" / STAGE / "data.csv").write_text("1,2\n")
    # One secret for the three: the same draws.
    (start / ".autograder").mkdir(exist_ok=True)
    (start / ".autograder" / "secret").write_text("5" * 64)
    ways = {
        name: Path(shutil.copytree(start, start.parent / name, symlinks=True))
        for name in ("grade", "autograde", "formgrader")
    }
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    grade = "import sys; from autograder.cli import main; sys.exit(main())"
    autograde = "from nbgrader.apps import NbGraderApp; NbGraderApp.launch_instance()"
    for name, code, arguments in (
        ("grade", grade, ["grade", STAGE]),
        ("autograde", autograde, ["autograde", STAGE]),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=ways[name],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == (1 if name == "grade" else 0), done.stderr
    course = CourseFolder(ways["formgrader"])
    with quiet():
        api = NbGraderAPI(config=course.config)
        for student in course.students(STAGE):
            told = api.autograde(STAGE, student)
            assert told["success"], told
    return ways


def test_the_gradebooks_are_the_same(graded):
    """Scores, what waits for an instructor, and comments; also of a file cut in half."""
    expected = rows(graded["grade"])
    points = {row[:2]: row[2] for row in expected["grades"]}
    assert points["anna", "check-dlogits"] == points["fritz", "check-dlogits"] == 1
    assert points["carla", "check-dlogits"] == 0
    assert points["emil", "check-dlogits"] is None
    assert rows(graded["autograde"]) == expected
    assert rows(graded["formgrader"]) == expected


def test_the_journals_are_the_same(graded):
    """Each verdict once, whichever program asked for it."""

    def lines(course: Path) -> list[str]:
        return sorted(journal_path(course, STAGE).read_text().splitlines())

    assert len(lines(graded["grade"])) == 6
    assert lines(graded["autograde"]) == lines(graded["grade"])
    assert lines(graded["formgrader"]) == lines(graded["grade"])


def test_the_graded_notebooks_are_the_same(graded):
    """Cell by cell; and nothing is left aside."""

    def notebooks(course: Path) -> dict[str, object]:
        return {
            student: nbformat.read(
                course / "autograded" / student / STAGE / f"{STAGE}.ipynb", as_version=4
            )
            for student in ("anna", "ben", "carla", "dora", "emil", "fritz")
        }

    expected = notebooks(graded["grade"])
    assert notebooks(graded["autograde"]) == expected
    assert notebooks(graded["formgrader"]) == expected
    for course in graded.values():
        assert list((course / ".autograder" / "graded").rglob("*.ipynb")) == []


def test_a_link_of_a_student_brings_nothing_along(graded):
    """What nbgrader copies through it is gone again; ordinary files stay."""
    for course in graded.values():
        assert not (course / "autograded" / "anna" / STAGE / "notes.txt").exists()
    assert (graded["autograde"] / "autograded" / "ben" / STAGE / "data.csv").exists()


def test_grading_goes_on_where_another_way_has_begun(graded, command, tmp_path):
    """After nbgrader there is nothing left to grade but the feedback."""
    course = Path(shutil.copytree(graded["autograde"], tmp_path / "course", symlinks=True))
    before = rows(course)
    assert command(course, "--json", str(tmp_path / "told.json")).returncode == 1
    told = json.loads((tmp_path / "told.json").read_text())
    assert [each["student"] for each in told["submissions"] if each["judged"]] == []
    assert rows(course) == before
    with Journal(journal_path(course, STAGE)) as journal:
        assert len(journal.latest) == 6
    assert len(list((course / "feedback").rglob("*.html"))) == 6


def test_feedback_of_nbgrader_and_ours_is_the_same(graded, command, tmp_path):
    """`nbgrader generate_feedback` makes the very pages of `autograder grade`."""
    course = CourseFolder(graded["formgrader"])
    with quiet():
        told = NbGraderAPI(config=course.config).generate_feedback(STAGE, "carla")
    assert told["success"], told
    page = Path("feedback", "carla", STAGE, f"{STAGE}.html")
    theirs = (graded["formgrader"] / page).read_text()
    assert theirs == (graded["grade"] / page).read_text()
