"""How the hints list things."""

from collections.abc import Sequence

__all__ = ["listed"]


def listed(items: Sequence[str]) -> str:
    """`a, b and c`; at least one item."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
