"""Files that are either there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

__all__ = ["put_in_place", "write_whole"]

_PART = ".part-"  # always the same name, so that killed runs do not leave one file each


def write_whole(path: Path, content: str, *, mode: int = 0o644, sure: bool = False) -> None:
    """Write a file next to its place, then rename it; ``sure``: it survives a power cut, too.

    Only one process may write a file at a time. Raises OSError; then what was there before is
    still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(_PART + path.name)
    part.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(content.encode("utf-8", "surrogatepass"))
            file.flush()
            if sure:
                os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def put_in_place(staged: Path, place: Path, *, mode: int) -> None:
    """Rename a staged file to where it belongs, whatever file was there. Raises OSError."""
    place.parent.mkdir(parents=True, exist_ok=True)
    staged.chmod(mode)
    try:
        staged.replace(place)
    except IsADirectoryError:
        shutil.rmtree(place)
        staged.replace(place)
