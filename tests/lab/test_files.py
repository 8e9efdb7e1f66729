"""Files are written whole or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from autograder.lab.files import create, replace


def test_replace_makes_and_replaces(tmp_path: Path) -> None:
    """Folders are made as needed, and no temporary file stays."""
    path = tmp_path / "new" / "file"
    replace(path, b"one")
    replace(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_create_refuses_an_existing_file(tmp_path: Path) -> None:
    """The old content stays, and no temporary file does."""
    path = tmp_path / "file"
    create(path, b"one")
    with pytest.raises(FileExistsError):
        create(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_create_works_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that has none the result is the same, and so is the refusal."""

    def no_links(source: object, target: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "file"
    create(path, b"one")
    with pytest.raises(FileExistsError):
        create(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("write", [create, replace])
def test_a_full_disk_leaves_nothing_half_written(
    write: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is told, the old file stays whole, and the temporary one is removed."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    old = tmp_path / "old"
    old.write_bytes(b"one")
    monkeypatch.setattr(os, "fsync", full)
    target = old if write is replace else tmp_path / "new"
    with pytest.raises(OSError, match="No space left"):
        write(target, b"two")  # type: ignore[operator]
    assert old.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [old]


def test_files_can_be_read_like_any_document(tmp_path: Path) -> None:
    """Permissions follow the user's umask, not the private ones of temporary files."""
    before = os.umask(0o027)
    try:
        replace(tmp_path / "file", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
