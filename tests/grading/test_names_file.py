"""An instructor's own list of names: the submission, the judge and the receipt have the same."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.authoring.layout import CHECKOUT
from autograder.course_files import names_path
from autograder.grading.names_file import WrongNames, settle_names_file
from autograder.grading.own_state import locked_sources, own_values
from autograder.grading.versions import versions
from autograder.names import build_dataset, load_names

STAGE = "02_cross_entropy"
RUN = "import sys; from autograder.cli import main; sys.exit(main())"
COUNT = 300


@pytest.fixture
def own_list(tmp_path: Path) -> Path:
    """Some of the course's names, with a name of their own."""
    path = tmp_path / "own names.txt"
    path.write_text("\n".join(["zyzzyva", *load_names(names_path())[: COUNT - 1]]))
    return path


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one submission: all answers, and a cell that tells which names it has."""
    root = tmp_path / "course"
    (root / "solutions" / STAGE).mkdir(parents=True)
    shutil.copy(CHECKOUT.solution(STAGE), root / "solutions" / STAGE)
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", root)
    notebook = nbformat.read(CHECKOUT.solution(STAGE), as_version=4)
    tell = "found = load_names()\nprint('names:', len(found), found[0])"
    notebook.cells.append(new_code_cell(tell, id="tell"))
    folder = root / "submitted" / "anna" / STAGE
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{STAGE}.ipynb")
    return root


def autograder(folder: Path, *line: str, names: str) -> subprocess.CompletedProcess[str]:
    """The command, started in a folder with NAMES_FILE set."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *line],
        cwd=folder,
        env={**os.environ, "NAMES_FILE": names},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_a_class_is_graded_with_another_list(own_list: Path, course: Path):
    """Full marks, the sandbox's own list, its digest in the receipt; a path from where it began."""
    digest = f"sha256:{hashlib.sha256(own_list.read_bytes()).hexdigest()}"
    line = ["grade", STAGE, "--course", "course"]
    done = autograder(own_list.parent, *line, "--json", "all.json", names=own_list.name)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads((own_list.parent / "all.json").read_text())["submissions"]
    assert told["verdict"]["score"] == told["verdict"]["max_score"] > 0
    assert told["verdict"]["receipt"]["versions"]["names"] == digest
    graded = nbformat.read(course / "autograded" / "anna" / STAGE / f"{STAGE}.ipynb", as_version=4)
    assert f"names: {COUNT} zyzzyva" in nbformat.writes(graded)
    # Verdicts with one list are not taken for verdicts with another one.
    done = autograder(own_list.parent, *line, names="")
    assert "1 of them were graded with another version" in done.stdout


@pytest.mark.parametrize("command", [("grade", STAGE), ("judge", "notebook.ipynb")])
def test_a_list_that_cannot_be_used_is_told(tmp_path: Path, command: tuple[str, str]):
    """Exit code 2 and a sentence, before anything is graded."""
    done = autograder(tmp_path, *command, names="nowhere.txt")
    assert done.returncode == 2
    assert done.stderr.startswith(f"autograder {command[0]}: The list of names ")
    assert "does not exist" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_judge_has_the_same_names(own_list: Path, monkeypatch: pytest.MonkeyPatch):
    """Its own values come from the list, also after another one."""
    source = nbformat.read(CHECKOUT.solution("04_training"), as_version=4)
    locked = locked_sources(source)

    def sizes() -> int:
        return sum(len(part) for part in own_values(locked, ("Xtr", "Xva", "Xte")))

    monkeypatch.delenv("NAMES_FILE", raising=False)
    before = sizes()
    assert before == len(build_dataset(load_names(names_path()))[1])
    monkeypatch.setenv("NAMES_FILE", str(own_list))
    assert sizes() == len(build_dataset(load_names(own_list))[1]) < before
    monkeypatch.delenv("NAMES_FILE")
    assert sizes() == before


def test_the_path_is_settled(own_list: Path, monkeypatch: pytest.MonkeyPatch):
    """A relative path becomes an absolute one; without a list nothing is set."""
    monkeypatch.chdir(own_list.parent)
    monkeypatch.setenv("NAMES_FILE", own_list.name)
    settle_names_file()
    assert os.environ["NAMES_FILE"] == str(own_list)
    monkeypatch.delenv("NAMES_FILE")
    settle_names_file()
    assert "NAMES_FILE" not in os.environ
    assert "names" not in versions()


def test_root_has_to_let_submissions_read_it(own_list: Path, monkeypatch: pytest.MonkeyPatch):
    """They run as somebody else; an ordinary user's run as that user."""
    own_list.chmod(0o600)
    monkeypatch.setenv("NAMES_FILE", str(own_list))
    monkeypatch.setattr("autograder.grading.names_file.os.geteuid", lambda: 0)
    with pytest.raises(WrongNames, match="chmod o"):
        settle_names_file()
    monkeypatch.setattr("autograder.grading.names_file.os.geteuid", lambda: 1000)
    settle_names_file()
