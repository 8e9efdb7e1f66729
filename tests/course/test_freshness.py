"""The generated notebooks are those of the authored files."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.authoring.release import generate
from autograder.authoring.solutions import is_fresh


def test_the_solution_is_fresh(stage):
    """``make solutions`` would execute nothing: what the notebook rests on has not changed."""
    assert is_fresh(CHECKOUT, stage), f"run make notebooks: {stage.name} is stale"


def test_the_release_is_that_of_the_solution(stage):
    """``make notebooks`` would write the same bytes."""
    assert generate(CHECKOUT, stage.name) == CHECKOUT.release(stage.name).read_text("utf-8")


def test_the_release_opens(stage):
    """The release is a valid notebook that holds no output and asks for the common kernel."""
    notebook = nbformat.read(CHECKOUT.release(stage.name), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert not any(cell.get("outputs") for cell in notebook.cells)


def git(folder, *arguments: str) -> str:
    """What a git command prints in ``folder``, with no one's own settings in force."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=os.environ | settings,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the checkout as it is now, committed, so that the commands cannot harm it."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = git(CHECKOUT.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT.root / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    who = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    git(folder, *who, "commit", "--quiet", "--message", "as it is")
    return folder


@pytest.mark.parametrize("command", ["solutions", "release"])
def test_the_command_leaves_the_checkout_clean(copied, command):
    """Making everything again changes no file and leaves none behind, by git's own word."""
    done = subprocess.run(
        [sys.executable, "-m", f"autograder.authoring.{command}"],
        cwd=copied,
        env=os.environ | {"PYTHONPATH": str(copied)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert git(copied, "status", "--porcelain", "--", "solutions", "notebooks") == ""
