"""Turn the short markers of an authored stage into the cell metadata that nbgrader reads."""

from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.authoring.errors import AuthoringError
from autograder.authoring.markers import Marker, StageLike, read_markers
from autograder.authoring.rules import broken_rules

__all__ = ["expand"]

_SCHEMA_VERSION = 3  # of nbgrader's cell metadata, as nbgrader 0.9 writes it


def _nbgrader(marker: Marker, points: dict[str, float]) -> dict[str, Any]:
    graded = marker.kind in ("check", "manual")
    metadata = {
        "grade": graded,
        "grade_id": marker.grade_id,
        "locked": marker.kind in ("check", "locked"),
        "schema_version": _SCHEMA_VERSION,
        "solution": marker.kind in ("solution", "manual"),
        "task": False,
    }
    return metadata | ({"points": points[marker.name]} if graded else {})


def expand(notebook: NotebookNode, stage: StageLike) -> None:
    """Replace every cell's metadata by its tags and nbgrader's metadata, in place.

    Raises AuthoringError with one sentence for each marker that breaks a rule.
    """
    markers, problems = read_markers(notebook, stage.name)
    problems += broken_rules(notebook, markers, stage)
    if problems:
        raise AuthoringError("\n".join(problems))
    points = {step.name: step.points for step in stage.steps}
    by_ordinal = {marker.ordinal: marker for marker in markers}
    for ordinal, cell in enumerate(notebook.cells, start=1):
        metadata: dict[str, Any] = {}
        if ordinal in by_ordinal:
            metadata["nbgrader"] = _nbgrader(by_ordinal[ordinal], points)
        if "tags" in cell.metadata:
            metadata["tags"] = cell.metadata["tags"]
        cell.metadata = nbformat.from_dict(metadata)
