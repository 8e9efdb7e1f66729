"""What the wheel carries, and that the automation calls the Makefile's own targets."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.environment.pins import ROOT, project


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from this checkout."""
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = directory.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_wheel_carries_the_course(wheel: set[str]):
    """The wheel holds the names and every release notebook, so it is enough by itself."""
    notebooks = {path.relative_to(ROOT) for path in ROOT.glob("notebooks/*/*.ipynb")}
    assert notebooks
    assert wheel >= {f"autograder/course/{path.as_posix()}" for path in notebooks}
    assert "autograder/course/names.txt" in wheel


def test_wheel_carries_no_answers(wheel: set[str]):
    """The authored stages and their executed notebooks stay out of what students install."""
    answers = {path.name for path in ROOT.glob("solutions/*.py")}
    assert answers
    assert {name for name in wheel if Path(name).name in answers or "solutions/" in name} == set()


def test_wheel_carries_both_licenses(wheel: set[str]):
    """Code and prose each come with their license."""
    licenses = {Path(name).name for name in wheel if "/licenses/" in name}
    assert licenses == set(project()["license-files"])


def test_workflow_calls_the_makefile():
    """The hosted CI runs the same `make test`, on the Python that the pins are for.

    Before that it allows the namespaces of the sandbox, which Ubuntu's AppArmor forbids.
    """
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        "make env",
        "make test",
    ]
    assert [
        step["with"]["python-version"]
        for step in steps
        if step.get("uses", "").startswith("actions/setup-python@")
    ] == ["3.11"]


def test_dev_container_builds_the_environment():
    """The dev container starts from Python 3.11 and ends in `make env`."""
    settings = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert settings["image"].startswith("python:3.11")
    assert settings["postCreateCommand"] == "make env"


def test_hooks_run_programs_that_exist():
    """Each pre-commit hook runs a tool of .venv or a target of the Makefile."""
    stated = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repository in stated["repos"] for hook in repository["hooks"]]
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    tools = {path.name for path in Path(sys.executable).parent.iterdir()}
    for hook in hooks:
        program, argument = hook["entry"].split()[:2]
        if program == "make":
            assert argument in targets
        else:
            assert program.startswith(".venv/bin/")
            assert Path(program).name in tools


def test_ci_fails_when_make_fails(tmp_path: Path):
    """.ci/run ends with make's failure, and tells make that it runs in CI."""
    stand_in = tmp_path / "make"
    stand_in.write_text('#!/bin/sh\necho "$CI $PWD $*"\nexit 2\n', encoding="utf-8")
    stand_in.chmod(0o755)
    ambient = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        ["bash", str(ROOT / ".ci/run")],
        cwd=tmp_path,
        env=ambient | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (2, f"true {ROOT} test")
