"""What a single submission costs, and where: its process, the judge, and the barest fork."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.layout import CHECKOUT
from autograder.bench.submissions import STAGE, Made
from autograder.grading.batch.graded import grade_folder
from autograder.grading.batch.shown import known_outputs
from autograder.grading.own_state import locked_sources
from autograder.grading.runner_process import Runner
from autograder.grading.runners import Runners
from autograder.grading.sandbox.command import environment

__all__ = ["Cost", "bare_forks", "costs", "private_bytes", "summarize"]

_EVERY = 0.005  # seconds between two looks at a process's memory


@dataclass(frozen=True)
class Cost:
    """Processor seconds of one submission's process and of the judge; bytes at the most."""

    child: float
    judge: float
    memory: int


def costs(root: Path, made: Sequence[Made]) -> list[Cost]:
    """Grade submissions of a course one after the other, and look at what each takes.

    Each is graded twice: once for the seconds, once for the memory, at which looking is costly.
    """
    with Runners() as runners:
        opened: list[Runner] = []
        start = _Opening(runners, opened)

        def grade(submission: Made) -> float:
            opened.clear()
            folder = root / "submitted" / submission.student / STAGE
            job = {"folder": str(folder), "stage": STAGE, "course": str(root), "seed": None}
            before = time.process_time()
            grade_folder(job, start)
            return time.process_time() - before

        grade(made[0])  # what is slow the first time is not this submission's
        gc.freeze()  # as in a judging process: imported modules are no garbage
        found = []
        for submission in made:
            judge = grade(submission)
            # It has ended; its parent has not asked for its exit code yet.
            child = sum(map(_cpu_of, [runner.pid for runner in opened]))
            with _watching(opened) as peak:
                grade(submission)
            found.append(Cost(child, judge, peak()))
        return found


class _Opening:
    """Opens processes as for a batch, and keeps them to be looked at."""

    def __init__(self, runners: Runners, opened: list[Runner]) -> None:
        self._runners, self._opened = runners, opened

    def __call__(self) -> Runner:
        return self.after(())

    def after(self, cells: Sequence[str]) -> Runner:
        self._opened.append(self._runners.after(cells))
        return self._opened[-1]


def bare_forks(made: Sequence[Made]) -> list[float]:
    """Processor seconds of forks that execute the same cells as a submission's own run."""
    source = nbformat.read(CHECKOUT.solution(STAGE), as_version=4)
    not_run = {*locked_sources(source), *known_outputs(source)}
    work = {
        "locked": locked_sources(source),
        "submissions": [list(_cells(submission, not_run)) for submission in made],
    }
    folder = os.environ.get("TMPDIR", "/tmp")
    ended = subprocess.run(
        [sys.executable, "-m", "autograder.bench.bare_fork"],
        input=json.dumps(work),
        env=environment(folder) | {"MPLCONFIGDIR": f"{folder}/matplotlib"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(seconds) for seconds in json.loads(ended.stdout)]


def _cells(submission: Made, not_run: set[str]) -> Iterator[str]:
    for cell in submission.notebook.cells:
        check = cell.metadata.get("nbgrader", {}).get("grade")
        if cell.cell_type == "code" and not check and cell.source not in not_run:
            yield cell.source


def _cpu_of(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def _watching(opened: Sequence[Runner]) -> Iterator[Any]:
    """Look at the private memory of the newest process all the time; yields the most so far."""
    most, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            for runner in opened[-1:]:
                most[0] = max(most[0], private_bytes(runner.pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield partial(most.__getitem__, 0)
    finally:
        ended.set()
        thread.join()


def private_bytes(pid: int) -> int:
    """Bytes that a process holds for itself alone now; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    private = (line.split() for line in lines if line.startswith("Private_"))
    return 1024 * sum(int(parts[1]) for parts in private)


def summarize(found: Sequence[Cost], bare: Sequence[float]) -> Mapping[str, float]:
    """Means in milliseconds, the mean ratio of all processes to all forks, the most megabytes."""
    child = statistics.mean(cost.child for cost in found)
    return {
        "child_ms": 1e3 * child,
        "judge_ms": 1e3 * statistics.mean(cost.judge for cost in found),
        "bare_fork_ms": 1e3 * statistics.mean(bare),
        "child_over_bare_fork": child / statistics.mean(bare),
        "private_mb": max(cost.memory for cost in found) / 1e6,
    }
