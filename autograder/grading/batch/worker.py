"""A judging process: takes one submission at a time, sends back all that is recorded of it."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import torch

from autograder.grading.batch.graded import first_cells, grade_folder, read_assignment_of
from autograder.grading.batch.wire import receive, send
from autograder.grading.errors import GradingError, judge_failed
from autograder.grading.record.files import write_whole
from autograder.grading.runner_process import Runner

__all__ = ["make_ready", "work"]


def make_ready(job: Mapping[str, Any]) -> tuple[str, ...]:
    """Read what every job of this kind needs; what is wrong with it, the jobs will tell.

    Returns the cells of the course with which its submissions begin.
    """
    try:
        return first_cells(read_assignment_of(job))
    except Exception:  # an assignment that cannot be read, or is none of the course's stages
        return ()


def work(end: socket.socket, start: Callable[[], Runner]) -> None:
    """Answer until the other end hangs up.

    An answer is a result (see ``grade_folder``; nothing for a feedback page), or has ``failed``
    (this submission cannot be judged, by a fault of ours), ``lacking`` (nothing can be judged
    here, for now) or ``unwritten`` (where the feedback page is to be, nothing can be written).
    """
    torch.set_num_threads(1)
    while True:
        try:
            job = receive(end)
        except (EOFError, OSError):
            return
        answer = _answer(job, start)
        try:
            send(end, answer)
        except OSError:
            return


def _answer(job: dict[str, Any], start: Callable[[], Runner]) -> dict[str, Any]:
    try:
        if job.get("do") == "feedback":
            _write_page(job)
            return {}
        return grade_folder(job, start)
    except OSError as error:
        return {"unwritten" if job.get("do") == "feedback" else "lacking": str(error)}
    except GradingError as error:
        return {"lacking": str(error)}
    except Exception as error:  # one submission must not stop the batch
        return {"failed": judge_failed(error), "trace": traceback.format_exc()}


def _write_page(job: dict[str, Any]) -> None:
    # Slow, and needed only where pages are wanted; ``host`` has imported it then.
    from autograder.grading.feedback.grades import CellGrade, Grades
    from autograder.grading.feedback.page import render_page

    notebook = nbformat.read(job["notebook"], as_version=4)
    told = job["grades"]
    cells = {name: CellGrade(**cell) for name, cell in told.pop("cells").items()}
    grades = Grades(cells=cells, **told)
    page = render_page(notebook, grades, title=job["title"], student=job["student"])
    write_whole(Path(job["page"]), page)
