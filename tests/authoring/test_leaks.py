"""An answer that gets into a release is found wherever it hides."""

import nbformat
import pytest

from autograder.authoring import release
from autograder.authoring.errors import AuthoringError
from autograder.authoring.leaks import canaries, leaks
from autograder.authoring.release import build_release
from autograder.authoring.solutions import build_solution

CANARY = "dx = 2 * x  # the canary of this stage"


@pytest.fixture
def solution(course, stage):
    """The tiny stage's solution."""
    build_solution(course, stage)
    return nbformat.read(course.solution(stage.name), as_version=4)


def plant_in_source(notebook):
    """An author copies an answer into another cell of the release."""
    notebook.cells[-1].source = f"if True:\n    {CANARY}"


def plant_in_output(notebook):
    """A cell prints its source."""
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text=CANARY)]


def plant_in_metadata(notebook):
    """A tool keeps the former text of a cell."""
    notebook.cells[0].metadata["before"] = CANARY


@pytest.mark.parametrize("plant", [plant_in_source, plant_in_output, plant_in_metadata])
def test_a_planted_answer_is_found(course, stage, solution, plant):
    """The clean release passes; the same release with an answer in it does not."""
    text = release.generate(course, stage.name)
    assert leaks(solution, text) == []
    notebook = nbformat.reads(text, as_version=4)
    plant(notebook)
    assert leaks(solution, nbformat.writes(notebook)) == [("dx", CANARY)]


def test_a_written_answer_counts(course, stage, solution):
    """The derivation is as secret as the code."""
    text = course.solution(stage.name).read_text()
    assert {name for name, _ in leaks(solution, text)} == {"dx", "derivation"}


def test_an_answer_that_the_prose_gives_away_has_no_canary(course, stage, edit):
    """That is how a test notices it: nothing would be left to look for."""
    edit("# Derive it.", f"# Of course `{CANARY}`.")
    build_solution(course, stage)
    solution = nbformat.read(course.solution(stage.name), as_version=4)
    assert canaries(solution)["dx"] == []


def test_a_leaking_release_is_not_written(course, stage, monkeypatch):
    """Should nbgrader ever leave an answer in, the command refuses."""
    monkeypatch.setattr(release, "generate", lambda course, name: course.solution(name).read_text())
    with pytest.raises(AuthoringError, match="07_tiny, cell 'dx': the release holds the answer"):
        build_release(course, stage)
    assert not course.release(stage.name).exists()
