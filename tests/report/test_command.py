"""`autograder report` as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.report.command import report_command
from tests.report.synthesize import (
    STAGE,
    entry_for,
    hand_in,
    make_class,
    record,
    step,
    steps_of_stage,
)

COMMAND = [sys.executable, "-c", "import sys; from autograder.cli import main; sys.exit(main())"]


def _run(*arguments: str | Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    line = [*COMMAND, "report", *map(str, arguments)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(line, capture_output=True, text=True, timeout=600, env=environment)


def _files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_same_journal_makes_the_same_bytes(small_class: Path, tmp_path: Path) -> None:
    """In another process, too; nothing in the course's folder changes."""
    before = _files(small_class)
    for seed in "12":
        done = _run(
            STAGE, "--course", small_class, "--output", tmp_path / f"{seed}.html", seed=seed
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{STAGE}: 40 submissions: ")
    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
    assert _files(small_class) == before


def test_without_options_it_goes_into_the_course(tmp_path: Path) -> None:
    """Into a folder that git does not see, for the instructor's eyes only."""
    course = make_class(tmp_path / "course", 2)
    assert report_command(STAGE, course, None, None) == 0
    page = course / "report" / f"{STAGE}.html"
    assert page.stat().st_mode & 0o777 == 0o600
    assert json.loads(page.with_suffix(".json").read_bytes())["stage"] == STAGE
    assert (course / "report" / ".gitignore").read_text() == "*\n"


def test_the_json_can_go_to_the_terminal(
    small_class: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing else goes there."""
    assert report_command(STAGE, small_class, tmp_path / "page.html", "-") == 0
    assert json.loads(capsys.readouterr().out)["stage"] == STAGE
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_nothing_graded_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence says what to run; nothing is written."""
    assert report_command(STAGE, tmp_path, None, None) == 3
    told = capsys.readouterr().err
    assert "nothing of 01_unrolled has been graded" in told
    assert f"run `autograder grade {STAGE}`" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["07_none", "../01_unrolled", "", ".", "01_unrolled/"])
def test_no_such_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str], stage: str) -> None:
    """Wrong usage, with the stages that there are."""
    assert report_command(stage, tmp_path, tmp_path / "page.html", None) == 2
    assert "the stages are 00_warmup, 01_unrolled" in capsys.readouterr().err


def test_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage; the folder around it is not taken instead."""
    assert report_command(STAGE, tmp_path / "none", None, None) == 2
    assert f"there is no folder {tmp_path / 'none'}" in capsys.readouterr().err


def test_one_file_for_both(small_class: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage: the JSON beside page.json would be the page itself."""
    assert report_command(STAGE, small_class, Path("page.json"), None) == 2
    assert "name another file with --json" in capsys.readouterr().err


def test_where_it_cannot_be_written(
    small_class: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with the place."""
    (tmp_path / "file").touch()
    assert report_command(STAGE, small_class, tmp_path / "file" / "page.html", None) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "cannot be written" in told


def test_damaged_lines_are_told(tmp_path: Path) -> None:
    """They cost themselves only."""
    course = make_class(tmp_path / "course", 2)
    with (course / ".autograder" / "journal" / f"{STAGE}.jsonl").open("a") as journal:
        journal.write("half a li\n")
    assert report_command(STAGE, course, tmp_path / "page.html", None) == 0
    assert json.loads((tmp_path / "page.json").read_bytes())["unreadable"] == 1
    assert "1 damaged line of the journal was left out." in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("points", [float("nan"), float("inf")])
def test_points_that_are_no_number_are_none(tmp_path: Path, points: float) -> None:
    """A journal with a NaN in it costs those points, and neither the page nor the JSON."""
    first, *others = steps_of_stage()
    steps = [{**step(first), "points": points}, *map(step, others)]
    record(tmp_path, [entry_for("ada", hand_in(tmp_path, "ada", {}), steps)])
    notebook = CHECKOUT.solution(STAGE)
    (tmp_path / "solutions" / STAGE).mkdir(parents=True)
    shutil.copy(notebook, tmp_path / "solutions" / STAGE)
    shutil.copy(CHECKOUT.root / "nbgrader_config.py", tmp_path)
    assert report_command(STAGE, tmp_path, tmp_path / "page.html", None) == 0
    text = (tmp_path / "page.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    (student,) = json.loads(text)["students"]
    assert student["score"] == len(others)
    assert student["steps"][first] == {"look": "no_score", "points": None}


def test_a_class_of_three_thousand(tmp_path: Path) -> None:
    """The page stays small enough to open and to send."""
    course = make_class(tmp_path / "course", 3000)
    assert report_command(STAGE, course, tmp_path / "page.html", None) == 0
    told = json.loads((tmp_path / "page.json").read_bytes())
    assert told["submissions"]["handed_in"] == 3000
    assert sum(each["count"] for each in told["scores"]["histogram"]) == len(told["students"])
    assert (tmp_path / "page.html").stat().st_size < 3_000_000
