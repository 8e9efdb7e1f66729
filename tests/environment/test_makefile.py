"""The Makefile: every target explained, and an environment that is built once."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.environment.pins import ROOT

MAKE_STATE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "PYTHON", "TORCH_INDEX")

# Stands for Python: it makes an environment whose own python installs nothing, and logs each use.
STAND_IN = """#!/bin/sh
log() { printf '%s\\n' "$*" >> "$STAND_IN_LOG"; }
case "$1 $2" in
    "-m venv")
        log venv
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        ;;
    "-m pip")
        log pip
        exit "${PIP_STATUS:-0}"
        ;;
    "--version "*) echo "Python 3.11.2" ;;
esac
"""


def make(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run make in a directory, as if from a shell of its own."""
    ambient = {name: value for name, value in os.environ.items() if name not in MAKE_STATE}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=directory,
        env=ambient | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A directory with the files that `make env` reads, and a stand-in for Python in bin/."""
    directory = tmp_path / "a course"
    directory.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, directory)
    shutil.copytree(ROOT / "scripts", directory / "scripts")
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(STAND_IN, encoding="utf-8")
    stand_in.chmod(0o755)
    return directory


def build(checkout: Path, **variables: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """`make env` with the stand-in: the finished process, and what the stand-in was asked to do."""
    log = checkout.parent / "log"
    log.write_text("", encoding="utf-8")
    done = make(
        checkout,
        "env",
        PYTHON=str(checkout.parent / "stand-in"),
        STAND_IN_LOG=str(log),
        **variables,
    )
    return done, log.read_text(encoding="utf-8").split()


def test_help_is_the_default_and_explains_every_target():
    """`make` alone prints one line for each public target, and nothing else."""
    shown = make(ROOT)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: ([a-z][a-z-]*)$", makefile, flags=re.MULTILINE))
    explained = [line.split() for line in shown.stdout.splitlines()]
    assert [words[0] for words in explained] == ["make"] * len(phony)
    assert {words[1] for words in explained} == phony
    assert min(len(words) for words in explained) > 4


def test_every_target_is_phony():
    """A file called like a target (`data`, `build`) does not keep make from running it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, flags=re.MULTILINE))
    assert targets == set(re.findall(r"^\.PHONY: ([a-z][a-z-]*)$", makefile, flags=re.MULTILINE))


def test_test_runs_every_part_and_closes_with_pytest():
    """`make test` runs lint, types and the notebooks before one last pytest over all tests.

    Those that need a PostgreSQL server have a target of their own.
    """
    planned = make(ROOT, "-n", "test").stdout
    parts = ["ruff check", "ruff format --check", "mypy", "--nbval", "need_chromium", "pytest"]
    places = [planned.index(part) for part in parts[:-1]]
    assert places == sorted(places)
    last = planned.strip().splitlines()[-1].split()
    assert last[-3:] == ["tests", "--ignore", "tests/postgresql"]
    assert last[1:5] == [".venv/bin/python", "-m", "pytest", "-n"]


def test_test_all_is_the_same_in_full():
    """`make test-all` runs what `make test` runs, with TEST_ALL=1, and PostgreSQL's tests."""
    planned = make(ROOT, "-n", "test-all").stdout
    assert planned.startswith(make(ROOT, "-n", "test").stdout)
    assert planned.strip().endswith("pytest  tests/postgresql")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "test-all: export TEST_ALL := 1\n" in makefile


def test_first_build_installs_second_does_nothing(checkout: Path):
    """The first `make env` makes an environment and installs; the second starts neither."""
    first, asked = build(checkout)
    assert (first.returncode, asked) == (0, ["venv", "pip", "pip"])
    second, asked = build(checkout)
    assert (second.returncode, asked) == (0, [])


def test_changed_pins_install_into_the_same_environment(checkout: Path):
    """A change of constraints.txt installs again, without building .venv anew."""
    build(checkout)
    newer = (checkout / ".venv/.complete").stat().st_mtime + 2
    os.utime(checkout / "constraints.txt", (newer, newer))
    done, asked = build(checkout)
    assert (done.returncode, asked) == (0, ["pip", "pip"])


def test_torch_from_an_index_of_its_own(checkout: Path):
    """TORCH_INDEX adds one installation, of torch alone, before the others."""
    done, asked = build(checkout, TORCH_INDEX="https://torch.invalid/simple")
    assert (done.returncode, asked) == (0, ["venv", "pip", "pip", "pip"])


def test_interrupted_build_is_mended(checkout: Path):
    """After an installation that failed, the next `make env` starts from nothing and succeeds."""
    failed, _ = build(checkout, PIP_STATUS="1")
    assert failed.returncode != 0
    assert "run 'make env' again" in failed.stderr
    (checkout / ".venv/left-over").write_text("", encoding="utf-8")
    done, asked = build(checkout)
    assert (done.returncode, asked) == (0, ["venv", "pip", "pip"])
    assert not (checkout / ".venv/left-over").exists()


def test_moved_checkout_is_built_anew(checkout: Path):
    """An environment holds absolute paths, so a checkout that has moved gets a new one."""
    build(checkout)
    moved = checkout.rename(checkout.with_name("moved course"))
    done, asked = build(moved)
    assert (done.returncode, asked) == (0, ["venv", "pip", "pip"])


def test_old_python_is_refused_in_one_sentence(checkout: Path):
    """A PYTHON that is not new enough, or not there, is named; nothing is built."""
    done = make(checkout, "env", PYTHON="/nonexistent/python")
    assert done.returncode != 0
    told = done.stderr.splitlines()[0]
    assert "3.11 or newer" in told
    assert "PYTHON=/nonexistent/python" in told
    assert not (checkout / ".venv").exists()


def test_names_file_is_meant_from_where_make_was_started(checkout: Path):
    """A relative NAMES_FILE reaches `autograder lab` as an absolute path."""
    build(checkout)
    program = checkout / ".venv/bin/autograder"
    program.write_text('#!/bin/sh\necho "$NAMES_FILE" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    shown = make(checkout, "-s", "lab", "NAMES_FILE=my names.txt", "LAB_ARGS=--port 9")
    assert shown.stdout.strip() == f"{checkout}/my names.txt lab --port 9"


def test_tests_see_no_personal_settings(tmp_path: Path):
    """A personal list of names and Jupyter's and IPython's own settings do not reach the tests."""
    show = "import os; print(*(os.environ.get(n) for n in ('NAMES_FILE', 'JUPYTER_CONFIG_DIR')))"
    shown = subprocess.run(
        [str(ROOT / "scripts/isolated.sh"), "python3", "-c", show],
        cwd=tmp_path,
        env=os.environ | {"NAMES_FILE": "mine.txt", "JUPYTER_CONFIG_DIR": "/mine"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == f"None {tmp_path.resolve()}/build/jupyter"
