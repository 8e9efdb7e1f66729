"""Plain assignments by `autograder grade` and by `nbgrader autograde`: what nbgrader expects.

The notebooks are nbgrader's own test files; each is an assignment of one notebook in `source/`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.authoring.layout import CHECKOUT
from autograder.grading.batch.command import grade_command
from autograder.grading.batch.grade import grade
from autograder.grading.batch.pool import Pool
from autograder.grading.batch.settings import Request
from autograder.grading.record.assignment import quiet
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.source import WrongAssignment, is_stage
from autograder.stages import STAGES

FILES = Path(nbgrader.__file__).parent / "tests" / "apps" / "files"
# Assignment: the instructor's notebook, what each student hands in, and the points for it.
COURSE: dict[str, tuple[str, dict[str, str], dict[str, float]]] = {
    "answers": (
        "submitted-unchanged",
        {
            "ann": "submitted-unchanged",
            "bob": "submitted-changed",
            "cem": "submitted-cheat-attempt",
            "dan": "submitted-cheat-attempt-alternative",
            "eve": "submitted-grade-cell-changed",
            "fay": "submitted-locked-cell-changed",
        },
        {"ann": 1, "bob": 2, "cem": 1, "dan": 1, "eve": 1, "fay": 1},
    ),
    "automatic": (
        "autotest-hidden",
        {
            "ann": "autotest-hidden-unchanged",
            "bob": "autotest-hidden-changed-wrong",
            "cem": "autotest-hidden-changed-right",
        },
        {"ann": 0, "bob": 0, "cem": 1},
    ),
    "file": ("open_relative_file", {"ann": "open_relative_file"}, {"ann": 10}),
    "loop": ("loop", {"ann": "infinite-loop", "bob": "loop"}, {"ann": 2, "bob": 2}),
    "effects": ("effects", {"ann": "side-effects", "bob": "effects"}, {"ann": 1, "bob": 1}),
    "slow": ("timeout", {"ann": "timeout"}, {"ann": 0}),
}


def cell(name: str, source: str, **settings: object):
    """A cell with nbgrader's metadata."""
    mark = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    metadata = {"nbgrader": {**mark, "grade_id": name, **settings}}
    return new_code_cell(source, metadata=metadata, id=name)


def around(name: str, test: str, points: int):
    """nbgrader's notebook of that name, whose only cell is no answer, with an answer and a test."""
    shipped = nbformat.read(FILES / f"{name}.ipynb", as_version=4)
    answer = cell("answer", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", solution=True)
    end = cell("test", test, grade=True, locked=True, points=points)
    own = [new_code_cell(each.source, id=f"own-{n}") for n, each in enumerate(shipped.cells)]
    return new_notebook(cells=[answer, end]), new_notebook(cells=[*own, answer, end])


def environment() -> dict[str, str]:
    """The tests' own, with nbgrader's programs on PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path}


def make(root: Path) -> Path:
    """A course with these assignments that nbgrader has released, and their submissions."""
    settings = (CHECKOUT.root / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += (
        "\nc.CourseDirectory.source_directory = 'source'"
        "\nc.CourseDirectory.release_directory = 'release'"
        "\nc.ClearSolutions.code_stub = {'python': '# YOUR CODE HERE'}"
        "\nc.ClearSolutions.text_stub = 'YOUR ANSWER HERE'"
        "\nc.Execute.timeout = 2\n"
    )
    root.mkdir()
    (root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    shutil.copy(FILES / "autotests.yml", root)
    written = {
        "loop": around("infinite-loop", "assert x == 1", 2),
        "effects": around(
            "side-effects", "import pathlib\nassert not pathlib.Path('side-effect.txt').exists()", 1
        ),
    }
    for assignment, (source, students, _) in COURSE.items():
        folder = root / "source" / assignment
        folder.mkdir(parents=True)
        if assignment in written:
            nbformat.write(written[assignment][0], folder / f"{source}.ipynb")
        else:
            shutil.copy(FILES / f"{source}.ipynb", folder)
        for student, submitted in students.items():
            place = root / "submitted" / student / assignment
            place.mkdir(parents=True)
            file = place / f"{source}.ipynb"
            if assignment in written:
                clean, hostile = written[assignment]
                nbformat.write(clean if submitted == source else hostile, file)
            else:
                shutil.copy(FILES / f"{submitted}.ipynb", file)
    shutil.copy(FILES / "data.txt", root / "source" / "file")
    line = ["-m", "nbgrader", "generate_assignment", "automatic", "--source_with_tests"]
    done = subprocess.run(
        [sys.executable, *line], cwd=root, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    with quiet():
        api = NbGraderAPI(config=CourseFolder(root).config)
        for assignment in COURSE.keys() - {"automatic"}:
            told = api.generate_assignment(assignment)
            assert told["success"], told
    return root


class KeptPool(Pool):
    """Judging processes for one run of the grader after the other."""

    def wait(self, most: int | None = None, first: Mapping[str, Any] | None = None) -> None:
        """Only the first time there is something to wait for."""
        if not self._ready:
            super().wait()


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Judging processes for all of it."""
    with KeptPool("bubblewrap", 2) as opened:
        yield opened


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Mapping[str, Path]:
    """The same course, graded in the two ways."""
    start = make(tmp_path_factory.mktemp("plain") / "start")
    ways = {way: Path(shutil.copytree(start, start.parent / way)) for way in ("grade", "autograde")}
    for assignment in COURSE:
        summary = grade(Request(ways["grade"], assignment, jobs=2, quiet=True), pool)
        assert (summary.notes, summary.lacking) == ([], [])
    course = CourseFolder(ways["autograde"])
    with quiet():
        api = NbGraderAPI(config=course.config)
        for assignment, (_, students, _) in COURSE.items():
            for student in students:
                told = api.autograde(assignment, student)
                assert told["success"], told
    return ways


def scores(course: Path) -> dict[str, dict[str, float]]:
    """The score of each submission as the gradebook has it."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            assignment: {
                submission.student.id: submission.score
                for submission in gradebook.assignment_submissions(assignment)
            }
            for assignment in COURSE
        }


def cells(course: Path) -> list[tuple[object, ...]]:
    """Every score, what waits for an instructor, and every comment."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found: list[tuple[object, ...]] = []
        for assignment in COURSE:
            for submission in gradebook.assignment_submissions(assignment):
                who = (assignment, submission.student.id)
                (notebook,) = submission.notebooks
                for mark in notebook.grades:
                    found.append((*who, mark.name, mark.auto_score, mark.needs_manual_grade))
                for comment in notebook.comments:
                    found.append((*who, comment.name, comment.auto_comment))
        return sorted(found, key=str)


def test_the_scores_that_nbgrader_expects(graded: Mapping[str, Path]):
    """Unchanged, changed, cheated, tests edited, hidden tests, files, loops: both ways agree."""
    expected = {assignment: points for assignment, (_, _, points) in COURSE.items()}
    assert scores(graded["grade"]) == expected
    assert scores(graded["autograde"]) == expected
    assert cells(graded["grade"]) == cells(graded["autograde"])


def test_what_nobody_has_answered_waits_for_nobody(graded: Mapping[str, Path]):
    """An instructor looks at answers in prose and by hand, where there are some."""
    open_ = {row[:3] for row in cells(graded["grade"]) if len(row) == 5 and row[4]}
    assert ("answers", "bob", "baz") in open_
    assert not {row for row in open_ if row[1] == "ann"}


def test_journals_and_graded_notebooks_are_the_same(graded: Mapping[str, Path]):
    """Each verdict once; a notebook that is not called like its assignment keeps its name."""
    for assignment, (source, students, _) in COURSE.items():
        lines = [
            sorted(
                (course / ".autograder" / "journal" / f"{assignment}.jsonl").read_text().split("\n")
            )
            for course in graded.values()
        ]
        assert lines[0] == lines[1]
        assert len(list(filter(None, lines[0]))) == len(students)
        for student in students:
            place = Path("autograded", student, assignment, f"{source}.ipynb")
            notebooks = [nbformat.read(course / place, as_version=4) for course in graded.values()]
            assert notebooks[0] == notebooks[1]
            assert (
                graded["grade"] / "feedback" / student / assignment / f"{source}.html"
            ).is_file()


def test_a_cell_writes_nothing_outside(graded: Mapping[str, Path]):
    """The file of nbgrader's side effect stayed in the sandbox."""
    assert list(graded["grade"].rglob("side-effect.txt")) == []


def run(course: Path, *line: str) -> subprocess.CompletedProcess[str]:
    """A program in the course's folder."""
    return subprocess.run(
        [sys.executable, "-c", *line],
        cwd=course,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )


GRADE = "import sys; from autograder.cli import main; sys.exit(main())"
NBGRADER = "from nbgrader.apps import NbGraderApp; NbGraderApp.launch_instance()"


def test_the_commands_go_on_where_the_other_has_begun(graded: Mapping[str, Path], tmp_path: Path):
    """`autograder grade` after `nbgrader autograde` judges nobody; a new file is graded anew."""
    course = Path(shutil.copytree(graded["autograde"], tmp_path / "course"))
    place = course / "submitted" / "ann" / "answers" / "submitted-unchanged.ipynb"
    place.write_bytes((FILES / "submitted-changed.ipynb").read_bytes())
    broken = course / "submitted" / "bob" / "answers" / "submitted-unchanged.ipynb"
    broken.write_bytes(broken.read_bytes()[:500])
    done = run(course, GRADE, "grade", "answers", "--json", "all.json")
    assert done.returncode == 1, done.stderr
    told = {
        each["student"]: each
        for each in json.loads((course / "all.json").read_text())["submissions"]
    }
    assert {student for student, each in told.items() if each["judged"]} == {"ann", "bob"}
    assert told["bob"]["verdict"] is None
    assert scores(course)["answers"] == {"ann": 2, "bob": 0, "cem": 1, "dan": 1, "eve": 1, "fay": 1}
    page = (course / "feedback" / "bob" / "answers" / "submitted-unchanged.html").read_text()
    assert "could not be graded" in page
    done = run(course, NBGRADER, "autograde", "answers", "--force")
    assert done.returncode == 0, done.stderr
    assert scores(course)["answers"]["ann"] == 2


def test_several_notebooks_are_refused_in_a_sentence(
    graded: Mapping[str, Path], tmp_path: Path, capsys
):
    """By both programs, and nothing is written."""
    course = Path(shutil.copytree(graded["autograde"], tmp_path / "course"))
    shutil.copy(FILES / "test.ipynb", course / "source" / "answers")
    assert grade_command(Request(course, "answers"), None) == 2
    told = "the assignment answers has 2 notebooks (submitted-unchanged.ipynb, test.ipynb), and"
    assert told in capsys.readouterr().err
    done = run(course, NBGRADER, "autograde", "answers", "--force", "--student", "ann")
    assert done.returncode != 0
    assert told in done.stderr


def test_automatic_tests_have_to_be_written_out(graded: Mapping[str, Path], tmp_path: Path, capsys):
    """The sentence names the command; an older copy does not count."""
    course = Path(shutil.copytree(graded["grade"], tmp_path / "course"))
    os.utime(course / "source" / "automatic" / "autotest-hidden.ipynb")
    assert grade_command(Request(course, "automatic"), None) == 2
    assert "nbgrader generate_assignment automatic --source_with_tests" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nothing", "../source/answers", "", "."])
def test_an_assignment_that_there_is_not(graded: Mapping[str, Path], name: str):
    """It is told, with the stages that there are."""
    with pytest.raises(
        WrongAssignment, match=r"there is no stage '.*the stages are 00_warmup, 01_"
    ):
        CourseFolder(graded["grade"]).source(name)


def test_stages_are_told_from_other_assignments():
    """Without importing them."""
    assert all(is_stage(name) for name in STAGES)
    assert not is_stage("answers")
