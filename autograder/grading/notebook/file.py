"""The bytes of a submitted file, without following where it may lead, and finding that file."""

import os
import re
import stat
from pathlib import Path

from autograder.grading.notebook.refused import Refused, shown

__all__ = ["MAX_BYTES", "find_submission", "read_file"]

MAX_BYTES = 32 * 2**20  # an executed notebook of the course has well under one MiB
_MAX_ENTRIES = 1000  # of a submission's folder
_NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$|\.json$", re.IGNORECASE)

# A pipe must not block, a terminal must not become ours, no link is followed; each where it exists.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
)


def _inspect(status: os.stat_result, name: str) -> None:
    """Refuse what is not an ordinary file with one name and a bearable size."""
    if stat.S_ISLNK(status.st_mode):
        raise Refused(f"{name} is a symbolic link; hand in the notebook itself.")
    if not stat.S_ISREG(status.st_mode):
        raise Refused(f"{name} is not an ordinary file; hand in the notebook itself.")
    if status.st_nlink > 1:
        raise Refused(
            f"{name} is a hard link to a file that has other names; hand in a copy of the notebook."
        )
    if status.st_size > MAX_BYTES:
        raise Refused(
            f"{name} has {status.st_size:,} bytes, more than the {MAX_BYTES:,} that are read; "
            "clear its outputs and hand it in again."
        )


def read_file(path: Path) -> bytes:
    """All bytes of an ordinary file of at most MAX_BYTES.

    Raises Refused for a missing or unreadable file, a link (symbolic or hard), anything else that
    is no ordinary file, and a file that is replaced between the look at it and its opening.
    """
    name = shown(path)
    try:
        before = os.lstat(path)
        _inspect(before, name)
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or "its path is not valid"
        raise Refused(f"{name} cannot be read: {reason}.") from error
    with os.fdopen(descriptor, "rb") as file:
        opened = os.fstat(descriptor)
        _inspect(opened, name)
        if not os.path.samestat(before, opened):
            raise Refused(f"{name} was replaced while it was read; grade it again.")
        try:
            content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise Refused(f"{name} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise Refused(f"{name} grew over {MAX_BYTES:,} bytes while it was read; grade it again.")
    return content


def _names(folder: Path, student: str) -> list[str]:
    """The names of the notebooks in a folder that may hold anything, sorted."""
    above = folder.parent
    try:
        if student and above.name == student and stat.S_ISLNK(os.lstat(above).st_mode):
            raise Refused(
                f"The folder {shown(above)} is a symbolic link; hand in a folder with the notebook."
            )
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise Refused(f"{shown(folder)} is not a folder; hand in a folder with the notebook.")
        with os.scandir(folder) as entries:
            found = [entry.name for _, entry in zip(range(_MAX_ENTRIES), entries, strict=False)]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its path is not valid"
        raise Refused(f"{shown(folder)} cannot be read: {reason}.") from error
    return sorted(name for name in found if _NOTEBOOK.search(name) and not name.startswith("."))


def find_submission(folder: Path, stage: str, student: str = "") -> tuple[Path, tuple[str, ...]]:
    """The notebook of a stage in a student's folder, and the repair that its name needed, if any.

    A file of another name is taken if it is the only notebook, or the only one whose name has the
    stage's name in it. Raises Refused if there is none, or more than one that it could be, or if
    the folder is a link, or the one around it that has the name of the ``student``.
    """
    expected = f"{stage}.ipynb"
    names = _names(folder, student)
    if expected in names:
        return folder / expected, ()
    if len(names) > 1:
        names = [name for name in names if stage.lower() in name.lower()] or names
    if not names:
        raise Refused(f"There is no notebook in the folder; hand in {expected}.")
    if len(names) > 1:
        raise Refused(
            f"There are {len(names)} notebooks and none is called {expected}; "
            "rename the one that counts."
        )
    found = folder / names[0]
    return found, (f"The file was called {shown(found)}; it was read as {expected}.",)
