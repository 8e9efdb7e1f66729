"""The judging processes of a batch, and the jobs that they have ahead of time."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

from autograder.grading.batch.pool import Pool
from tests.grade.conftest import make_course
from tests.grade.processes import descendants
from tests.grade.table import STAGE

_JOBS = 8


def test_what_a_judging_process_had_ahead_of_time_is_done_by_another(
    tmp_path: Path, submissions: dict[str, str]
) -> None:
    """It dies with two jobs: each of them has its answer, and just one."""
    root = make_course(tmp_path / "course", submissions)
    others = _hosts()
    job = {"do": "judge", "stage": STAGE, "course": str(root), "seed": 5}
    job["folder"] = str(root / "submitted" / "anna" / STAGE)
    with Pool("bubblewrap", 1) as pool:
        for number in range(_JOBS):
            pool.give({**job, "student": f"anna{number}"})
        pool.wait()
        answers = [pool.answers.get(timeout=300)]
        (worker,) = {pid for pid in _hosts() - others if _parent(pid) in _hosts()}
        os.kill(worker, signal.SIGKILL)
        answers += [pool.answers.get(timeout=300) for _ in range(_JOBS - 1)]
        assert pool.answers.empty()
    told = Counter(answer.job["student"] for answer in answers)
    assert told == {f"anna{number}": 1 for number in range(_JOBS)}
    assert {answer.result["verdict"]["score"] for answer in answers} == {6}


def test_a_pool_that_nobody_waits_for_ends_at_once() -> None:
    """Nothing has been imported for it, and nothing of it stays."""
    others = _hosts()
    with Pool("bubblewrap", 2):
        while not (hosts := _hosts() - others):  # it has no command line before it has begun
            time.sleep(0.01)
    assert not any(Path(f"/proc/{pid}").exists() for pid in hosts)


def _hosts() -> set[int]:
    """The processes below this one that run a host's program: hosts, and judging processes."""
    return {pid for pid, _ in descendants(os.getpid()) if _runs_host(pid)}


def _runs_host(pid: int) -> bool:
    try:
        return b"batch.host" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
