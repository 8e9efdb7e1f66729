"""Short markers become nbgrader's metadata, and each wrong one is explained."""

from collections.abc import Callable

import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.authoring.convert import convert
from autograder.authoring.errors import AuthoringError
from autograder.authoring.layout import Checkout


def metadata(course: Checkout, stage) -> dict[str, dict]:
    """nbgrader's metadata by grade_id."""
    notebook = convert(course.authored(stage.name), stage)
    MetadataValidator().validate_nb(notebook)
    found = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {item.grade_id: dict(item) for item in found}


def test_each_marker_becomes_the_metadata_nbgrader_reads(course, stage):
    """Four kinds of cell, with the points of the stage where a cell is graded."""

    def expected(grade_id, **kind):
        flags = {"grade": False, "solution": False, "locked": False, "task": False}
        return flags | kind | {"schema_version": 3, "grade_id": grade_id}

    assert metadata(course, stage) == {
        "setup": expected("setup", locked=True),
        "dx": expected("dx", solution=True),
        "check-dx": expected("check-dx", grade=True, locked=True, points=2.0),
        "derivation": expected("derivation", grade=True, solution=True, points=3.0),
    }


def test_only_tags_stay_besides_nbgraders_metadata(course, stage):
    """The short markers, and the blank lines that jupytext counts, are gone."""
    notebook = convert(course.authored(stage.name), stage)
    keys = {key for cell in notebook.cells for key in cell.metadata}
    assert keys == {"nbgrader", "tags"}
    assert notebook.cells[-1].metadata.tags == ["nbval-ignore-output"]


MISTAKES = {
    "a step that the stage does not have": (
        '# %% solution="dx"',
        '# %% solution="dy"',
        ["07_tiny, cell 3 'dy' (begins: # dx: a number)", "no step 'dy'", "it has dx, derivation"],
    ),
    "a grade_id given twice": (
        '# %% tags=["nbval-ignore-output"]',
        '# %% locked="setup"',
        ["cell 7 'setup'", "already that of cell 2"],
    ),
    "a solution without a check": (
        '# %% check="dx"',
        "# %%",
        ["cell 3 'dx'", 'add a cell marked check="dx"'],
    ),
    "a check without a solution": (
        '# %% solution="dx"\n# dx: a number\n### BEGIN SOLUTION\n',
        "# %%\n",
        ["cell 4 'check-dx'", 'add a cell marked solution="dx"', "outside a solution cell"],
    ),
    "a check before its solution": (
        "x = 3\n",
        'x = 3\n\n# %% check="dx"\ncheck("dx")\n',
        ["cell 3 'check-dx'", "before its solution"],
    ),
    "a step with no cells": (
        '# %% [markdown] manual="derivation"',
        "# %% [markdown]",
        ["07_tiny: no cell belongs to the step 'derivation'"],
    ),
    "an answer without delimiters": (
        "### BEGIN SOLUTION\ndx = 2 * x  # the canary of this stage\n### END SOLUTION",
        "dx = 2 * x",
        ["cell 3 'dx'", "between ### BEGIN SOLUTION and ### END SOLUTION"],
    ),
    "an answer without its end": (
        "### END SOLUTION\n",
        "",
        ["cell 3 'dx'", "one line ### END SOLUTION"],
    ),
    "delimiters that nbgrader would read but not our way": (
        "### BEGIN SOLUTION",
        "# BEGIN SOLUTION",
        ["cell 3 'dx'", "one line ### BEGIN SOLUTION"],
    ),
    "an empty answer": (
        "dx = 2 * x  # the canary of this stage\n",
        "\n",
        ["cell 3 'dx'", "there is no answer"],
    ),
    "delimiters in a cell without a marker": (
        "print(dx)",
        "### BEGIN SOLUTION\nprint(dx)\n### END SOLUTION",
        ["cell 7 (begins: ### BEGIN SOLUTION)", "outside a solution cell"],
    ),
    "a closing semicolon": (
        "print(dx)",
        "(dx, x);",
        ["cell 7", "ends with a semicolon; give its value a name"],
    ),
    "an unknown marker": (
        '# %% locked="setup"',
        '# %% lokced="setup"',
        ["cell 2", "unknown marker lokced='setup'", "solution, check, locked, manual or tags"],
    ),
    "a marker without quotation marks": (
        '# %% locked="setup"',
        "# %% locked=setup",
        ["cell 2", "unknown marker", "locked=setup", 'key="value"'],
    ),
    "a title on the marker line": (
        '# %% locked="setup"',
        '# %% Set-up locked="setup"',
        ["cell 2", "unknown marker title='Set-up'"],
    ),
    "two markers on one cell": (
        '# %% locked="setup"',
        '# %% locked="setup" solution="dx"',
        ["cell 2", "markers solution and locked on one cell"],
    ),
    "a marker that is no text": ('# %% locked="setup"', "# %% locked=2", ["cell 2", "locked="]),
    "a name that nbgrader refuses": (
        '# %% locked="setup"',
        '# %% locked="set up"',
        ["cell 2", "'set up' is not a name"],
    ),
    "a solution in a markdown cell": (
        '# %% [markdown] manual="derivation"',
        '# %% [markdown] locked="derivation"',
        ["cell 6", "a locked cell is a code cell"],
    ),
    "a check that checks another step": (
        'check("dx")',
        'check("dy")',
        ["cell 4 'check-dx'", 'write check("dx")'],
    ),
    "an instructor's step with a solution cell": (
        '# %% [markdown] manual="derivation"\n#',
        '# %% solution="derivation"\n#',
        ["cell 6 'derivation'", 'mark one markdown cell manual="derivation"'],
    ),
    "tags that are no list": (
        'tags=["nbval-ignore-output"]',
        'tags="nbval-ignore-output"',
        ["'nbval-ignore-output' is not of type 'array'", 'tags=["one", "two"]'],
    ),
}


@pytest.mark.parametrize(("old", "new", "says"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_wrong_marker_names_stage_cell_and_remedy(course, stage, edit, old, new, says):
    """The message leads to the cell and says what to do."""
    edit(old, new)
    with pytest.raises(AuthoringError) as caught:
        convert(course.authored(stage.name), stage)
    for text in ["07_tiny", *says]:
        assert text in str(caught.value)


def test_every_wrong_marker_is_told_at_once(course, stage, edit: Callable[..., None]):
    """An author need not run the command once for each mistake."""
    edit('# %% locked="setup"', '# %% lokced="setup"')
    edit('check("dx")', "check()")
    with pytest.raises(AuthoringError) as caught:
        convert(course.authored(stage.name), stage)
    assert len(str(caught.value).splitlines()) == 2


def test_a_checked_step_cannot_be_graded_by_hand_only(course, stage, edit):
    """A manual marker on a step that a check judges would take the check out of the course."""
    edit('manual="derivation"', 'manual="dx"')
    with pytest.raises(AuthoringError, match="a check judges this step"):
        convert(course.authored(stage.name), stage)
