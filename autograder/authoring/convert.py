"""Make a notebook of an authored percent-format file, the same bytes each time."""

import hashlib
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.authoring import METADATA_KEY
from autograder.authoring.cells import grade_id
from autograder.authoring.errors import AuthoringError
from autograder.authoring.markers import StageLike
from autograder.authoring.metadata import expand

__all__ = ["convert", "to_text"]

_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What a kernel reports, less the version: each patch release of Python would change every file.
_LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}


def convert(authored: Path, stage: StageLike) -> NotebookNode:
    """The notebook of an authored file, with nbgrader's metadata and without outputs.

    One way only: the notebook does not know the file that it comes from. Raises AuthoringError
    when a marker is wrong or the file cannot be read.
    """
    try:
        text = authored.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{stage.name}: cannot read {authored.name}: {error}.") from error
    try:
        read = jupytext.reads(text, fmt="py:percent")
    except nbformat.ValidationError as error:
        raise AuthoringError(
            f"{stage.name}: a marker line holds what no notebook can: {error.message}; write tags "
            'as tags=["one", "two"].'
        ) from error
    cells = [cell for cell in read.cells if cell.source.strip()]
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(
        {
            METADATA_KEY: {"stage": stage.name},
            "kernelspec": _KERNELSPEC,
            "language_info": _LANGUAGE_INFO,
        }
    )
    expand(notebook, stage)
    _name_cells(notebook)
    return notebook


def _name_cells(notebook: NotebookNode) -> None:
    """Give each cell an id that depends on nothing but its grade_id or its text.

    Neither a cell put in elsewhere nor a second conversion changes it.
    """
    taken: set[str] = set()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
        name = wanted = grade_id(cell) or digest[:12]
        copies = 1
        while name in taken:
            copies += 1
            name = f"{wanted}-{copies}"
        taken.add(name)
        cell.id = name


def to_text(notebook: NotebookNode) -> str:
    """The notebook as it is written to a file: one key a line, sorted, with a final newline."""
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"
