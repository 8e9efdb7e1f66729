"""What is written into the gradebook, and what an instructor wrote there and keeps."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

from autograder.grading.errors import GradingError
from autograder.grading.record.assignment import ensure_assignment, open_gradebook, quiet
from autograder.grading.record.course import CourseFolder
from tests.grade.conftest import hand_in
from tests.grade.table import STAGE, change, rows, scores

_OF = """
    WHERE notebook_id = (
        SELECT sn.id FROM submitted_notebook sn
        JOIN submitted_assignment sa ON sa.id = sn.assignment_id WHERE sa.student_id = ?)
    AND cell_id IN (SELECT id FROM base_cell WHERE name = ?)
"""


def grade_by_hand(course: Path, student: str, cell: str, column: str, value: object) -> None:
    """What formgrader does when an instructor gives points or writes a comment."""
    table = "comment" if column == "manual_comment" else "grade"
    change(course, f"UPDATE {table} SET {column} = ? {_OF}", value, student, cell)
    if column == "manual_score":
        change(course, f"UPDATE grade SET needs_manual_grade = 0 {_OF}", student, cell)


def entry(course: Path, student: str, cell: str) -> dict[str, object]:
    """A student's grade on a cell."""
    names = ("auto", "manual", "extra", "waits", "penalty", "timestamp")
    (found,) = (row for row in rows(course)["grades"] if row[:2] == (student, cell))
    return dict(zip(names, found[2:], strict=True))


def test_every_student_has_the_points_of_the_verdict(quick, course):
    """All, none, one step wrong, a cell twice; and no score at all for half a file."""
    quick(course)
    assert scores(course) == {"anna": 6, "ben": 0, "carla": 5, "dora": 6, "emil": None}


def test_the_rows_are_those_that_nbgrader_itself_would_write(quick, course, tmp_path):
    """nbgrader's own preprocessors, given the graded notebooks, fill another gradebook alike."""
    quick(course)
    other = tmp_path / "other"
    other.mkdir()
    folder = CourseFolder(other, CourseFolder(course).config)
    ensure_assignment(folder, STAGE, course / "solutions" / STAGE / f"{STAGE}.ipynb")
    resources = {"nbgrader": {"notebook": STAGE, "assignment": STAGE, "db_url": folder.db_url}}
    for student in ("anna", "ben", "carla", "dora"):
        with quiet(), Gradebook(folder.db_url) as gradebook:
            gradebook.add_student(student)
            gradebook.add_submission(STAGE, student)
        graded = course / "autograded" / student / STAGE / f"{STAGE}.ipynb"
        notebook = nbformat.read(graded, as_version=4)
        resources["nbgrader"]["student"] = student
        for preprocessor in (SaveAutoGrades(), AssignLatePenalties()):
            preprocessor.preprocess(notebook, resources)
    theirs = rows(other)
    ours = rows(course)
    for table in ("grades", "comments"):
        assert theirs[table] == [row for row in ours[table] if row[0] != "emil"]


def test_an_instructors_points_comments_and_extra_credit_stay(quick, course, submissions, judged):
    """Through a regrade with another verdict; the instructor is asked to look again."""
    quick(course)
    grade_by_hand(course, "anna", "derivation", "manual_score", 1.5)
    grade_by_hand(course, "anna", "check-dlogits", "manual_score", 0.25)
    grade_by_hand(course, "anna", "check-dlogits", "extra_credit", 2.0)
    grade_by_hand(course, "anna", "dlogits", "manual_comment", "Nicely done.")
    hand_in(course, "anna", submissions["carla"])
    quick(course, answers={"anna": judged["carla"]})
    changed = entry(course, "anna", "check-dlogits")
    assert (changed["auto"], changed["manual"], changed["extra"]) == (0.0, 0.25, 2.0)
    assert changed["waits"] == 1
    written = entry(course, "anna", "derivation")
    assert (written["auto"], written["manual"], written["waits"]) == (None, 1.5, 1)
    comments = {row[:2]: row[2:] for row in rows(course)["comments"]}
    assert comments["anna", "dlogits"] == (None, "Nicely done.")


def test_running_again_changes_nothing(quick, course):
    """No row, also where an instructor has graded since; nobody is judged again."""
    quick(course)
    grade_by_hand(course, "ben", "derivation", "manual_score", 0.0)
    grade_by_hand(course, "carla", "check-dlogits", "manual_score", 1.0)
    before = rows(course)
    _, again = quick(course)
    assert again == []
    assert rows(course) == before


def test_late_submissions_are_charged_by_the_courses_plugin(quick, course):
    """From the file with the time; and a time that is no time is told and costs nothing."""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    for student, text in {
        "anna": "2030-01-02 00:00:00 UTC",
        "carla": "2029-12-31 23:59:59 UTC",
        "dora": "tomorrow",
    }.items():
        (course / "submitted" / student / STAGE / "timestamp.txt").write_text(text)
    folder = CourseFolder(course)
    ensure_assignment(folder, STAGE, course / "solutions" / STAGE / f"{STAGE}.ipynb")
    with open_gradebook(folder) as gradebook:
        gradebook.update_or_create_assignment(STAGE, duedate="2030-01-01 00:00:00 UTC")
    summary, _ = quick(course)
    penalties = {row[0]: row[6] for row in rows(course)["grades"]}
    assert penalties == {"anna": 6.0, "ben": None, "carla": None, "dora": None, "emil": None}
    assert summary.notes == ["dora: its timestamp.txt holds no time; no time was recorded."]
    quick(course, again=True)
    assert {row[0]: row[6] for row in rows(course)["grades"]} == penalties


def test_a_link_in_place_of_the_time_is_not_followed(quick, course, tmp_path):
    """It may lead to a file that is not the student's."""
    elsewhere = tmp_path / "secret"
    elsewhere.write_text("2030-01-01 00:00:00 UTC")
    (course / "submitted" / "anna" / STAGE / "timestamp.txt").symlink_to(elsewhere)
    summary, _ = quick(course)
    assert summary.notes == ["anna: its timestamp.txt cannot be read; no time was recorded."]
    assert not (course / "autograded" / "anna" / STAGE / "timestamp.txt").exists()


def test_a_score_that_cannot_be_told_is_cleared(quick, course, submissions, judged):
    """A file that got worse loses its old score and waits for an instructor."""
    quick(course)
    hand_in(course, "anna", submissions["emil"])
    quick(course, answers={"anna": judged["emil"]})
    graded = [row for row in rows(course)["grades"] if row[0] == "anna"]
    assert {row[2] for row in graded} == {None}
    assert {row[5] for row in graded} == {1}


def test_what_the_judge_fails_on_is_cleared_and_tried_again(quick, course, submissions, judged):
    """Its old score does not survive; it is not in the journal, so the next run tries again."""
    quick(course)
    hand_in(course, "anna", submissions["anna"] + "\n")
    failed = json.dumps({"failed": "it died.", "refused": None})
    summary, _ = quick(course, answers={"anna": failed})
    assert "it died." in summary.outcomes["anna"].fault
    assert scores(course)["anna"] is None
    assert scores(course)["carla"] == 5
    _, again = quick(course)
    assert again == ["anna"]
    assert scores(course)["anna"] == 6


def test_the_columns_that_are_searched_have_indices(quick, course):
    """Also in a gradebook that nbgrader has made before."""
    folder = CourseFolder(course)
    with Gradebook(folder.db_url):
        pass
    quick(course)
    database = sqlite3.connect(course / "gradebook.db")
    found = {
        (table, database.execute(f"PRAGMA index_info({name})").fetchone()[2])
        for name, table in database.execute("SELECT name, tbl_name FROM sqlite_master")
        if name.startswith("autograder_") and table != name
    }
    database.close()
    assert found == {
        ("grade", "notebook_id"),
        ("comment", "notebook_id"),
        ("base_cell", "notebook_id"),
        ("submitted_notebook", "assignment_id"),
        ("submitted_assignment", "student_id"),
    }


def test_nbgrader_can_still_remove_a_student(quick, course):
    """Our table holds nothing fast; graded again, the student is there again."""
    quick(course)
    before = rows(course, recorded=False)
    with Gradebook(CourseFolder(course).db_url) as gradebook:
        gradebook.remove_student("anna")
    _, again = quick(course)
    assert again == []  # the verdict is in the journal
    assert rows(course, recorded=False) == before


def test_a_changed_assignment_with_submissions_is_told(quick, course):
    """nbgrader cannot add cells then; the sentence names what tells more."""
    quick(course)
    change(course, "UPDATE base_cell SET name = 'old' WHERE name = 'check-dlogits'")
    with pytest.raises(GradingError, match="cannot be entered into the gradebook"):
        quick(course)
