"""Names that the graded notebook and whoever reads it agree on."""

from __future__ import annotations

__all__ = ["CHECK", "METADATA"]

CHECK = "check-"  # and the name of the step: the grade_id of its test cell
METADATA = "autograder"  # our own entry in the notebook's metadata
