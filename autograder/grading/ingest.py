"""Read a submitted notebook: from a file that may be anything to cells that are plain data.

Of the submission only the cells' source, order, type, id and nbgrader's grade_id are read.
Points, locks, kinds, outputs and all other metadata are never looked at.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grading.notebook.decode import decode, parse
from autograder.grading.notebook.file import find_submission, read_file
from autograder.grading.notebook.refused import Refused, shown

__all__ = [
    "MAX_CELLS",
    "MAX_SOURCE",
    "MAX_SOURCES",
    "RawCell",
    "RawNotebook",
    "Refused",
    "find_submission",
    "parse_submission",
    "read_submission",
]

MAX_CELLS = 2000
MAX_SOURCE = 100_000  # characters of one cell
MAX_SOURCES = 500_000  # and of all
_LONGEST_ID = 200
_NEWEST_FORMAT = 4
# What no source can hold: half of a surrogate pair (cannot be encoded) and NUL (cannot be run).
_UNREADABLE = re.compile("[\ud800-\udfff\0]")


@dataclass(frozen=True)
class RawCell:
    """A cell as submitted; ``kind`` is code, markdown or raw, ``number`` its place from 1.

    ``id`` and ``grade_id`` are empty where the submission has none, or none that is a text.
    """

    number: int
    kind: str
    source: str
    id: str = ""
    grade_id: str = ""


@dataclass(frozen=True)
class RawNotebook:
    """A submission as read: its cells, what was odd about it, the digest of the file's bytes."""

    cells: tuple[RawCell, ...]
    repairs: tuple[str, ...]
    submission: str


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _identifier(value: Any) -> str:
    """A name that can be compared with ours; anything else counts as none."""
    return value if isinstance(value, str) and len(value) <= _LONGEST_ID else ""


def _text(value: Any) -> tuple[str, bool]:
    """A cell's source from a text or a list of lines, and whether it was nothing else."""
    if isinstance(value, str):
        return value, True
    if isinstance(value, list):
        lines = [line for line in value if isinstance(line, str)]
        return "".join(lines), len(lines) == len(value)
    return "", value is None


def _readable(source: str) -> tuple[str, bool]:
    """The source with line feeds only and without what no source can hold."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    cleaned, count = _UNREADABLE.subn("�", source)
    return cleaned, not count


def _kind(cell: dict[str, Any]) -> str:
    kind = cell.get("cell_type")
    if kind in ("heading", "html"):  # of formats 2 and 3
        return "markdown"
    return kind if kind in ("code", "markdown") else "raw"


def _cell(number: int, found: Any, repairs: list[str]) -> RawCell | None:
    """One cell, or None if there is nothing in it to read; appends what was mended."""
    if not isinstance(found, dict):
        repairs.append(f"Cell {number} is not a cell of a notebook; it was left out.")
        return None
    kind = _kind(found)
    key = "input" if "source" not in found else "source"  # formats 2 and 3 had code in `input`
    source, whole = _text(found.get(key))
    source, readable = _readable(source)
    if not whole:
        repairs.append(f"Cell {number} has a source that is not text; what is text was read.")
    if not readable:
        repairs.append(f"Cell {number} has characters that nothing can read; � stands for them.")
    if len(source) > MAX_SOURCE:
        repairs.append(
            f"Cell {number} has {len(source):,} characters, more than the {MAX_SOURCE:,} that are "
            "read; it was left out."
        )
        return None
    if found.get("cell_type") == "heading" and source:
        level = found.get("level")
        depth = level if type(level) is int and 1 <= level <= 6 else 1
        source = "#" * depth + " " + source
    grade_id = _object(_object(found.get("metadata")).get("nbgrader")).get("grade_id")
    return RawCell(number, kind, source, _identifier(found.get("id")), _identifier(grade_id))


def _worksheet_cells(worksheets: Any) -> Iterator[Any]:
    """The cells of formats 2 and 3, whose notebooks had sheets."""
    for sheet in worksheets if isinstance(worksheets, list) else []:
        cells = _object(sheet).get("cells")
        yield from cells if isinstance(cells, list) else []


def _found_cells(notebook: Any, name: str, repairs: list[str]) -> list[Any]:
    """The list of cells of a notebook of any format that a course can meet."""
    if not isinstance(notebook, dict):
        raise Refused(f"{name} is not a notebook: it holds no object.")
    cells, version = notebook.get("cells"), notebook.get("nbformat")
    if isinstance(cells, list):
        if type(version) is not int:
            repairs.append("The notebook does not tell its format; it was read as format 4.")
        elif version > _NEWEST_FORMAT:
            raise Refused(f"{name} is in a notebook format newer than 4; save it as format 4.")
        found = cells
    elif isinstance(notebook.get("worksheets"), list):
        repairs.append("The notebook is in an old format, with worksheets; its cells were read.")
        found = list(_worksheet_cells(notebook["worksheets"]))
    else:
        raise Refused(f"{name} is not a notebook: it has no list of cells.")
    if len(found) > MAX_CELLS:
        raise Refused(
            f"{name} has {len(found):,} cells, more than the {MAX_CELLS:,} that are read; "
            "delete what is not needed and hand it in again."
        )
    return found


def parse_submission(content: bytes, name: str = "The notebook") -> RawNotebook:
    """The notebook in the bytes of a file; ``name`` is the file's in messages.

    Raises Refused, and nothing else, whatever the bytes are.
    """
    text, remarks = decode(content)
    repairs = list(remarks)
    found = _found_cells(parse(text, name), name, repairs)
    read = (_cell(number, cell, repairs) for number, cell in enumerate(found, start=1))
    cells = tuple(cell for cell in read if cell is not None)
    length = sum(len(cell.source) for cell in cells)
    if length > MAX_SOURCES:
        raise Refused(
            f"{name} has {length:,} characters in its cells, more than the {MAX_SOURCES:,} that "
            "are read; delete what is not needed and hand it in again."
        )
    return RawNotebook(cells, tuple(repairs), f"sha256:{hashlib.sha256(content).hexdigest()}")


def read_submission(path: Path) -> RawNotebook:
    """The notebook in a submitted file.

    Raises Refused, and nothing else, with one sentence: for a link, a file too large, one cut
    off, and whatever is no notebook.
    """
    return parse_submission(read_file(path), shown(path))
