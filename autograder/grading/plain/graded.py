"""One submission of a plain nbgrader assignment, with all that is recorded of it.

It runs in a judging process, and gives what ``batch.graded.grade_folder`` gives for a stage.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading.ingest import read_submission
from autograder.grading.notebook.stub import NBGRADER_STUBS, Stubs
from autograder.grading.plain.judge import PlainJudged, PlainTest, judge_plain
from autograder.grading.receipt import digest_of, make_receipt
from autograder.grading.repair import Slot
from autograder.grading.results import CellResult
from autograder.grading.runner_process import Runner

__all__ = ["grade_plain"]

_RUN = ("setup", "locked", "solution", "course", "extra")


def grade_plain(
    file: Path,
    source_path: Path,
    start: Callable[[], Runner],
    *,
    assignment: str,
    stubs: Stubs = NBGRADER_STUBS,
    seconds: float = 30.0,
    files: Mapping[str, bytes] | None = None,
    repairs: Sequence[str] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Judge a submitted file by the instructor's notebook at ``source_path``.

    ``files`` lie beside the submission's notebook, ``repairs`` were needed to find it; ``seed``
    is for the receipt, where nothing is drawn.
    The result has ``receipt``, ``verdict`` (steps are tests), ``refused`` (None), ``points`` by
    grade_id with None where an instructor has to look, ``comments``, ``review`` (the grade_ids to
    look at) and ``notebook``, the graded one as JSON text. Raises Refused for a file that cannot
    be read.
    """
    raw = read_submission(file)
    source = nbformat.read(source_path, as_version=4)
    folder = source_path.parent
    options: dict[str, Any] = {"folder": folder, "files": files, "seconds": seconds}
    judged = judge_plain(raw, source, start=start, stubs=stubs, **options)
    receipt = make_receipt(raw.submission, digest_of(source_path), seed).to_json()
    verdict = {
        "stage": assignment,
        "score": judged.score,
        "max_score": sum(test.max_points for test in judged.tests),
        "steps": [_step(test) for test in judged.tests],
        "repairs": [*repairs, *judged.rebuilt.repairs],
        "flags": [],
        "receipt": receipt,
    }
    return {
        "receipt": receipt,
        "verdict": verdict,
        "refused": None,
        "points": _points(judged, source),
        "comments": {
            name: "No response." if name in judged.rebuilt.unanswered else None
            for name, mark in _marks(source).items()
            if mark.get("solution")
        },
        "review": sorted(test.name for test in judged.tests if test.points is None),
        "notebook": json.dumps(_notebook(judged, source, verdict), ensure_ascii=False, indent=1),
    }


def _marks(source: NotebookNode) -> dict[str, Mapping[str, Any]]:
    marks = [cell.metadata.get("nbgrader") or {} for cell in source.cells]
    return {str(mark["grade_id"]): mark for mark in marks if mark.get("grade_id")}


def _points(judged: PlainJudged, source: NotebookNode) -> dict[str, float | None]:
    """Of every graded cell. What an instructor grades waits for one, unless nothing is there."""
    points = {test.name: test.points for test in judged.tests}
    for name, mark in _marks(source).items():
        if (mark.get("grade") or mark.get("task")) and name not in points:
            points[name] = 0.0 if name in judged.rebuilt.unanswered else None
    return points


def _step(test: PlainTest) -> dict[str, Any]:
    code = {"review": "needs_review", "failed": "test_failed"}.get(test.status)
    return {
        "name": test.name,
        "status": "correct" if test.status == "passed" else "wrong",
        "points": test.points or 0.0,
        "max_points": test.max_points,
        "diagnosis": {"code": code, "message": test.message} if code else None,
        "remarks": [],
    }


def _notebook(
    judged: PlainJudged, source: NotebookNode, verdict: Mapping[str, Any]
) -> dict[str, Any]:
    """The graded notebook: the answers with what they showed, the tests with how they ended."""
    marks = _marks(source)
    tests = {test.name: test for test in judged.tests}
    ended = iter(judged.cells)
    cells = []
    for number, slot in enumerate(judged.rebuilt.slots):
        cell: dict[str, Any] = {
            "cell_type": slot.cell_type,
            "id": f"cell-{number}",
            "metadata": {},
            "source": slot.source,
        }
        if slot.name in marks:
            cell["metadata"] = {"nbgrader": {**marks[slot.name], "checksum": _checksum(slot)}}
        if slot.cell_type == "code":
            outputs: Sequence[Mapping[str, Any]] = ()
            if slot.kind in _RUN:
                outputs = next(ended, CellResult("killed")).outputs
            elif slot.name in tests:
                outputs = _outcome(tests[slot.name])
            cell |= {"outputs": list(outputs), "execution_count": None}
        cells.append(cell)
    kept = {key: dict(source.metadata[key]) for key in ("kernelspec",) if key in source.metadata}
    # Without the steps: a test cell tells by its own outputs how it ended.
    told = {"verdict": {**verdict, "steps": []}}
    metadata = {**kept, "autograder": told}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _checksum(slot: Slot) -> str:
    """Of no use to us, whose scores are recorded already; nbgrader wants some text."""
    return hashlib.md5(slot.source.encode(), usedforsecurity=False).hexdigest()


def _outcome(test: PlainTest) -> list[dict[str, Any]]:
    """What a test printed, and what nbgrader would read its points from."""
    outputs: list[dict[str, Any]] = []
    if test.printed:
        outputs.append({"output_type": "stream", "name": "stdout", "text": test.printed})
    if test.status in ("failed", "review"):
        name, _, message = test.message.partition(": ")
        if test.status == "review":
            name, message = "NeedsReview", test.message
        lines = [f"{name}: {message}"]
        outputs.append(
            {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
        )
    elif test.status == "partial":
        outputs.append(
            {
                "output_type": "execute_result",
                "data": {"text/plain": repr(test.points)},
                "metadata": {},
                "execution_count": None,
            }
        )
    return outputs
