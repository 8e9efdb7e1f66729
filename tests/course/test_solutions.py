"""The committed solution notebooks are whole."""

import sys

import nbformat

from autograder.authoring.layout import CHECKOUT
from autograder.authoring.outputs import unfit_outputs

# nbval compares nothing for a cell that was never executed, so that is looked at here.


def code_cells(stage):
    """The code cells of a stage's solution."""
    notebook = nbformat.read(CHECKOUT.solution(stage.name), as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_code_cell_has_been_executed_in_order(stage):
    """The counts run from 1 without a gap."""
    counts = [cell.execution_count for cell in code_cells(stage)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_cell_failed_unless_it_is_meant_to(stage):
    """An error stands only in a cell whose tag says so, for show."""
    failed = [
        cell.source
        for cell in code_cells(stage)
        if any(output.output_type == "error" for output in cell.outputs)
        and "raises-exception" not in cell.metadata.get("tags", [])
    ]
    assert failed == []


def test_outputs_can_be_published(stage):
    """No warning, and no folder of the machine that ran the notebook."""
    notebook = nbformat.read(CHECKOUT.solution(stage.name), as_version=4)
    private = [str(CHECKOUT.root), sys.prefix]
    assert unfit_outputs(notebook, stage.name, private) == []


def test_every_authored_file_belongs_to_a_stage():
    """No file in solutions/ is left out of the course by a slip in its name."""
    from autograder.stages import STAGES

    authored = {path.stem for path in (CHECKOUT.root / "solutions").glob("*.py")}
    assert authored == set(STAGES)


def test_nothing_but_the_notebook_lies_in_a_stages_folder(stage):
    """nbgrader copies every other file of a source folder; a release is copied for students."""
    for folder in (CHECKOUT.solution(stage.name).parent, CHECKOUT.release(stage.name).parent):
        assert [path.name for path in folder.iterdir()] == [f"{stage.name}.ipynb"]
