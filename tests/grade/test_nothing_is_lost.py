"""Killed at any instant and run again: each submission once, and the same gradebook."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.record.journal import Journal, journal_path
from tests.grade.conftest import GRADE, Remembered, hand_in
from tests.grade.processes import descendants, living
from tests.grade.table import STAGE, change, rows, scores

# How often to kill the real command; the many points of one process are killed at five times that.
KILLS = 100 if os.environ.get("TEST_ALL") else 6
_SECONDS = 900 if KILLS == 6 else 10_000  # then it hangs

# What changes something on the disk; the grader is killed right before and right after.
_CALLS = {"write", "fsync", "replace", "commit", "execute", "executemany", "chmod", "fchmod"}
_CALLS |= {"unlink", "utime", "mkdir", "ftruncate", "open"}


def state(course: Path) -> dict[str, Any]:
    """All that a run leaves behind, without what tells the time."""
    graded = sorted((course / "autograded").rglob("*.ipynb"))
    pages = sorted((course / "feedback").rglob("*.html"))
    aside = course / ".autograder" / "graded" / STAGE
    return {
        **rows(course),
        "graded": {str(path.relative_to(course)): path.read_text() for path in graded},
        "pages": {str(path.relative_to(course)): path.read_text() for path in pages},
        "aside": [path.name for path in aside.iterdir()] if aside.exists() else [],
        "parts": [str(path) for path in course.rglob(".part-*")],
    }


def entries(course: Path) -> Counter[str]:
    """How many verdicts of each student are in the journal."""
    lines = journal_path(course, STAGE).read_text().splitlines()
    return Counter(json.loads(line)["student"] for line in lines if line)


class Killer:
    """Ends this process, as SIGKILL does, at the n-th time that something is written."""

    def __init__(self, when: int) -> None:
        self.seen = 0
        self._when = when

    def __call__(self, frame: object, event: str, argument: Any) -> None:
        """What ``sys.setprofile`` calls."""
        if event in ("c_call", "c_return") and getattr(argument, "__name__", "") in _CALLS:
            self.seen += 1
            if self.seen == self._when:
                os.kill(os.getpid(), signal.SIGKILL)


def in_a_fork(work: Any) -> int:
    """Do something in a fork of this process; returns how it ended, as waitpid tells."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1]


@pytest.fixture
def undisturbed(quick, course, tmp_path):
    """What a run leaves that nothing disturbs, and at how many points it can be killed."""
    twin = Path(shutil.copytree(course, tmp_path / "undisturbed"))
    killer = Killer(0)
    sys.setprofile(killer)
    try:
        quick(twin)
    finally:
        sys.setprofile(None)
    assert scores(twin)["anna"] == 6
    return state(twin), killer.seen


@pytest.mark.timeout(_SECONDS)
def test_killed_at_any_write_the_next_run_goes_on(quick, course, tmp_path, undisturbed):
    """Before and after each write, rename and commit; then everything is as without the kill."""
    expected, points = undisturbed
    assert points > 100
    chosen = range(1, points + 1)
    if len(chosen) > 5 * KILLS:
        chosen = sorted(random.Random(KILLS).sample(chosen, 5 * KILLS))
    killed = 0
    for point in chosen:
        twin = Path(shutil.copytree(course, tmp_path / f"killed-{point}"))

        def run(twin: Path = twin, point: int = point) -> None:
            sys.setprofile(Killer(point))
            quick(twin)

        ended = in_a_fork(run)
        killed += ended == signal.SIGKILL
        assert ended in (0, signal.SIGKILL), point  # 0: there were a few writes less this time
        quick(twin)
        assert state(twin) == expected, f"killed at write {point} of {points}"
        assert set(entries(twin).values()) == {1}, f"killed at write {point} of {points}"
        _, again = quick(twin)
        assert again == [], f"killed at write {point} of {points}"
        shutil.rmtree(twin)
    assert killed >= 0.8 * len(chosen)


@pytest.mark.timeout(_SECONDS)
def test_killed_for_real_the_next_run_goes_on(course, tmp_path, command):
    """SIGKILL at random instants of the whole command; no process outlives it by much."""
    twin = Path(shutil.copytree(course, tmp_path / "undisturbed"))
    began = time.monotonic()
    done = command(twin, "--jobs", "2")
    lasted = time.monotonic() - began
    assert done.returncode == 1, done.stderr
    expected = rows(twin, recorded=False)["grades"]
    instants = random.Random(7)
    killed = 0
    while killed < KILLS:
        current = Path(shutil.copytree(course, tmp_path / f"killed-{killed}"))
        for _ in range(3):  # of one batch, so that a run that goes on is killed, too
            line = [*GRADE, STAGE, "--course", str(current), "--jobs", "2"]
            running = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(instants.uniform(0.3, 0.9) * lasted)
                raise subprocess.TimeoutExpired(line, 0)  # it was faster than the first one
            started = descendants(running.pid)
            running.kill()
            running.wait()
            killed += 1
            until = time.monotonic() + 60
            while living(started) and time.monotonic() < until:
                time.sleep(0.05)
            assert not living(started)
        assert command(current, "--jobs", "2").returncode == 1
        assert rows(current, recorded=False)["grades"] == expected
        assert set(entries(current).values()) == {1}
        assert set(entries(current)) == {"anna", "ben", "carla", "dora", "emil"}
        for student in entries(current):
            assert (current / "autograded" / student / STAGE / f"{STAGE}.ipynb").is_file()
            assert (current / "feedback" / student / STAGE / f"{STAGE}.html").is_file()
        shutil.rmtree(current)


def test_ctrl_c_stops_in_good_order(course):
    """One sentence that says how to go on, and the exit code of an interrupt."""
    line = [*GRADE, STAGE, "--course", str(course), "--jobs", "1"]
    running = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    journal = journal_path(course, STAGE)
    while running.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.02)
    started = descendants(running.pid)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert told.splitlines()[-1] == (
        "autograder grade: stopped; what was graded by now is recorded, and the same command goes "
        "on from there."
    )
    assert not living(started)
    with Journal(journal) as kept:
        assert kept.unreadable == 0
        recorded = [row[0] for row in rows(course)["recorded"]]
        assert sorted(student for student, _ in kept.latest) == recorded


def test_a_judging_process_that_dies_drops_nothing(course, command):
    """One is killed while it works: what it had is judged by another one."""
    line = [*GRADE, STAGE, "--course", str(course), "--jobs", "2", "--no-feedback"]
    running = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    journal = journal_path(course, STAGE)
    while running.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.02)
    ((host, _),) = [seen for seen in descendants(running.pid) if _is_host(seen[0], running.pid)]
    workers = [pid for pid, _ in descendants(host) if _is_host(pid, host)]
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    _, told = running.communicate(timeout=300)
    assert running.returncode == 1, told
    assert scores(course) == {"anna": 6, "ben": 0, "carla": 5, "dora": 6, "emil": None}


def _is_host(pid: int, parent: int) -> bool:
    """Whether a process is a child of another one and runs the host's program."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(told[1]) == parent and b"batch.host" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_gradebook_that_is_gone_is_made_again_from_the_journal(quick, course):
    """Nobody is judged for it."""
    quick(course)
    before = rows(course)
    (course / "gradebook.db").unlink()
    _, again = quick(course)
    assert again == []
    assert rows(course) == before


def test_scores_that_another_program_has_overwritten_come_back(quick, course):
    """As from an nbgrader without our engine."""
    quick(course)
    before = rows(course)
    change(course, "UPDATE grade SET auto_score = 0")
    _, again = quick(course)
    assert again == []
    assert rows(course) == before


def test_a_graded_notebook_that_is_gone_is_made_again(quick, course):
    """Its submission is judged once more, and the journal has no second verdict."""
    quick(course)
    before = state(course)
    (course / "autograded" / "anna" / STAGE / f"{STAGE}.ipynb").unlink()
    _, again = quick(course)
    assert again == ["anna"]
    assert state(course) == before
    assert set(entries(course).values()) == {1}


def test_an_earlier_file_handed_in_again_is_graded_as_it_was(quick, course, submissions, judged):
    """Scores and graded notebook are those of the file that lies there."""
    quick(course)
    before = state(course)
    hand_in(course, "anna", submissions["carla"])
    quick(course, answers={"anna": judged["carla"]})
    assert scores(course)["anna"] == 5
    hand_in(course, "anna", submissions["anna"])
    quick(course)
    assert state(course) == before


def test_nothing_that_was_submitted_changes(quick, course):
    """No file, no time."""

    def files() -> dict[str, tuple[bytes, int]]:
        found = (course / "submitted").rglob("*.ipynb")
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    before = files()
    quick(course)
    assert files() == before


def test_the_remembered_pool_answers_everything(judged):
    """The tests above rest on it: one answer for each job."""
    pool = Remembered(judged)
    pool.give({"do": "judge", "student": "anna"})
    assert pool.answers.get_nowait().result["verdict"]["score"] == 6
