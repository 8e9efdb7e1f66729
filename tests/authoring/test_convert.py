"""Conversion gives the same notebook each time."""

import pytest

from autograder.authoring.convert import convert, to_text
from autograder.authoring.errors import AuthoringError


def ids(course, stage) -> list[str]:
    """The cell ids of the stage, in order."""
    return [cell.id for cell in convert(course.authored(stage.name), stage).cells]


def test_two_conversions_give_the_same_bytes(course, stage):
    """Cell ids and metadata hold nothing random."""
    first, second = (to_text(convert(course.authored(stage.name), stage)) for _ in range(2))
    assert first == second
    assert first.endswith("}\n")


def test_a_new_cell_changes_no_other_cells_id(course, stage, edit):
    """A cell put in at the top leaves a difference of one cell."""
    before = ids(course, stage)
    edit("# %% [markdown]\n# # A tiny", "# %%\nimport math\n\n# %% [markdown]\n# # A tiny")
    assert ids(course, stage)[1:] == before


def test_cells_of_the_same_text_have_different_ids(course, stage, edit):
    """Jupyter refuses a notebook with an id twice."""
    edit("print(dx)", "print(dx)\n\n# %%\nprint(dx)\n\n# %%\nprint(dx)")
    assert len(set(ids(course, stage))) == len(ids(course, stage)) == 9


def test_the_notebook_knows_neither_its_text_file_nor_a_python_release(course, stage):
    """One way only, and no difference between patch releases of Python."""
    notebook = convert(course.authored(stage.name), stage)
    assert set(notebook.metadata) == {"backprop_by_hand", "kernelspec", "language_info"}
    assert "version" not in notebook.metadata.language_info


def test_a_missing_file_is_told_in_one_sentence(course, stage):
    """The stage and the file are named."""
    course.authored(stage.name).unlink()
    with pytest.raises(AuthoringError, match=r"07_tiny: cannot read 07_tiny\.py"):
        convert(course.authored(stage.name), stage)
