"""Folders among the submissions that are no student's, or not as they should be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.grading.batch import command as command_module
from autograder.grading.batch.command import grade_command
from autograder.grading.batch.settings import NoSuchStudent, Request
from autograder.grading.drawing_folder import drawing_folder
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.handed_in import spelled
from tests.grade.conftest import hand_in
from tests.grade.table import STAGE, scores

_NOT_TEXT = os.fsdecode(b"b\xfcrger")


@pytest.mark.parametrize("name", [_NOT_TEXT, "two\nlines", "red\x1b[31m"])
def test_a_name_that_no_gradebook_can_hold_is_one_fault(quick, course, submissions, name):
    """The others are graded, also in a dry run; the sentence can be printed and says what to do."""
    hand_in(course, name, submissions["anna"])
    for dry_run in (True, False):
        summary, judged = quick(course, dry_run=dry_run)
        assert judged == ["anna", "ben", "carla", "dora", "emil"]
        fault = summary.outcomes[spelled(name)].fault
        assert fault.isprintable() and "rename the folder" in fault
    assert len(scores(course)) == 5
    told = summary.to_json()["submissions"]
    assert {each["student"] for each in told if not each["verdict"]} == {"emil", spelled(name)}


def test_asked_for_by_the_name_as_printed_or_as_it_is(quick, course, submissions):
    """And by nobody else's name."""
    hand_in(course, _NOT_TEXT, submissions["anna"])
    for asked in (_NOT_TEXT, r"b\xfcrger"):
        summary, judged = quick(course, students=(asked,))
        assert list(summary.outcomes) == [r"b\xfcrger"] and judged == []
    with pytest.raises(NoSuchStudent, match=r"'c\\xfcrger' has handed in nothing"):
        quick(course, students=(os.fsdecode(b"c\xfcrger"),))


def test_ordinary_names_of_all_languages_are_students(course, submissions):
    """With blanks and signs, too."""
    names = ["Zoë Müller", "李雷", "o'neil+1@x", "a.b"]
    for name in names:
        hand_in(course, name, submissions["anna"])
    assert set(names) < set(CourseFolder(course).students(STAGE))
    assert CourseFolder(course).handed_in(STAGE).faults == {}


def test_a_folder_with_a_dot_is_told_of(quick, course, submissions):
    """Not one that a program has made."""
    for name in (".anna", ".ipynb_checkpoints"):
        hand_in(course, name, submissions["anna"])
    summary, judged = quick(course)
    assert len(judged) == len(summary.outcomes) == 5
    assert [note for note in summary.notes if "dot" in note] == [
        "the folder .anna was left out, because its name begins with a dot; "
        "if it is a student's, rename the folder."
    ]


def test_a_link_to_another_students_folder_is_refused(course, command):
    """As a linked assignment is; whoever handed in the folder has a score."""
    (course / "submitted" / "linked").symlink_to("anna")
    done = command(course, "--student", "anna", "linked", "--no-feedback")
    assert done.returncode == 1
    assert done.stderr == (
        "autograder grade: linked: The folder linked is a symbolic link; hand in a folder with "
        "the notebook.\n"
    )
    assert scores(course)["anna"] == 6
    assert not scores(course)["linked"]


def test_only_what_was_asked_for_is_wrong_usage(course, monkeypatch):
    """A fault of ours is not told as if somebody had typed something wrong."""

    def fail(_: Request) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(command_module, "run", fail)
    with pytest.raises(ValueError, match="a fault of ours"):
        grade_command(Request(course, STAGE), None)


def test_an_assignment_among_the_students_is_told(capsys):
    """With the line to type."""
    assert main(["grade", "--student", "anna", STAGE]) == 2
    told = capsys.readouterr().err
    assert told == (
        "autograder grade: name the ASSIGNMENT, and name it before the options, as in: "
        f"autograder grade {STAGE} --student anna\n"
    )
    assert main(["grade", "--again"]) == 2


def test_matplotlib_has_a_folder_where_there_is_no_home(tmp_path, monkeypatch):
    """One of its own, which is gone afterwards; the usual one where that can be used."""
    for variable in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "file").touch()
    for home in (None, str(tmp_path / "file")):
        if home:
            monkeypatch.setenv("HOME", home)
        with drawing_folder() as variables:
            folder = Path(variables["MPLCONFIGDIR"])
            assert folder.is_dir() and not any(folder.iterdir())
        assert not folder.exists()
    monkeypatch.setenv("HOME", str(tmp_path))
    with drawing_folder() as variables:
        assert variables == {}
