"""How a cell is named in a message."""

from nbformat import NotebookNode

__all__ = ["describe", "grade_id"]

_MARKERS = ("solution", "check", "locked", "manual")
_LONGEST_LINE = 60  # characters of a cell's first line worth showing


def grade_id(cell: NotebookNode) -> str | None:
    """The cell's nbgrader name: from its metadata, or from its marker before that is expanded."""
    nbgrader = cell.metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and "grade_id" in nbgrader:
        return str(nbgrader["grade_id"])
    for kind in _MARKERS:
        name = cell.metadata.get(kind)
        if isinstance(name, str):
            return f"check-{name}" if kind == "check" else name
    return None


def describe(stage: str, ordinal: int, cell: NotebookNode) -> str:
    """The words that lead an author to a cell: its stage, place, name and first line.

    ``ordinal`` counts all the cells of the notebook from 1.
    """
    name = grade_id(cell)
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    if len(first) > _LONGEST_LINE:
        first = first[: _LONGEST_LINE - 1] + "…"
    shown = f" '{name}'" if name else ""
    begins = f" (begins: {first})" if first else " (empty)"
    return f"{stage}, cell {ordinal}{shown}{begins}"
