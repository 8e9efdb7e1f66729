"""A solution is executed when it must be, kept when it need not be, and fails with a reason."""

import nbformat
import pytest

from autograder.authoring.command import run_command
from autograder.authoring.errors import AuthoringError
from autograder.authoring.solutions import build_solution, is_fresh
from autograder.authoring.solutions import main as solutions


@pytest.fixture
def built(course, stage):
    """The course with its solution made."""
    assert build_solution(course, stage)
    return course


def test_a_solution_holds_outputs_and_counts(built, stage):
    """Every code cell has run, in order, and what it printed is kept."""
    notebook = nbformat.read(built.solution(stage.name), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert code[-1].outputs[0].text == "6\n"
    assert "version" not in notebook.metadata.language_info
    assert not any("execution" in cell.metadata for cell in code)


def test_a_second_run_executes_nothing_and_touches_nothing(built, stage):
    """Neither the bytes nor the date of the file change."""
    before = built.solution(stage.name).stat()
    assert is_fresh(built, stage)
    assert not build_solution(built, stage)
    assert built.solution(stage.name).stat() == before


def test_a_forced_run_gives_the_same_bytes(built, stage):
    """Nothing of the moment of the run is in the file."""
    before = built.solution(stage.name).read_bytes()
    assert build_solution(built, stage, force=True)
    assert built.solution(stage.name).read_bytes() == before


def test_an_edited_source_runs_again(built, stage, edit):
    """The new output is there."""
    edit("x = 3", "x = 2 + 1")
    edit("print(dx)", "print(dx, dx)")
    assert not is_fresh(built, stage)
    assert build_solution(built, stage)
    assert "6 6" in built.solution(stage.name).read_text()


def test_an_edit_of_the_generated_file_does_not_last(built, stage):
    """A cell changed by hand in the notebook is not fresh, and is made again."""
    path = built.solution(stage.name)
    good = path.read_text()
    path.write_text(good.replace("A tiny stage", "A tidy stage"))
    assert not is_fresh(built, stage)
    build_solution(built, stage)
    assert path.read_text() == good


def test_a_file_that_is_no_notebook_is_made_again(built, stage):
    """Half a file, left by a full disk say, is no obstacle."""
    path = built.solution(stage.name)
    good = path.read_text()
    path.write_text(good[:100])
    assert build_solution(built, stage)
    assert path.read_text() == good


FAILURES = {
    "a cell that raises": ("print(dx)", "1 / 0", ["cell 7 (begins: 1 / 0)", "ZeroDivisionError"]),
    "a wrong answer": ("2 * x ", "3 * x ", ["cell 4 'check-dx'", "ValueError: dx is wrong"]),
    "a syntax error": ("print(dx)", "print(dx", ["cell 7", "SyntaxError", "incomplete input"]),
    "a warning": (
        "print(dx)",
        "import warnings\nwarnings.warn('mind the gap')",
        ["cell 7", "writes to stderr", "mind the gap"],
    ),
    "a kernel that dies": ("print(dx)", "import os\nos._exit(1)", ["cell 7", "Kernel died"]),
    "a folder of this machine": (
        "print(dx)",
        "import sys\nsys.executable",
        ["cell 7", "a folder of this machine"],
    ),
}


@pytest.mark.parametrize(("old", "new", "says"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failing_cell_is_named_and_nothing_is_written(course, stage, edit, old, new, says):
    """The message names stage, cell and error; a solution made before would stay as it was."""
    edit(old, new)
    with pytest.raises(AuthoringError) as caught:
        build_solution(course, stage)
    for text in ["07_tiny", *says]:
        assert text in str(caught.value)
    assert not course.solution(stage.name).exists()


def test_the_authors_own_list_of_names_is_not_used(course, stage, edit, monkeypatch):
    """A solution is made of the course's names, whatever NAMES_FILE says."""
    monkeypatch.setenv("NAMES_FILE", "elsewhere.txt")
    edit("print(dx)", "import os\nprint(os.environ.get('NAMES_FILE'), os.listdir())")
    build_solution(course, stage)
    notebook = nbformat.read(course.solution(stage.name), as_version=4)
    assert notebook.cells[-1].outputs[0].text == "None []\n"


def test_the_command_goes_on_after_a_stage_that_fails(course, stage, capsys):
    """The failure is told on stderr, the other stage is made, and the exit code is 1."""

    def make(checkout, chosen, force):
        if chosen == "bad":
            raise AuthoringError("bad, cell 3: broken")
        return f"{chosen}: executed"

    stages = {"bad": "bad", "good": "good"}
    assert run_command("solutions", "", make, [], stages, course) == 1
    told = capsys.readouterr()
    assert (told.out, told.err) == ("good: executed\n", "bad, cell 3: broken\n")


def test_an_unknown_stage_is_wrong_usage(capsys):
    """Exit code 2, with the stages that there are."""
    assert solutions(["99_nowhere"]) == 2
    assert "no stage 99_nowhere; the stages are" in capsys.readouterr().err
