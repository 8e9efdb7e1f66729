"""The gradebook on a real PostgreSQL server, as on SQLite."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import psycopg
import pytest
from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url

from autograder.authoring.layout import CHECKOUT
from autograder.demo.submissions import Work
from autograder.stages import stage as find_stage

STAGE = "02_cross_entropy"
GRADE = "import sys; from autograder.cli import main; sys.exit(main())"


@pytest.fixture
def course(tmp_path: Path, db_url: str) -> Path:
    """A course with three submissions whose settings name the server."""
    root = tmp_path / "course"
    (root / "solutions" / STAGE).mkdir(parents=True)
    solution = CHECKOUT.solution(STAGE)
    (root / "solutions" / STAGE / solution.name).write_bytes(solution.read_bytes())
    settings = (CHECKOUT.root / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += f"\nc.CourseDirectory.db_url = {db_url!r}\n"
    (root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    release = nbformat.read(CHECKOUT.release(STAGE), as_version=4)
    names = [step.name for step in find_stage(STAGE).checked]
    work = Work.of(release, nbformat.read(solution, as_version=4), names)
    wrong = work.answers | {"dlogits": "dlogits = torch.zeros_like(logits)"}
    for student, answers in {"anna": work.answers, "ben": {}, "carla": wrong}.items():
        folder = root / "submitted" / student / STAGE
        folder.mkdir(parents=True)
        nbformat.write(work.notebook(answers), folder / f"{STAGE}.ipynb")
    return root


def run(course: Path, *line: str) -> subprocess.CompletedProcess[str]:
    """A command in the course's folder; it has to succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, *line],
        cwd=course,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def grade(course: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`autograder grade` of the stage."""
    return run(course, "-c", GRADE, "grade", STAGE, "--course", str(course), *options)


def scores(db_url: str) -> dict[str, float]:
    """The score of each student as the gradebook has it."""
    with Gradebook(db_url) as gradebook:
        submissions = gradebook.assignment_submissions(STAGE)
        return {submission.student.id: submission.score for submission in submissions}


def test_grading_into_postgresql(course: Path, db_url: str):
    """Scores, an instructor's points and comment through a regrade, export and feedback."""
    grade(course)
    first = scores(db_url)
    full = sum(step.points for step in find_stage(STAGE).checked)
    wrong = find_stage(STAGE).by_name["dlogits"].points
    assert first == {"anna": full, "ben": 0.0, "carla": full - wrong}
    assert not (course / "gradebook.db").exists()

    with Gradebook(db_url) as gradebook:
        mark = gradebook.find_grade("check-dlogits", STAGE, STAGE, "carla")
        mark.manual_score = 0.5
        comment = gradebook.find_comment("dlogits", STAGE, STAGE, "carla")
        comment.manual_comment = "Nearly, see $p - y$."
        gradebook.db.commit()
    grade(course, "--again")
    assert scores(db_url) == first | {"carla": full - wrong + 0.5}

    run(course, "-m", "nbgrader", "export")
    with (course / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["carla"]["raw_score"]) == full - wrong + 0.5

    run(course, "-m", "nbgrader", "generate_feedback", STAGE, "--force")
    page = course / "feedback" / "carla" / STAGE / f"{STAGE}.html"
    assert "Nearly, see" in page.read_text(encoding="utf-8")


def test_the_same_as_on_sqlite(course: Path, db_url: str):
    """Both databases hold the same grades and comments afterwards."""
    grade(course, "--seed", "5")
    on_server = _contents(db_url)
    config = course / "nbgrader_config.py"
    config.write_text("\n".join(config.read_text().splitlines()[:-1]) + "\n")
    sqlite = f"sqlite:///{course / 'gradebook.db'}"
    grade(course, "--seed", "5", "--again")
    assert on_server == _contents(sqlite)
    assert on_server


def _contents(url: str) -> set[tuple[object, ...]]:
    with Gradebook(url) as gradebook:
        found: set[tuple[object, ...]] = set()
        for submission in gradebook.assignment_submissions(STAGE):
            student = submission.student.id
            for notebook in submission.notebooks:
                for mark in notebook.grades:
                    told = (mark.auto_score, mark.manual_score, mark.needs_manual_grade)
                    found.add((student, "grade", mark.name, *told))
                for note in notebook.comments:
                    found.add((student, "comment", note.name, note.auto_comment))
        return found


def test_a_server_that_is_gone_is_told_in_a_sentence(course: Path, db_url: str):
    """Without a server, grading stops with one sentence and no password in it."""
    config = course / "nbgrader_config.py"
    nowhere = "postgresql+psycopg://grader:secret@/none?host=/tmp/there-is-no-server-here"
    config.write_text(config.read_text().replace(repr(db_url), repr(nowhere)))
    line = [sys.executable, "-c", GRADE, "grade", STAGE, "--course", str(course)]
    done = subprocess.run(line, cwd=course, capture_output=True, text=True, timeout=600)
    assert done.returncode == 3
    assert "cannot be used" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lost_connection_loses_nothing(course: Path, db_url: str):
    """After a run that the server cut short, the same command ends with the same scores."""
    grade(course, "--student", "anna")
    address = make_url(db_url)
    host = address.query["host"]
    with psycopg.connect(
        host=str(host), user="grader", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [address.database],
        )
    grade(course)
    assert sorted(scores(db_url)) == ["anna", "ben", "carla"]
