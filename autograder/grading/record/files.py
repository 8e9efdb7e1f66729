"""Files that are either there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["put_in_place", "stage_file", "write_whole"]


def stage_file(path: Path, content: str) -> None:
    """Write a file whole and sure, to be put in place later. Raises OSError."""
    write_whole(path, content, mode=0o600, sure=True)


def write_whole(path: Path, content: str, *, mode: int = 0o644, sure: bool = False) -> None:
    """Write a file next to its place, then rename it; ``sure``: it survives a power cut, too.

    Raises OSError; then what was there before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(content)
            file.flush()
            os.fchmod(handle, mode)
            if sure:
                os.fsync(handle)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
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
