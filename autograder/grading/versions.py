"""The versions and files that a verdict depends on, told without importing torch."""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from autograder import __version__
from autograder.course_files import checkout_directory
from autograder.grading.errors import GradingError
from autograder.names import NAMES_FILE_VARIABLE

__all__ = ["digest_of", "source_path", "versions"]


def digest_of(path: Path) -> str:
    """``sha256:...`` of a file's bytes."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@cache
def _torch() -> str:
    return version("torch")


@cache
def _names(path: str) -> str:
    return digest_of(Path(path))


def versions() -> dict[str, str]:
    """The versions that can change a verdict, and the digest of a list of names of one's own."""
    told = {
        "autograder": __version__,
        "python": platform.python_version(),
        "torch": _torch(),
    }
    own_names = os.environ.get(NAMES_FILE_VARIABLE)
    return told | ({"names": _names(own_names)} if own_names else {})


def source_path(stage: str, course: Path) -> Path:
    """The instructor's notebook of a stage: the course folder's, else that of the checkout.

    Raises GradingError when there is none.
    """
    places = [course, *filter(None, [checkout_directory()])]
    for root in places:
        path = root / "solutions" / stage / f"{stage}.ipynb"
        if path.is_file():
            return path
    raise GradingError(
        f"the instructor's notebook solutions/{stage}/{stage}.ipynb is neither in "
        f"{course} nor beside the package; grade in the course's folder."
    )
