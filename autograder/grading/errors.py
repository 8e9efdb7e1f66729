"""What stops grading that is not the submission's doing."""

from __future__ import annotations

__all__ = ["GradingError"]


class GradingError(Exception):
    """Grading cannot go on on this machine; the message is one sentence that helps."""
