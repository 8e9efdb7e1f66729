"""Cells of graded notebooks."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CHECKOUT = Path(__file__).resolve().parents[2]
STAGE = "01_unrolled"


def mark(name: str, **settings: Any) -> dict[str, Any]:
    """nbgrader's metadata of a cell."""
    values = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    return {"nbgrader": {**values, "grade_id": name, **settings}}


def answer(name: str, source: str, outputs: list[Any] | None = None) -> NotebookNode:
    """A solution cell with its outputs."""
    return new_code_cell(source, metadata=mark(name, solution=True), outputs=outputs or [])


def check_cell(name: str, source: str, outputs: list[Any] | None = None) -> NotebookNode:
    """A test cell with its outputs."""
    metadata = mark(name, grade=True, locked=True, points=1.0)
    return new_code_cell(source, metadata=metadata, outputs=outputs or [])


def written(name: str, source: str) -> NotebookNode:
    """A written answer that an instructor grades."""
    return new_markdown_cell(source, metadata=mark(name, grade=True, solution=True, points=5.0))


def notebook(*cells: NotebookNode, **metadata: Any) -> NotebookNode:
    """A notebook of these cells."""
    return new_notebook(cells=list(cells), metadata=metadata)


def step(name: str, status: str, message: str = "", **more: Any) -> dict[str, Any]:
    """The verdict on a step as JSON."""
    diagnosis = {"code": "some_code", "message": message} if message else None
    return {"name": name, "status": status, "diagnosis": diagnosis, "remarks": [], **more}


def shown(kind: str, content: Any) -> NotebookNode:
    """An output of one kind of content."""
    return new_output("display_data", data={kind: content})
