"""`autograder lab`: what it says and the code it ends with. The server itself is replaced."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

import autograder
from autograder.cli import main
from autograder.lab import command
from autograder.lab.course_map import landing_page
from autograder.lab.server import ServerMissing

MakeRelease = Callable[[str], Path]


class Served:
    """Stands where the server would start, and remembers how it was asked to."""

    def __init__(self) -> None:
        self.calls: list[tuple[Path, list[str]]] = []
        self.code = 0

    def __call__(self, work: Path, arguments: Sequence[str]) -> int:
        """Take the call in place of `serve`."""
        self.calls.append((work, list(arguments)))
        return self.code


@pytest.fixture
def served(make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A release exists, and no JupyterLab is started."""
    release = make_release("first")
    replacement = Served()
    monkeypatch.setattr(command, "release_directory", lambda: release)
    monkeypatch.setattr(command, "serve", replacement)
    monkeypatch.delenv("NAMES_FILE", raising=False)
    return replacement


def test_a_start_copies_writes_the_landing_page_and_serves(
    served: Served, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options after -- reach JupyterLab as they are."""
    assert main(["lab", "--work", str(work), "--", "--no-browser", "--port=9999"]) == 0
    assert served.calls == [(work, ["--no-browser", "--port=9999"])]
    page = (work / "START_HERE.md").read_text(encoding="utf-8")
    assert "(01_unrolled/01_unrolled.ipynb)" in page
    output = capsys.readouterr()
    assert "01_unrolled/01_unrolled.ipynb: a fresh copy" in output.out
    assert output.err == ""


def test_the_landing_page_is_ours_and_says_so(served: Served, work: Path) -> None:
    """It is written anew at each start."""
    main(["lab", "--work", str(work)])
    page = work / "START_HERE.md"
    written = page.read_text(encoding="utf-8")
    assert "written anew at each start" in written
    page.write_text("notes")
    main(["lab", "--work", str(work)])
    assert page.read_text(encoding="utf-8") == written


def test_a_newer_release_is_told_and_linked(
    served: Served, make_release: MakeRelease, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both the terminal and the landing page say where it is."""
    main(["lab", "--work", str(work)])
    make_release("second")
    capsys.readouterr()
    assert main(["lab", "--work", str(work)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "01_unrolled/01_unrolled.new.ipynb" in lines[1]
    assert "untouched so far" in lines[1]
    assert "stays as it is" in lines[1]
    assert "(01_unrolled/01_unrolled.new.ipynb)" in (work / "START_HERE.md").read_text("utf-8")

    # Once the stage has begun anew from that release, nothing newer is left to offer.
    assert main(["lab", "--work", str(work), "--reset", "01_unrolled"]) == 0
    assert main(["lab", "--work", str(work)]) == 0
    assert "01_unrolled.new.ipynb" not in (work / "START_HERE.md").read_text("utf-8")


def test_every_stage_of_the_course_has_its_line() -> None:
    """The map tells what each of the five stages makes one able to do."""
    stages = ["00_warmup", "01_unrolled", "02_cross_entropy", "03_batchnorm", "04_training"]
    rows = [line for line in landing_page(dict.fromkeys(stages, "T")).splitlines() if "[T]" in line]
    for stage, row in zip(stages, rows, strict=True):
        assert f"[T]({stage}/{stage}.ipynb)" in row
        assert len(row.split("|")[2].strip()) > 20


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("# 01 · One at a time\n\nText", "[01 · One at a time]"),
        ("Words first\n\n# The [title]", "[The \\[title\\]]"),
        ("## No title", "[01_unrolled]"),
    ],
)
def test_the_map_calls_a_stage_as_its_notebook_does(
    source: str, shown: str, served: Served, make_release: MakeRelease, work: Path
) -> None:
    """The first heading; without one, the name of the file."""
    path = make_release("first") / "01_unrolled" / "01_unrolled.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, new_markdown_cell(source, id="title"))
    nbformat.write(notebook, path)
    main(["lab", "--work", str(work)])
    assert f"{shown}(01_unrolled/01_unrolled.ipynb)" in (work / "START_HERE.md").read_text("utf-8")


def test_a_reset_says_where_the_backup_is_and_starts_nothing(
    served: Served, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The backup's path is printed in full, and JupyterLab is not started."""
    main(["lab", "--work", str(work)])
    (work / "01_unrolled" / "01_unrolled.ipynb").write_text("my answer")
    capsys.readouterr()
    assert main(["lab", "--work", str(work), "--reset", "01_unrolled"]) == 0
    assert len(served.calls) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert "close its tab" in last
    backup = Path(first.removeprefix("Your old copy is kept as ").removesuffix("."))
    assert backup.read_text() == "my answer"


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on stderr."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_an_unknown_stage_ends_with_2(
    served: Served, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stages that there are stand in the message."""
    assert main(["lab", "--work", str(work), "--reset", "05_none"]) == 2
    assert "00_warmup, 01_unrolled" in complaint(capsys)


def test_a_part_that_two_stages_share_ends_with_2(
    served: Served, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is reset by a guess."""
    assert main(["lab", "--work", str(work), "--reset", "0"]) == 2
    assert "'0' may mean 00_warmup or 01_unrolled" in complaint(capsys)
    assert not work.exists()


def test_a_list_too_short_for_training_is_told_at_the_start(
    served: Served,
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Four stages work with five names, so that the course opens all the same; ten are enough."""
    names = tmp_path / "names.txt"
    monkeypatch.setenv("NAMES_FILE", str(names))
    names.write_text("ada\n" * 5)
    assert main(["lab", "--work", str(work)]) == 0
    said = complaint(capsys)
    assert "at least ten" in said
    assert "stage 04 does not" in said
    names.write_text("ada\n" * 10)
    assert main(["lab", "--work", str(work)]) == 0
    assert capsys.readouterr().err == ""


def test_a_course_without_release_ends_with_3(
    served: Served,
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The message says how to make one."""
    monkeypatch.setattr(command, "release_directory", lambda: tmp_path / "empty")
    assert main(["lab", "--work", str(work)]) == 3
    assert "make notebooks" in complaint(capsys)
    assert served.calls == []


def test_a_bad_list_of_names_ends_with_2_before_anything_starts(
    served: Served,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence now is better than a traceback in each notebook."""
    monkeypatch.setenv("NAMES_FILE", str(work / "nowhere.txt"))
    assert main(["lab", "--work", str(work)]) == 2
    assert "nowhere.txt does not exist" in complaint(capsys)
    assert served.calls == []


def test_a_folder_that_cannot_be_made_ends_with_3(
    served: Served, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in the way is named."""
    work.write_text("a file")
    assert main(["lab", "--work", str(work)]) == 3
    assert "my work" in complaint(capsys).replace("\\", "/")


def test_a_missing_jupyterlab_ends_with_3(
    served: Served,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the server says is lacking is passed on."""

    def missing(work: Path, arguments: Sequence[str]) -> int:
        raise ServerMissing("The package jupyterlab is not installed.")

    monkeypatch.setattr(command, "serve", missing)
    assert main(["lab", "--work", str(work)]) == 3
    assert "jupyterlab is not installed" in complaint(capsys)


def test_a_failed_server_ends_with_3(
    served: Served, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever code JupyterLab ended with."""
    served.code = 1
    assert main(["lab", "--work", str(work)]) == 3
    assert "ended with code 1" in complaint(capsys)


@pytest.mark.parametrize(
    "given",
    [
        ["--no-browser", "--port", "9999"],
        ["--", "--no-browser", "--port", "9999"],
        ["--no-browser", "--", "--port", "9999"],
    ],
)
def test_options_for_jupyterlab_are_passed_on_in_order(
    given: list[str], served: Served, work: Path
) -> None:
    """With -- or without, as `make lab LAB_ARGS="--no-browser"` writes them."""
    assert main(["lab", "--work", str(work), *given]) == 0
    assert served.calls == [(work, ["--no-browser", "--port", "9999"])]


@pytest.mark.parametrize("given", [[], ["lob"], ["--nonsense"], ["lab", "--reset"]])
def test_wrong_usage_ends_with_2(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The usage line is shown on stderr."""
    with pytest.raises(SystemExit) as stop:
        main(given)
    assert stop.value.code == 2
    assert "usage: autograder" in capsys.readouterr().err


def test_without_a_checkout_the_copies_go_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With only the package installed, `work/` is made where one stands."""
    monkeypatch.setattr(command, "checkout_directory", lambda: None)
    monkeypatch.chdir(tmp_path)
    assert command.work_directory() == tmp_path / "work"


def test_in_a_checkout_the_copies_go_to_its_work_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From anywhere else it is the same folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "checkout_directory", lambda: tmp_path / "course")
    assert command.work_directory() == tmp_path / "course" / "work"


def test_from_inside_the_copies_the_same_copies_are_meant(
    served: Served, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab's terminal opens in the work folder: no second one is made in there."""
    main(["lab", "--work", str(work)])
    for inside in (work, work / "01_unrolled"):
        monkeypatch.chdir(inside)
        assert command.work_directory() == work


def test_help_and_version_do_not_wait_for_torch() -> None:
    """Neither option imports torch, nor anything of Jupyter."""
    code = """
import sys
from autograder.cli import main
for option in ("--help", "--version"):
    try:
        main([option])
    except SystemExit as stop:
        assert stop.code == 0
heavy = {"torch", "numpy", "jupyterlab", "nbformat", "IPython"}
print("imported:", sorted(heavy & set(sys.modules)))
"""
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert f"autograder {autograder.__version__}" in done.stdout
    assert "lab" in done.stdout
    assert "imported: []" in done.stdout
