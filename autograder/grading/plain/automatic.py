"""nbgrader's automatic tests: a comment in a test cell, which nbgrader turns into code."""

from __future__ import annotations

import json
import re
from pathlib import Path

__all__ = ["AUTOMATIC", "has_automatic_tests", "is_automatic"]

AUTOMATIC = "### AUTOTEST"
_COMMENT = re.compile(r"^\s*#[\s#]*(HASHED\s+)?AUTOTEST\s", re.MULTILINE)


def is_automatic(source: str) -> bool:
    """Whether a cell's automatic tests have not been turned into code."""
    return _COMMENT.search(source) is not None


def has_automatic_tests(notebook: Path) -> bool:
    """Whether an instructor's notebook file has a cell like that; False for what is no notebook."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        return any(is_automatic("".join(cell["source"])) for cell in cells)
    except (OSError, ValueError, KeyError, TypeError):
        return False
