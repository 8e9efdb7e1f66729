"""The notebook's own variables, made by the instructor's locked cells in this process.

Only the instructor's notebook runs here. What a submission has made of the same variables is not
looked at: it may be anything.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from autograder.grading.errors import GradingError
from autograder.grading.repair import Cell

__all__ = ["own_values"]


def own_values(cells: Sequence[Cell], names: Sequence[str]) -> list[Any]:
    """The values of variables that the set-up and locked cells define, in the order of ``names``.

    Runs the cells in order until all are there. Raises GradingError if a cell fails before.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with _settings_kept(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cell in cells:
            if cell.kind in ("setup", "locked") and any(name not in namespace for name in names):
                try:
                    exec(compile(cell.source, f"<{cell.name}>", "exec"), namespace)  # ours
                except Exception as error:
                    raise GradingError(
                        f"the locked cell '{cell.name}' of the course fails here: "
                        f"{type(error).__name__}: {error}"
                    ) from error
    missing = [name for name in names if name not in namespace]
    if missing:
        raise GradingError(f"no locked cell of the course defines {', '.join(missing)}.")
    return [namespace[name] for name in names]


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
