"""Forging a score with the notebook file: points, locks, names, kinds and copies of cells."""

from __future__ import annotations

import copy
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.attacks.attack import Attack
from tests.attacks.base import name_of

__all__ = ["ATTACKS"]


def _metadata(notebook: NotebookNode) -> None:
    notebook.metadata["nbgrader"] = {"score": 26, "max_score": 1}
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=100, schema_version=99)


def _checks_away(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if name_of(cell).startswith("check-"):
            cell.source = "1.0"


def _unlocked(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(locked=False, solution=True, grade=True, points=50)
            cell.metadata["editable"] = True


def _own_setup(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code" and "Check(" in cell.source:
            cell.source = (
                "import torch, torch.nn.functional as F\nn = 1\n"
                "class check:\n    def __new__(cls, *names): return 1.0\n"
                "    summary = classmethod(lambda cls: 26.0)"
            )
        elif name_of(cell) in ("forward", "minibatch", "parameters", "backward"):
            cell.source = "probs = logprobs = torch.zeros(1)"


def _swapped(notebook: NotebookNode) -> None:
    """The right answer of the first step claims to be the second's, too, and the third's."""
    first = next(cell for cell in notebook.cells if name_of(cell) == "dlogprobs")
    for name in ("dprobs", "dcounts_sum", "dcounts"):
        twin = copy.deepcopy(first)
        twin.id = f"{name}-again"
        twin.metadata.nbgrader.grade_id = name
        notebook.cells.append(twin)


def _all_in_one(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.metadata.nbgrader.grade_id = "dlogprobs"


def _other_kinds(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if name_of(cell).startswith("check-"):
            twin = new_markdown_cell(cell.source, metadata=cell.metadata)
            notebook.cells[number] = twin


def _thousand_points(notebook: NotebookNode) -> None:
    for number in range(20):
        cell = new_code_cell(f"{number}.0")
        cell.metadata["nbgrader"] = {
            "grade": True,
            "grade_id": f"bonus-{number}",
            "locked": True,
            "points": 1000,
            "schema_version": 3,
            "solution": False,
            "cell_type": "code",
        }
        notebook.cells.append(cell)


def _outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if name_of(cell).startswith("check-"):
            cell.execution_count = 1
            cell.outputs = [
                new_output("execute_result", data={"text/plain": "26.0"}, execution_count=1)
            ]


def _kernel(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {
        "name": "../../../../tmp/@PLANTED@",
        "language": "bash; touch /tmp/planted-by-a-submission",
        "display_name": "$(touch /tmp/planted-by-a-submission)",
    }
    notebook.metadata["language_info"] = {"name": "ruby", "file_extension": "/../../x"}


def _modules(path: Path) -> None:
    for name in ("torch", "sitecustomize", "autograder", "nbformat", "json", "conftest"):
        (path.parent / f"{name}.py").write_text("import os; os._exit(0)\n", encoding="utf-8")
    (path.parent / "nbgrader_config.py").write_text("raise SystemExit\n", encoding="utf-8")
    (path.parent / ".autograder").mkdir(exist_ok=True)
    (path.parent / ".autograder" / "secret").write_text("00" * 32, encoding="ascii")


def _edit(name: str, edit: object, *outcomes: str) -> Attack:
    return Attack(name, "forging", outcomes, edit=edit, stock=True)  # type: ignore[arg-type]


ATTACKS = (
    _edit("points changed in the metadata", _metadata, "no effect"),
    _edit("checks replaced by a number", _checks_away, "repaired"),
    _edit("cells unlocked, made one's own", _unlocked, "no effect", "repaired"),
    _edit("set-up and forward pass replaced", _own_setup, "repaired", "cost points"),
    _edit("one right answer under four names", _swapped, "repaired", "no points", "cost points"),
    _edit("all answers under one name", _all_in_one, "repaired", "no effect"),
    _edit("checks turned into prose", _other_kinds, "no effect"),
    _edit("graded cells of one's own, 1000 points each", _thousand_points, "no effect"),
    _edit("outputs with full marks, not run again", _outputs, "no effect"),
    _edit("a kernel with a path for a name", _kernel, "no effect"),
    Attack("modules beside the notebook", "forging", ("no effect",), file=_modules),
)
