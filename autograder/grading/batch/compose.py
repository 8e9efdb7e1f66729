"""The graded notebook: what nbgrader's own tools and an instructor look at.

It is the instructor's notebook with the student's answers, what they showed in the notebook's own
run, and for each check the judge's verdict in the form from which nbgrader reads a score.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from autograder.figures.drawing import Drawing
from autograder.grading.batch.names import CHECK, METADATA
from autograder.grading.notebook.stub import COURSE_STUBS, untouched_source
from autograder.grading.repair import Rebuilt, Slot
from autograder.grading.results import CellResult
from autograder.render import Evidence, headline, render_verdict
from autograder.sections import section_of
from autograder.verdict import StepVerdict

__all__ = ["compose"]

_RUN = ("setup", "locked", "solution", "course", "extra")
_OTHER_NUMBERS = (
    "**About the numbers below:** each step was judged on random inputs, most of them in sizes of "
    "their own, so the shapes and values of wrong answers are not those of the notebook."
)
_ENDED = {
    "timeout": ("TimeoutError", "the cell ran for too long and was ended."),
    "killed": ("Killed", "the cell ended its process, or used more than it may (memory, files)."),
}


@dataclass(frozen=True)
class Shown:
    """The instructor's notebook, and what the cells of a submission have shown.

    ``ended`` tells of the cells that ran, in order; it may be shorter. ``known`` has the outputs
    of cells of the course that did not run, by their source. ``maps`` show where wrong answers
    differ, by step.
    """

    source: NotebookNode
    ended: Sequence[CellResult]
    known: Mapping[str, Sequence[Mapping[str, Any]]]
    maps: Mapping[str, Drawing] = field(default_factory=dict)


def compose(
    shown: Shown,
    rebuilt: Rebuilt,
    verdicts: Mapping[str, StepVerdict],
    told: Mapping[str, Any],
    refusal: str = "",
) -> dict[str, Any]:
    """The graded notebook in nbformat's version 4, as plain JSON values.

    ``verdicts`` are those of the steps by name. ``told`` goes into the notebook's metadata.
    ``refusal`` says why there is no verdict, if there is none.
    """
    source = shown.source
    metadata = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id")
    }
    results = iter(shown.ended)
    cells: list[dict[str, Any]] = [*_notice(rebuilt.repairs, refusal, verdicts.values())]
    for slot in rebuilt.slots:
        outputs: list[Mapping[str, Any]] = []
        if slot.kind == "course" and slot.source in shown.known:
            outputs = list(shown.known[slot.source])
        elif slot.kind in _RUN:
            outputs = _shown(next(results, CellResult("ok")))
        elif slot.kind == "check":
            step = slot.name.removeprefix(CHECK)
            evidence = _evidence(told, step, shown.maps.get(step))
            outputs = _verdict(verdicts.get(step), evidence, refusal)
        cells.append(_cell(slot, metadata.get(slot.name) if slot.name else None, outputs))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kept = {
        key: dict(source.metadata[key])
        for key in ("kernelspec", "language_info")
        if key in source.metadata
    }
    return {
        "cells": cells,
        "metadata": {**kept, METADATA: dict(told)},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _notice(
    repairs: Sequence[str], refusal: str, verdicts: Iterable[StepVerdict]
) -> Iterator[dict[str, Any]]:
    """What the reader should know first, if anything."""
    lines = []
    if refusal:
        lines = ["**This submission could not be graded.**", "", _plain(refusal)]
    elif repairs:
        lines = ["**Mended when this notebook was read:**", ""]
        lines += [f"- {_plain(repair)}" for repair in repairs]
    if lines:
        yield _markdown(lines)
    if any(verdict.comparison and not verdict.status.passed for verdict in verdicts):
        yield _markdown([_OTHER_NUMBERS])


def _markdown(lines: Sequence[str]) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n".join(lines)}


def _plain(sentence: str) -> str:
    """A sentence as Markdown that says just that: a file's name in it is the student's."""
    return "".join(f"&#{ord(sign)};" if sign in "<>&*_`[]()!#$\\|~" else sign for sign in sentence)


def _cell(
    slot: Slot, original: NotebookNode | None, outputs: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    nbgrader: dict[str, Any] = {}
    if original is not None:
        nbgrader = dict(original.metadata.nbgrader)
        nbgrader["checksum"] = _checksum(original, nbgrader)
    cell: dict[str, Any] = {
        "cell_type": slot.cell_type,
        "metadata": {"nbgrader": nbgrader} if nbgrader else {},
        "source": slot.source,
    }
    if slot.cell_type == "code":
        cell |= {"outputs": list(outputs), "execution_count": None}
    return cell


def _shown(result: CellResult) -> list[Mapping[str, Any]]:
    """A cell's outputs, and why there are not more."""
    if result.status not in _ENDED:
        return list(result.outputs)
    name, message = _ENDED[result.status]
    return [*result.outputs, _error(name, message)]


def _evidence(told: Mapping[str, Any], step: str, drawing: Drawing | None) -> Evidence:
    """What is shown besides the verdict: where it differs, and a link to what treats it."""
    section = section_of(told.get("verdict", {}).get("stage", ""), step)
    return Evidence((drawing,) if drawing else (), anchor=section.anchor)


def _verdict(
    verdict: StepVerdict | None, evidence: Evidence, refusal: str
) -> list[Mapping[str, Any]]:
    """The verdict to be read, then what nbgrader takes the points from.

    nbgrader gives no points for an error, those of a number that is the cell's result, else all.
    """
    if verdict is None:
        return [_error("NotGraded", refusal or "this step could not be judged.")]
    told = render_verdict(verdict, evidence)
    data = {"text/plain": told.text, "text/html": told.html}
    outputs: list[Mapping[str, Any]] = [
        {"output_type": "display_data", "data": data, "metadata": {}}
    ]
    if verdict.points == 0 and verdict.max_points > 0:
        outputs.append(_error("CheckFailed", headline(verdict)))
    elif verdict.points != verdict.max_points:
        outputs.append(
            {
                "output_type": "execute_result",
                "data": {"text/plain": repr(float(verdict.points))},
                "metadata": {},
                "execution_count": None,
            }
        )
    return outputs


def _error(name: str, message: str) -> dict[str, Any]:
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [f"{name}: {message}"],
    }


def _checksum(original: NotebookNode, nbgrader: Mapping[str, Any]) -> str:
    """nbgrader's checksum of the cell as students get it."""
    code = original.cell_type == "code"
    graded, solved = bool(nbgrader.get("grade")), bool(nbgrader.get("solution"))
    locked = not solved and (graded or bool(nbgrader.get("locked")))
    released = untouched_source(original.source, code, COURSE_STUBS) if solved else original.source
    parts = [released, original.cell_type, str(graded), str(solved), str(locked)]
    parts.append(str(nbgrader["grade_id"]))
    if graded:
        parts.append(str(float(nbgrader["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
