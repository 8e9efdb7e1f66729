"""A small course of the tests: an instructor's notebook, and what students get and hand in."""

import copy
import json
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading.ingest import parse_submission
from autograder.grading.notebook.stub import COURSE_STUBS
from autograder.grading.repair import Prepared, prepare
from autograder.steps import ManualStep, Stage, ValueStep

STAGE = Stage(
    "09_small",
    "A small stage",
    (
        *(ValueStep(name, (), lambda: None) for name in ("dprobs", "dlogits", "dh", "softmax")),
        ManualStep("derivation"),
    ),
)
SETUP = "import torch\n\nn = 32\nlogits = torch.randn(n, 27)"
FORWARD = "counts = logits.exp()\ntotal = counts.sum(1, keepdim=True)\nprobs = counts / total"
REFERENCE = {
    "dprobs": "dprobs = reference_of_probs",
    "dlogits": "dlogits = reference_of_logits",
    "dh": "dh = reference_of_h",
    "softmax": "return reference_of_softmax",
    "derivation": "The reference derivation.",
}
WORDS = {
    "dprobs": "# dprobs: the gradient of probs, shape (32, 27)\n",
    "dlogits": "# dlogits: the gradient of logits, shape (32, 27)\n",
    "dh": "# dh: the gradient of h, shape (32, 64)\n",
    "softmax": 'def softmax(x):\n    """The softmax of each row of x, shape (n, v)."""\n    ',
    "derivation": "",
}
ANSWERS = {
    "dprobs": WORDS["dprobs"] + "dprobs = 1 / probs",
    "dlogits": WORDS["dlogits"] + "moved = probs.clone()\ndlogits = moved * dprobs\ndlogits -= 1",
    "dh": WORDS["dh"] + "dh = dlogits @ W2.T",
    "softmax": WORDS["softmax"] + "e = (x - x.amax(1, True)).exp()\n    return e / e.sum(1, True)",
    "derivation": "My derivation, with $x^2$.",
}


def _nbgrader(kind: str, name: str) -> dict[str, Any]:
    graded = kind in ("check", "manual")
    metadata = {
        "grade": graded,
        "grade_id": name,
        "locked": kind in ("check", "locked"),
        "schema_version": 3,
        "solution": kind in ("solution", "manual"),
        "task": False,
    }
    return metadata | ({"points": 1.0} if graded else {})


def _cell(kind: str, name: str, source: str, markdown: bool = False) -> dict[str, Any]:
    metadata = {"nbgrader": _nbgrader(kind, name)} if kind != "plain" else {}
    cell = {"cell_type": "code", "id": name, "metadata": metadata, "source": source}
    if markdown:
        return cell | {"cell_type": "markdown"}
    return cell | {"execution_count": None, "outputs": []}


def _step(name: str, released: bool) -> list[dict[str, Any]]:
    indent = "    " if name == "softmax" else ""
    answer = [f"### BEGIN SOLUTION\n{indent}{REFERENCE[name]}\n{indent}### END SOLUTION"]
    stub = COURSE_STUBS.code.split("\n")
    source = WORDS[name] + f"\n{indent}".join(stub if released else answer)
    return [_cell("solution", name, source), _cell("check", f"check-{name}", f'check("{name}")')]


def _notebook(released: bool) -> dict[str, Any]:
    derivation = COURSE_STUBS.text if released else REFERENCE["derivation"]
    cells = [
        _cell("plain", "title", "# A small stage\n\nHere is what it is about.", markdown=True),
        _cell("locked", "setup", SETUP),
        _cell("plain", "about-forward", "## The forward pass\n\nFrom logits to probs.", True),
        _cell("locked", "forward", FORWARD),
        _cell("plain", "demo", "print(probs.shape)\nprint(probs.sum(1))"),
        _cell("plain", "about-dprobs", "Now the gradient of the probabilities.", markdown=True),
        *_step("dprobs", released),
        _cell("plain", "about-dlogits", "And on to the logits.", markdown=True),
        *_step("dlogits", released),
        *_step("dh", released),
        _cell("plain", "question", "Derive the softmax on paper.", markdown=True),
        _cell("manual", "derivation", derivation, markdown=True),
        _cell("plain", "about-softmax", "A function of your own.", markdown=True),
        *_step("softmax", released),
        _cell("plain", "summary", "check.summary()"),
    ]
    metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def instructors() -> NotebookNode:
    """The instructor's notebook, with the reference answers in it."""
    return nbformat.from_dict(_notebook(released=False))


def release() -> dict[str, Any]:
    """What students get."""
    return _notebook(released=True)


def submission() -> dict[str, Any]:
    """What a student hands in who answered everything and changed nothing else."""
    notebook = copy.deepcopy(release())
    for cell in notebook["cells"]:
        cell["source"] = ANSWERS.get(cell["id"], cell["source"])
    return notebook


def place(notebook: dict[str, Any], name: str) -> int:
    """Where the cell with this id stands."""
    return [cell.get("id") for cell in notebook["cells"]].index(name)


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The cell with this id."""
    return notebook["cells"][place(notebook, name)]


def stripped(cell: dict[str, Any]) -> dict[str, Any]:
    """The cell without any of the names that we know it by."""
    return {key: value for key, value in cell.items() if key != "id"} | {"metadata": {}}


def prepared(notebook: Any) -> Prepared:
    """What the judge gets of a submission."""
    raw = parse_submission(json.dumps(notebook).encode())
    return prepare(raw, instructors(), STAGE)


def answers(found: Prepared) -> dict[str, str]:
    """The source that counts for each step, prose included."""
    code = {cell.name: cell.source for cell in found.cells if cell.kind == "solution"}
    return code | dict(found.manual)


def stub(name: str) -> str:
    """The untouched cell of a step."""
    return "" if name == "derivation" else cell(release(), name)["source"]
