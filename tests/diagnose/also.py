"""Formulas of the first bank that a second code describes as truthfully, and why."""

from collections.abc import Mapping

__all__ = ["ALSO"]

# (step, formula) -> further codes.
ALSO: Mapping[tuple[str, str], tuple[str, ...]] = {}
