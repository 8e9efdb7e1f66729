"""The one exception that reading a submission may raise."""

from pathlib import Path

__all__ = ["Refused", "shown"]

_LONGEST_NAME = 60  # characters of a file's name worth showing


class Refused(Exception):
    """A submission cannot be graded; the message is one sentence for whoever handed it in."""


def shown(path: Path) -> str:
    """The file's name, fit for a terminal: a student chose it, so control characters are out."""
    name = "".join(letter if letter.isprintable() else "?" for letter in path.name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
