"""Our stubs are what nbgrader's generate_assignment makes of the same cells."""

from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.layout import CHECKOUT
from autograder.grading.notebook.assignment import read_assignment
from autograder.grading.notebook.stub import (
    COURSE_STUBS,
    NBGRADER_STUBS,
    Stubs,
    untouched_source,
    without_hidden_parts,
)
from autograder.stages import STAGES

NBGRADERS = Path(nbgrader.__file__).parent / "tests"


def shipped():
    """nbgrader's own notebooks, those that are instructors' or could be."""
    return sorted(NBGRADERS.glob("*/files/*.ipynb"))


def test_the_course_and_nbgraders_configuration_say_the_same():
    """One of them is for nbgrader, the other for the judge."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(CHECKOUT.root)).load_config()
    said = Stubs(config.ClearSolutions.code_stub["python"], config.ClearSolutions.text_stub)
    assert said == COURSE_STUBS


def test_nbgraders_own_stubs_are_known():
    """For notebooks of other courses."""
    default = ClearSolutions()
    assert Stubs(default.code_stub["python"], default.text_stub) == NBGRADER_STUBS


@pytest.mark.parametrize("name", STAGES)
def test_every_cell_of_a_release_is_foreseen(name):
    """Word for word, as it lies in notebooks/."""
    source = nbformat.read(CHECKOUT.solution(name), as_version=4)
    release = nbformat.read(CHECKOUT.release(name), as_version=4)
    foreseen = [cell.released for cell in read_assignment(source, COURSE_STUBS, STAGES[name])]
    assert foreseen == [cell.source for cell in release.cells]


@pytest.mark.parametrize("path", shipped(), ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_nbgraders_own_preprocessors_agree(path):
    """On each of the cells that nbgrader ships for its own tests."""
    clear, hide, mark = ClearSolutions(), ClearHiddenTests(), ClearMarkScheme()
    resources = {"language": "python"}
    for cell in nbformat.read(path, as_version=nbformat.NO_CONVERT).get("cells", []):
        solution = cell.metadata.get("nbgrader", {}).get("solution", False)
        if "BEGIN SOLUTION" in cell.source and not solution:
            continue  # nbgrader refuses to make a release of such a cell
        is_code = cell.cell_type == "code"
        source = cell.source
        ours = (
            untouched_source(source, is_code, NBGRADER_STUBS)
            if solution
            else without_hidden_parts(source)
        )
        if not solution:
            cell.metadata.pop("nbgrader", None)
        cell, _ = clear.preprocess_cell(cell, resources, 0)
        hide._remove_hidden_test_region(cell)
        mark._remove_mark_scheme_region(cell)
        assert ours == cell.source


@pytest.mark.parametrize(
    "source",
    ["### BEGIN SOLUTION\nsecret", "a\n### BEGIN SOLUTION\n### BEGIN SOLUTION\nsecret"],
)
def test_an_answer_that_never_ends_is_not_left(source):
    """nbgrader refuses such a source; whatever happens, the answer is out of it."""
    assert "secret" not in untouched_source(source, True, COURSE_STUBS)
