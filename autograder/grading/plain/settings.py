"""What of nbgrader's settings matters where a plain notebook is graded."""

from __future__ import annotations

from typing import Any

from traitlets.config import Config

from autograder.grading.notebook.stub import NBGRADER_STUBS

__all__ = ["plain_settings"]

_MOST_SECONDS = 300  # of a cell; a whole submission has half an hour


def plain_settings(config: Config) -> dict[str, Any]:
    """The stubs of a release, and how long a cell may take, as plain JSON values.

    From ``c.ClearSolutions`` and ``c.Execute.timeout``; what is not set is nbgrader's default.
    """
    from nbgrader.preprocessors import ClearSolutions, Execute  # slow, and no stage needs them

    stubs, seconds = ClearSolutions(config=config), Execute(config=config).timeout
    return {
        "code": str(stubs.code_stub.get("python", NBGRADER_STUBS.code)),
        "text": str(stubs.text_stub),
        "seconds": float(min(seconds, _MOST_SECONDS) if seconds and seconds > 0 else _MOST_SECONDS),
    }
