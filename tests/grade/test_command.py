"""`autograder grade` as a person meets it: words, exit codes, and what it refuses."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.grading.batch import command as command_module
from autograder.grading.batch.command import _change, grade_command
from autograder.grading.batch.settings import Outcome, Request, Summary
from autograder.grading.record import journal as journal_module
from autograder.grading.record.journal import Entry, Journal
from tests.grade.conftest import hand_in
from tests.grade.table import STAGE, change, rows, scores


@pytest.fixture
def say(quick, course, monkeypatch, capsys):
    """``say(**request)``: the exit code, what is printed, and what is complained of."""

    def say(json_to: str | None = None, answers=None, **request):
        def remembered(asked: Request):
            more = {"answers": answers or {}, "feedback": asked.feedback, "again": asked.again}
            return quick(course, students=asked.students, dry_run=asked.dry_run, **more)[0]

        monkeypatch.setattr(command_module, "run", remembered)
        code = grade_command(Request(course, STAGE, **request), json_to)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return say


def files(course: Path) -> dict[str, bytes]:
    """Everything in a course's folder."""
    return {str(path): path.read_bytes() for path in course.rglob("*") if path.is_file()}


def test_what_can_be_graded_is_graded_and_the_rest_is_named(say, course):
    """Exit code 1, and a sentence for half a file."""
    code, out, err = say()
    assert code == 1
    assert out.splitlines()[-1] == (
        f"{STAGE}: 5 submissions: 4 graded, 0 had a verdict, 1 cannot be graded"
    )
    assert err.startswith("autograder grade: emil: ")
    assert len(err.splitlines()) == 1
    assert say()[1].splitlines()[-1] == (
        f"{STAGE}: 5 submissions: 0 graded, 4 had a verdict, 1 cannot be graded"
    )


def test_all_graded_is_exit_code_0(say):
    """Whatever the scores."""
    code, out, err = say(students=("anna", "ben"))
    assert (code, err) == (0, "")
    assert out == f"{STAGE}: 2 submissions: 2 graded, 0 had a verdict\n"
    assert say(students=("anna", "ben"))[1] == (
        f"{STAGE}: 2 submissions: 0 graded, 2 had a verdict\n"
    )


def test_quiet_tells_only_what_is_wrong(say):
    """Nothing on the standard output."""
    code, out, err = say(quiet=True)
    assert (code, out) == (1, "")
    assert "emil" in err


def test_verdicts_as_json(say, tmp_path):
    """Each student's verdict with the keys of the interface; null where there is none."""
    say(json_to=str(tmp_path / "all.json"))
    told = json.loads((tmp_path / "all.json").read_text())
    assert told["stage"] == STAGE
    found = {each["student"]: each for each in told["submissions"]}
    assert list(found) == ["anna", "ben", "carla", "dora", "emil"]
    keys = {"stage", "score", "max_score", "steps", "repairs", "flags", "receipt"}
    assert keys <= found["anna"]["verdict"].keys()
    assert found["anna"]["verdict"]["score"] == 6
    assert found["dora"]["verdict"]["repairs"]
    assert found["emil"]["verdict"] is None
    assert "emil" in found["emil"]["fault"]
    code, out, _ = say(json_to="-")
    assert {each["student"] for each in json.loads(out)["submissions"]} == set(found)
    assert code == 1


def test_a_dry_run_tells_whose_score_would_change_and_writes_nothing(
    say, course, submissions, judged
):
    """Also before anything was ever graded; afterwards it is as told."""
    before = files(course)
    code, out, _ = say(dry_run=True)
    assert code == 1
    assert (
        out == f"{STAGE}: 5 submissions: 4 would be graded, 0 had a verdict, 1 cannot be graded\n"
    )
    assert files(course) == before
    say()
    hand_in(course, "anna", submissions["carla"])
    before = files(course)
    changed = {"anna": judged["carla"]}
    _, out, _ = say(dry_run=True, answers=changed)
    assert out.splitlines()[0] == "anna: 6 -> 5 (dlogits 1 -> 0)"
    assert files(course) == before
    assert scores(course)["anna"] == 6
    _, out, _ = say(answers=changed)
    assert out.splitlines()[0] == "anna: 6 -> 5 (dlogits 1 -> 0)"
    assert scores(course)["anna"] == 5


def test_a_dry_run_tells_that_nothing_would_change(say):
    """In a line of its own; where there was no score before, nothing is said of changes."""
    assert "no score would change" not in say(dry_run=True)[1]
    say()
    assert say(dry_run=True, again=True)[1].splitlines()[0] == "no score would change"


def test_a_score_that_goes_and_many_changes_are_told_in_short(say, course, judged, submissions):
    """No score is not zero points; of many steps a few are named."""
    say()
    hand_in(course, "anna", submissions["emil"])
    _, out, _ = say(dry_run=True, answers={"anna": judged["emil"]})
    assert out.splitlines()[0].startswith("anna: 6 -> no score (")
    names = [f"check-step{number}" for number in range(30)]
    before, after = dict.fromkeys(names, 1.0), dict.fromkeys(names, 0.0)
    entry = Entry("zoe", STAGE, {"submission": ""}, None, None, after)
    told = _change(Outcome("zoe", entry, before=before, judged=True))
    assert told.startswith("zoe: 30 -> 0 (step0 1 -> 0, ")
    assert told.endswith("step7 1 -> 0, and 22 more)")


def test_what_an_instructor_has_to_look_at_is_told(course, capsys):
    """A plain test that tells nothing, without what a student's words would tell a terminal."""
    review = {"code": "needs_review", "message": "`x` is a value of type \x1b[31mOdd"}
    steps = [{"name": "test", "diagnosis": review}, {"name": "other", "diagnosis": None}]
    verdict = {"score": 0.0, "steps": steps}
    entry = Entry("zoe", STAGE, {"submission": ""}, verdict, None, {"test": None})
    summary = Summary(STAGE, {"zoe": Outcome("zoe", entry, judged=True)})
    command_module._show(summary, Request(course, STAGE))
    assert capsys.readouterr().out.splitlines()[0] == (
        "look at zoe, test: `x` is a value of type Odd"
    )


def test_folders_that_are_not_there_are_told_before_anything_is_judged(command, course):
    """The course's, and that of the file for the verdicts: exit code 2."""
    done = command(course / "nowhere")
    assert (done.returncode, done.stderr) == (
        2,
        f"autograder grade: there is no folder {course / 'nowhere'}.\n",
    )
    place = course / "nowhere" / "all.json"
    done = command(course, "--json", str(place))
    assert done.returncode == 2
    assert (
        done.stderr == f"autograder grade: there is no folder for --json {place}: make it first.\n"
    )
    assert not (course / ".autograder" / "journal").exists()


def test_a_course_where_nobody_has_handed_in_anything(say, course):
    """It is told where that is."""
    shutil.rmtree(course / "submitted")
    assert say() == (0, f"{STAGE}: nobody has handed in anything in {course}\n", "")


def test_another_version_of_the_stage_changes_no_score_by_itself(say, course, judged):
    """It is told; `--again` judges anew, and tells whose score is another one now."""
    say()
    source = course / "solutions" / STAGE / f"{STAGE}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.metadata["changed"] = True
    nbformat.write(notebook, source)
    before = rows(course)
    _, out, _ = say()
    assert "5 of them were graded with another version of the stage" in out
    assert rows(course) == before
    worse = json.loads(judged["carla"])
    worse["receipt"]["stage"] = "sha256:another"
    answers = {"anna": json.dumps(worse)}
    _, out, _ = say(again=True, dry_run=True, students=("anna",), answers=answers)
    assert out.splitlines()[0] == "anna: 6 -> 5 (dlogits 1 -> 0)"
    assert rows(course) == before
    say(again=True, students=("anna",), answers=answers)
    assert scores(course)["anna"] == 5


def test_flags_are_told(say, course, judged):
    """And the step waits for an instructor, with its points."""
    flagged = json.loads(judged["anna"])
    flag = {"step": "dlogits", "code": "autograd_suspected", "message": "it may be autograd."}
    flagged["verdict"]["flags"] = [flag]
    flagged["review"] = ["check-dlogits"]
    _, out, _ = say(students=("anna",), answers={"anna": json.dumps(flagged)})
    assert out.splitlines()[0] == "look at anna, dlogits: it may be autograd."
    waiting = {row[1] for row in rows(course)["grades"] if row[0] == "anna" and row[5]}
    assert waiting == {"check-dlogits", "derivation"}
    assert scores(course)["anna"] == 6


def test_who_has_handed_in_nothing_is_named(command, course):
    """Exit code 2, before anything starts."""
    done = command(course, "--student", "anna", "zoe")
    assert done.returncode == 2
    assert (
        done.stderr == f"autograder grade: the student 'zoe' has handed in nothing for {STAGE}.\n"
    )


def test_a_stage_that_there_is_not_is_named(course, capsys):
    """Exit code 2, with those that there are."""
    assert grade_command(Request(course, "09_nothing"), None) == 2
    told = capsys.readouterr().err
    assert told.startswith("autograder grade: there is no stage '09_nothing'; the stages are 00_")


def test_two_graders_at_once_are_one_too_many(command, course):
    """The second one says who is at work, with exit code 3."""
    (course / ".autograder").mkdir(exist_ok=True)
    with (course / ".autograder" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 4711 on here")
        lock.flush()
        done = command(course)
    assert done.returncode == 3
    assert done.stderr == (
        "autograder grade: process 4711 on here is grading in this course already; wait until it "
        "is done, or end it.\n"
    )


def test_a_locked_gradebook_is_told_and_costs_nothing(say, course):
    """One sentence, exit code 3; the verdicts are in the journal, and the next run records them."""
    say(students=("ben",))
    other = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    code, _, err = say()
    assert code == 3
    assert "gradebook.db is locked by another program; wait" in err
    other.rollback()
    other.close()
    say()
    assert scores(course) == {"anna": 6, "ben": 0, "carla": 5, "dora": 6, "emil": None}


def test_a_gradebook_locked_while_verdicts_come_in(say, quick, course, monkeypatch):
    """As before, but locked at the very moment of recording: nobody is judged again."""
    say(students=("ben",))
    other = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    append = Journal.append

    def append_then_lock(journal, entries):
        append(journal, entries)
        other.execute("BEGIN EXCLUSIVE")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", append_then_lock)
        code, _, err = say()
    assert (code, "is locked by another program" in err) == (3, True)
    other.rollback()
    other.close()
    assert scores(course) == {"ben": 0}
    _, again = quick(course)
    assert again == []
    assert scores(course) == {"anna": 6, "ben": 0, "carla": 5, "dora": 6, "emil": None}


def test_a_feedback_folder_that_takes_nothing_is_told(command, course):
    """Exit code 3, but every score is recorded; made writable, the pages come without judging."""
    # Not even root can make a file there.
    (course / "feedback").symlink_to("/proc/self/task")
    done = command(course, "--student", "anna", "ben")
    assert done.returncode == 3
    assert "feedback cannot be written (" in done.stderr
    assert "all scores are recorded" in done.stderr
    assert scores(course) == {"anna": 6, "ben": 0}
    (course / "feedback").unlink()
    done = command(course, "--student", "anna", "ben")
    assert (done.returncode, done.stderr) == (0, "")
    page = course / "feedback" / "anna" / STAGE / f"{STAGE}.html"
    assert "dlogits" in page.read_text()


@pytest.mark.parametrize("limit", [10_000, 60_000])
def test_a_full_disk_is_told_and_loses_nothing(command, course, limit):
    """Files can grow no more: exit code 3; with space again the same command ends as it should."""
    if limit > 10_000:  # then the graded notebooks fit, and the gradebook does not grow
        database = course / "gradebook.db"
        limit = max(limit, database.stat().st_size)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    done = command(course, "--student", "anna", "ben", preexec_fn=small)
    assert done.returncode == 3, done.stderr
    assert "again" in done.stderr
    assert "Traceback" not in done.stderr
    done = command(course, "--student", "anna", "ben")
    assert (done.returncode, done.stderr) == (0, "")
    assert scores(course) == {"anna": 6, "ben": 0}


def test_a_disk_with_no_space_left_is_told(quick, course, say, monkeypatch):
    """What the journal cannot take is nowhere else either."""

    def full(descriptor: int, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(journal_module, "_write_all", full)
        code, _, err = say()
    assert code == 3
    assert "cannot be written (No space left on device)" in err
    assert rows(course)["grades"] == []
    quick(course)
    assert scores(course)["anna"] == 6


def test_a_machine_that_cannot_judge_is_told(say, course):
    """After a few attempts, with exit code 3; nothing is recorded of those submissions."""
    lacking = json.dumps({"lacking": "there is no sandbox here.", "refused": None})
    code, _, err = say(answers=dict.fromkeys(("anna", "ben", "carla", "dora", "emil"), lacking))
    assert code == 3
    assert "there is no sandbox here." in err
    assert rows(course)["grades"] == []
    code, _, err = say(answers={"anna": lacking})
    assert code == 3
    assert "anna: there is no sandbox here." in err
    assert scores(course) == {"ben": 0, "carla": 5, "dora": 6, "emil": None}


def test_no_pages_where_none_are_wanted(say, course):
    """And they come when they are."""
    say(feedback=False)
    assert not (course / "feedback").exists()
    say()
    assert len(list((course / "feedback").rglob("*.html"))) == 5


def test_a_renamed_file_is_graded(quick, course, submissions, judged):
    """The only notebook in a folder is the one that counts."""
    hand_in(course, "anna", submissions["anna"], name="my homework (2).ipynb")
    quick(course)
    assert scores(course)["anna"] == 6


def test_help_answers_without_torch(course, command):
    """Nothing heavy is imported to tell what the command can do."""
    code = (
        "import sys; from autograder.cli import main\n"
        "try: main(['grade', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'nbgrader', 'rich', 'nbformat'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--dry-run" in done.stdout


def test_the_grader_does_not_import_torch():
    """It records while others judge: its own start is short, and no thread of torch's runs."""
    code = (
        "import sys, autograder.grading.batch.command, autograder.grading.batch.grade\n"
        "assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_changed_score_of_nothing_is_no_change(say, course):
    """A gradebook with other scores than the verdict's is brought back, and that is told."""
    say()
    change(course, "UPDATE grade SET auto_score = 0")
    assert say(dry_run=True)[1].splitlines()[0].startswith("anna: 0 -> 6 (")
    say()
    assert scores(course)["anna"] == 6
