"""What stops grading that is not the submission's doing."""

from __future__ import annotations

import traceback

__all__ = ["GradingError", "judge_failed"]


class GradingError(Exception):
    """Grading cannot go on on this machine; the message is one sentence that helps."""


def judge_failed(error: Exception) -> str:
    """The sentence on an exception that nothing should have raised: where it comes from."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    told = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
    return f"the judge failed on it: {told}"
