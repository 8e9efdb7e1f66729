"""A folder for matplotlib, which the course's own cells import, where there is no home for it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["drawing_folder"]

_VARIABLE = "MPLCONFIGDIR"


@contextmanager
def drawing_folder() -> Iterator[dict[str, str]]:
    """The variables that a grader's processes need besides this one's, for as long as it is open.

    Without a place for its lists of fonts matplotlib complains once for each process. Where the
    usual one can be used these are none: a list in it need not be made again.
    """
    if _VARIABLE in os.environ or all(map(_usable, _usual())):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as folder:
        yield {_VARIABLE: folder}


def _usual() -> Iterator[Path]:
    """Where matplotlib keeps its settings and its lists."""
    home = os.environ.get("HOME", "")
    for variable, name in (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache")):
        yield Path(os.environ.get(variable) or Path(home, name), "matplotlib")


def _usable(folder: Path) -> bool:
    """Whether files can be made in a folder, which matplotlib would make itself."""
    if not folder.is_absolute():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
