"""`autograder doctor`: what it finds, and what it says about each lack."""

import io
import os
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.doctor import command, desktop, packages
from autograder.doctor.command import doctor
from autograder.doctor.finding import State


def test_this_machine_lacks_nothing_for_grading() -> None:
    """Where the tests run, every line is good; the sandbox is told claim by claim."""
    stream = io.StringIO()
    assert doctor(stream) == 0
    lines = stream.getvalue().splitlines()
    assert not [line for line in lines if line.startswith("NO")]
    assert any("bubblewrap" in line for line in lines)
    assert any("a submission is nobody" in line for line in lines)
    assert any("torch" in line and "known gradient" in line for line in lines)


def test_without_bubblewrap_the_command_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, the sandbox alone is lacking, and the line below says what mends it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    lacking = [number for number, line in enumerate(lines) if line.startswith("NO")]
    assert len(lacking) == 1
    assert "needs bubblewrap" in lines[lacking[0]]
    assert "apt-get install bubblewrap" in lines[lacking[0] + 1]
    assert "one thing is lacking" in lines[-1]


def test_a_broken_bubblewrap_is_told_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its own words are repeated, and the other examinations go on."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: Creating new namespace failed' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    stream = io.StringIO()
    assert doctor(stream) == 1
    assert stream.getvalue().count("Creating new namespace failed") == 1
    assert "fonts" in stream.getvalue()


def test_a_browser_is_for_tests_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without one nothing is lacking that students or instructors need."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    (finding,) = desktop.examine_browser()
    assert finding.state is State.OPTIONAL
    assert "chromium" in finding.mend


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by its name, with the command that installs them."""
    monkeypatch.setattr(packages, "_PACKAGES", ("torch", "no_such_package"))
    findings = list(packages.examine_packages())
    assert findings[-1].state is State.LACKING
    assert "no_such_package" in findings[-1].told
    assert findings[-1].mend == "make env"


def test_an_examination_that_fails_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """It becomes a line of its own."""
    monkeypatch.setattr(
        command,
        "_EXAMINATIONS",
        (("packages", "no_such_examination"), ("packages", "examine_torch")),
    )
    stream = io.StringIO()
    assert doctor(stream) == 1
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("NO") and "could not be examined" in lines[0]
    assert lines[2].startswith("ok")
