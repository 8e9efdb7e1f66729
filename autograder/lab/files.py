"""Writing files so that a crash, or a second run at the same time, can never spoil one."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

__all__ = ["checksum", "create", "replace"]


def checksum(content: bytes) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Give `path` this content, whole or not at all; an older file of that name is gone."""
    temporary = _written_beside(path, content)
    try:
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def create(path: Path, content: bytes) -> None:
    """Make a new file, whole or not at all; raises FileExistsError if there is one already."""
    temporary = _written_beside(path, content)
    try:
        try:
            os.link(temporary, path)  # fails, in one step, where a file of that name exists
        except FileExistsError:
            raise
        except OSError:
            # This disk knows no hard links (exFAT, some network drives): claim the name, then
            # put the finished file on it.
            with path.open("xb"):
                pass
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _written_beside(path: Path, content: bytes) -> Path:
    """A finished temporary file in the folder of `path`, so that a rename stays on one disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files for one's own eyes only; these are ordinary documents.
        temporary.chmod(0o666 & ~_umask())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    """The permissions that new files go without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
