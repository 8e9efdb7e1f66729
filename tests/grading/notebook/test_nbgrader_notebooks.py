"""Notebooks of any nbgrader course are aligned by grade_id, ours or not."""

from pathlib import Path

import nbformat
import nbgrader
import pytest

from autograder.grading.ingest import Refused, parse_submission, read_submission
from autograder.grading.notebook.stub import NBGRADER_STUBS
from autograder.grading.repair import rebuild

FILES = Path(nbgrader.__file__).parent / "tests"
APPS, PREPROCESSORS = FILES / "apps" / "files", FILES / "preprocessors" / "files"


def source_of(path):
    """The instructor's notebook."""
    return nbformat.read(path, as_version=4)


def rebuilt(submission, source):
    """A submitted file put back into an instructor's notebook."""
    return rebuild(read_submission(submission), source_of(source), stubs=NBGRADER_STUBS)


def by_name(found):
    """The named cells' kinds and sources."""
    return {slot.name: (slot.kind, slot.source) for slot in found.slots if slot.name}


UNCHANGED = APPS / "submitted-unchanged.ipynb"
STUB = NBGRADER_STUBS.code
CASES = {
    "submitted-unchanged": {},
    "submitted-changed": {
        "set_a": ("solution", "# YOUR CODE HERE\na = 1"),
        "baz": ("manual", "An answer!"),
        "quux": ("solution", "# YOUR CODE HERE\nb = 2"),
    },
    "submitted-grade-cell-changed": {},
    "submitted-locked-cell-changed": {},
}


@pytest.mark.parametrize(("name", "changed"), CASES.items(), ids=CASES)
@pytest.mark.parametrize("folder", [APPS, PREPROCESSORS], ids=["apps", "preprocessors"])
def test_a_submission_of_nbgraders_own_is_aligned(folder, name, changed):
    """Answers are the student's; tests and read-only cells the instructor's."""
    expected = {
        "set_a": ("solution", STUB),
        "foo": ("check", 'print("Success!")'),
        "bar": ("check", "assert a == 1"),
        "baz": ("manual", "YOUR ANSWER HERE"),
        "quux": ("solution", STUB),
        "ro1": ("setup", 'print("Don\'t change this cell!")'),
        "ro2": ("prose", "This cell shouldn't be changed."),
    }
    found = rebuilt(folder / f"{name}.ipynb", UNCHANGED)
    assert by_name(found) == expected | changed
    assert [slot.name for slot in found.slots] == list(expected)
    told = {"submitted-grade-cell-changed": "bar", "submitted-locked-cell-changed": "ro1, ro2"}
    assert found.repairs == (
        (f"Changed although they are the instructor's, whose version was used: {told[name]}.",)
        if name in told
        else ()
    )


@pytest.mark.parametrize("name", ["submitted-cheat-attempt", "submitted-cheat-attempt-alternative"])
def test_an_attempt_to_cheat_is_an_answer_like_any_other(name):
    """It is in the cell to write in, and that is its business; the tests are the instructor's."""
    found = by_name(rebuilt(APPS / f"{name}.ipynb", UNCHANGED))
    assert found["set_a"][1].startswith("# YOUR CODE HERE\nimport IPython")
    assert found["bar"] == ("check", "assert a == 1")


@pytest.mark.parametrize(
    "name", ["submitted-answer-cell-type-changed", "submitted-grade-cell-type-changed"]
)
def test_a_changed_type_is_changed_back(name):
    """Of answers and of tests."""
    found = rebuilt(PREPROCESSORS / f"{name}.ipynb", UNCHANGED)
    types = {slot.name: slot.cell_type for slot in found.slots}
    assert types["set_a"] == types["bar"] == "code"


@pytest.mark.parametrize("name", ["simple", "hashed", "multi", "hidden"])
def test_generated_tests_are_no_change_of_the_instructors(name):
    """A release has other words where the instructor has AUTOTEST."""
    right = "changed-right" if name == "hidden" else "changed"
    found = rebuilt(APPS / f"autotest-{name}-{right}.ipynb", APPS / f"autotest-{name}.ipynb")
    kinds = {slot.name: slot for slot in found.slots}
    assert "a = 5" in kinds["soln"].source
    assert "AUTOTEST" in kinds[f"test_{name}"].source
    assert found.repairs == ()


def test_plain_cells_run_where_they_stand():
    """Between an answer and its test, as the student left them."""
    source = source_of(PREPROCESSORS / "test.ipynb")
    text = (PREPROCESSORS / "test.ipynb").read_text().replace('"squares(10)"', '"squares(7)"')
    found = rebuild(parse_submission(text.encode()), source, stubs=NBGRADER_STUBS)
    names = [(slot.kind, slot.name or slot.source[:11]) for slot in found.slots]
    place = names.index(("solution", "squares"))
    assert names[place + 2 : place + 4] == [("extra", "squares(7)"), ("check", "correct_squares")]


@pytest.mark.parametrize(
    "path",
    sorted(FILES.glob("*/files/*.ipynb")),
    ids=lambda path: f"{path.parts[-3]}-{path.stem}",
)
def test_every_notebook_that_nbgrader_ships_is_read_or_refused(path):
    """As a submission for another, and for itself, with its own answers."""
    try:
        raw = read_submission(path)
    except Refused as refused:
        assert path.stem == "too-new" and "newer than 4" in str(refused)
        return
    rebuild(raw, source_of(UNCHANGED), stubs=NBGRADER_STUBS)
    if path.stem.startswith(("test", "autotest")) and path.stem != "test-v0-invalid":
        found = rebuild(raw, source_of(path), stubs=NBGRADER_STUBS)
        assert [s.source for s in found.slots if s.kind in ("solution", "check")] == [
            cell.source
            for cell in source_of(path).cells
            if cell.cell_type == "code"
            and any(cell.metadata.get("nbgrader", {}).get(k) for k in ("solution", "grade"))
        ]


@pytest.mark.parametrize("name", ["blank-grade-id", "duplicate-grade-ids"])
def test_an_instructors_fault_is_the_instructors(name):
    """It is no ground to refuse a submission."""
    with pytest.raises(ValueError, match="the instructor's notebook has"):
        rebuilt(UNCHANGED, PREPROCESSORS / f"{name}.ipynb")
