"""The notebook's own variables, made by the instructor's locked cells in this process.

Only the instructor's notebook runs here. What a submission has made of the same variables is not
looked at: it may be anything.
"""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import torch
from nbformat import NotebookNode

from autograder.grading.errors import GradingError
from autograder.names import NAMES_FILE_VARIABLE

__all__ = ["locked_sources", "own_values"]


def locked_sources(source: NotebookNode) -> tuple[str, ...]:
    """The set-up and locked cells of the instructor's notebook, in order, without the checks."""
    cells = [(cell, cell.metadata.get("nbgrader", {})) for cell in source.cells]
    return tuple(
        cell.source
        for cell, metadata in cells
        if cell.cell_type == "code" and metadata.get("locked") and not metadata.get("grade")
    )


def own_values(locked: tuple[str, ...], names: tuple[str, ...]) -> tuple[Any, ...]:
    """The values of variables that the locked cells define, in the order of ``names``.

    Runs the cells in order until all are there, once in a process for all submissions: nobody
    may change the values. Raises GradingError if a cell fails before.
    """
    return _values(locked, names, os.environ.get(NAMES_FILE_VARIABLE, ""))


@lru_cache(maxsize=16)
def _values(locked: tuple[str, ...], names: tuple[str, ...], _own_names: str) -> tuple[Any, ...]:
    """The same, remembered for each list of names that the cells may read."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with _settings_kept(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in locked:
            if all(name in namespace for name in names):
                break
            try:
                exec(compile(source, "<locked cell>", "exec"), namespace)  # the instructor's own
            except Exception as error:
                raise GradingError(
                    f"a locked cell of the course fails here: {type(error).__name__}: {error}"
                ) from error
    missing = [name for name in names if name not in namespace]
    if missing:
        raise GradingError(f"no locked cell of the course defines {', '.join(missing)}.")
    return tuple(namespace[name] for name in names)


@contextlib.contextmanager
def _settings_kept() -> Iterator[None]:
    """Put back torch's settings that a set-up cell changes."""
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    recording = torch.is_grad_enabled()
    try:
        with torch.enable_grad():
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_num_threads(threads)
        torch.set_grad_enabled(recording)
