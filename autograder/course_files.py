"""Where the course's own files lie: the list of names and the release notebooks.

In a checkout they stand beside the package (`data/`, `notebooks/`); in an installed wheel they
travel inside it (`autograder/course/`).
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["checkout_directory", "names_path", "release_directory"]

_PACKAGE = Path(__file__).resolve().parent
_CARRIED = _PACKAGE / "course"


def checkout_directory() -> Path | None:
    """The root of the checkout this package is imported from; None for an installed wheel."""
    root = _PACKAGE.parent
    # Both are asked for: a stray pyproject.toml beside site-packages must not look like ours.
    if (root / "pyproject.toml").is_file() and (root / "data" / "names.txt").is_file():
        return root
    return None


def names_path() -> Path:
    """The list of names that comes with the course, one name a line."""
    root = checkout_directory()
    return root / "data" / "names.txt" if root else _CARRIED / "names.txt"


def release_directory() -> Path:
    """The folder of the release notebooks, `NN_topic/NN_topic.ipynb`.

    It may be missing or empty in a checkout whose notebooks have not been generated yet.
    """
    root = checkout_directory()
    return root / "notebooks" if root else _CARRIED / "notebooks"
