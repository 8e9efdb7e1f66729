"""The cells of an autograded notebook as parts of a feedback page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from autograder.grading.feedback.code import code_html
from autograder.grading.feedback.grades import CellGrade, Grades
from autograder.grading.feedback.hidden import has_hidden_tests, without_hidden_parts
from autograder.grading.feedback.outputs import error_html, output_html, outputs_html
from autograder.grading.feedback.prose import prose_html
from autograder.render import LOOKS, Look, marked_up
from autograder.sections import anchors_in
from autograder.verdict import Status

__all__ = ["Part", "parts_of"]

_RIGHT = LOOKS[Status.CORRECT]
_WRONG = LOOKS[Status.WRONG]
_PARTLY = Look("◐", "right in part", LOOKS[Status.HARD_CODED].color)
_OPEN = Look("✎", "to be graded by your instructor", LOOKS[Status.NOT_ATTEMPTED].color)
_GRADED = Look("✎", "graded by your instructor", LOOKS[Status.NOT_ATTEMPTED].color)

_OURS = re.compile(r"#(top\Z|step-|answer-)")

# Of sources and texts, not counting pictures: a page that somebody can read is far below it.
_MOST_CHARACTERS = 2_000_000


@dataclass
class Part:
    """A cell to show. One with ``points`` is in the table of contents, under its ``name``."""

    kind: str  # "prose", "code", "answer", "test", "written", "task"
    body: Markup
    name: str = ""
    anchor: str = ""
    look: Look | None = None
    points: str = ""
    comment: Markup | None = None
    notes: list[Markup] = field(default_factory=list)


def parts_of(
    notebook: NotebookNode, grades: Grades, steps: Mapping[str, Mapping[str, Any]]
) -> Iterator[Part]:
    """The cells of a notebook in order; ``steps`` are the verdicts on them by name, as JSON."""
    shown = 0
    places: set[str] = set()
    for cell in notebook.cells:
        shown += _length(cell)
        if shown > _MOST_CHARACTERS:
            yield Part("prose", Markup("<p>(The rest of this notebook is not shown.)</p>"))
            return
        mark = cell.metadata.get("nbgrader") or {}
        name = str(mark.get("grade_id", ""))
        if not (mark.get("grade") or mark.get("solution") or mark.get("task")):
            yield _plain(cell, places)
        elif mark.get("grade") and not mark.get("solution") and cell.cell_type == "code":
            yield _test(cell, name, grades, steps)
        else:
            yield _answer(cell, name, mark, grades)


def _length(cell: NotebookNode) -> int:
    texts = [cell.source]
    for output in cell.get("outputs", []):
        data = output.get("data") or {}
        texts += [output.get("text", ""), *(v for k, v in data.items() if k.startswith("text/"))]
    return sum(len(text) for text in texts)


def _plain(cell: NotebookNode, places: set[str]) -> Part:
    if cell.cell_type == "code":
        return Part("code", _code(cell))
    if cell.cell_type == "markdown":
        return Part("prose", _targets(cell.source, places) + _prose(cell))
    return Part("prose", Markup(code_html(cell.source)))


def _targets(source: str, places: set[str]) -> Markup:
    """What links to a section lead to; ``places`` are those that the page has already.

    A heading has no place that a part of the page has.
    """
    found = {anchor[1:] for anchor in anchors_in(source) if not _OURS.match(anchor)} - places
    places |= found
    return Markup("").join(Markup('<a id="{}"></a>').format(name) for name in sorted(found))


def _answer(cell: NotebookNode, name: str, mark: Mapping[str, Any], grades: Grades) -> Part:
    """What a student wrote: code, or prose that an instructor grades; or a task."""
    task = bool(mark.get("task"))
    code = cell.cell_type == "code"
    kind = "task" if task else "answer" if code else "written"
    body = _code(cell) if code else _prose(cell)
    part = Part(kind, body, name=name, anchor=f"answer-{name}")
    if task or mark.get("grade"):
        grade = grades.cells.get(name)
        part.look = _OPEN if grade is None or grade.open else _GRADED
        part.points = _points(grade)
    if name in grades.comments:
        part.comment = Markup(prose_html(grades.comments[name]))
    return part


def _test(
    cell: NotebookNode, name: str, grades: Grades, steps: Mapping[str, Mapping[str, Any]]
) -> Part:
    """The verdict on an answer, in place of the cell that tests it."""
    grade = grades.cells.get(name)
    step = steps.get(name.removeprefix("check-"))
    part = Part("test", Markup(""), name=name.removeprefix("check-"), anchor=f"step-{name}")
    part.points = _points(grade)
    part.look = _look(grade, step)
    source = without_hidden_parts(cell.source).strip()
    if step is not None:
        part.body = Markup(_verdict(cell, step))
        return part
    shown = "".join(_test_outputs(cell))
    if source:
        shown = f"<details><summary>The test</summary>{code_html(source)}</details>{shown}"
    part.body = Markup(shown)
    return part


def _look(grade: CellGrade | None, step: Mapping[str, Any] | None) -> Look:
    if grade is not None and grade.open:
        return _OPEN
    if step is not None and step.get("status") in set(Status):
        return LOOKS[Status(step["status"])]
    if grade is None or grade.points <= grade.score:
        return _RIGHT
    return _PARTLY if grade.score > 0 else _WRONG


def _verdict(cell: NotebookNode, step: Mapping[str, Any]) -> str:
    """What the judge wrote into the check cell; else what the verdict itself tells."""
    for output in cell.get("outputs", []):
        if output.get("output_type") == "display_data" and "text/html" in output.get("data", {}):
            return output_html(output)
    diagnosis = step.get("diagnosis") or {}
    told = [str(diagnosis.get("message", "")), *map(str, step.get("remarks") or [])]
    return "".join(f"<p>{marked_up(sentence)}</p>" for sentence in told if sentence)


def _test_outputs(cell: NotebookNode) -> Iterator[str]:
    """What a test showed; a traceback would show the lines of hidden tests."""
    hidden = has_hidden_tests(cell.source)
    for output in cell.get("outputs", []):
        if output.get("output_type") != "error":
            if not hidden:
                yield output_html(output)
        elif hidden:
            name = output.get("ename", "")
            yield error_html({"ename": name, "evalue": "this test failed"}, traceback=False)
        else:
            yield error_html(output, traceback=False)


def _code(cell: NotebookNode) -> Markup:
    source = without_hidden_parts(cell.source)
    return Markup(code_html(source) + outputs_html(cell.get("outputs", [])))


def _prose(cell: NotebookNode) -> Markup:
    return Markup(prose_html(without_hidden_parts(cell.source), cell.get("attachments")))


def _points(grade: CellGrade | None) -> str:
    if grade is None:
        return ""
    score = "–" if grade.open and not grade.score else f"{round(grade.score, 2):g}"
    return f"{score} / {round(grade.points, 2):g}"
