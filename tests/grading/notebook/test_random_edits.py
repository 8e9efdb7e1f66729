"""Whatever happens to a notebook, reading it refuses or succeeds, and loses no whole answer."""

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.authoring.layout import CHECKOUT
from autograder.grading.ingest import Refused, parse_submission
from autograder.grading.notebook.assignment import read_assignment
from autograder.grading.notebook.stub import COURSE_STUBS
from autograder.grading.repair import prepare
from autograder.stages import STAGES
from tests.grading.notebook.course import ANSWERS, STAGE, instructors, submission
from tests.grading.notebook.edits import GARBAGE, edited

SOURCE = instructors()
CODE = [name for name in ANSWERS if name != "derivation"]


def answered(stage):
    """An instructor's notebook, and a submission with answers that are not the instructor's."""
    source = nbformat.read(CHECKOUT.solution(stage.name), as_version=4)
    release = json.loads(CHECKOUT.release(stage.name).read_text(encoding="utf-8"))
    cells = {c.name: c for c in read_assignment(source, COURSE_STUBS, stage) if c.keys}
    for number, cell in enumerate(release["cells"]):
        cell["source"] = "".join(cell["source"])
        if cell["id"] in cells:
            own = cells[cell["id"]]
            line = f"{own.keys[0]} = my_answer_{number}"
            function = own.released.startswith("def ")
            body = f"return my_answer_{number}" if function else line
            cell["source"] = own.released.replace("raise NotImplementedError()", body)
    return source, release, list(cells)


STAGES_ANSWERED = {name: answered(stage) for name, stage in STAGES.items()}


def check(edits, source, stage):
    """Every whole answer is at its own step, all that is the instructor's is there, no more."""
    content = json.dumps(edits.notebook).encode()
    try:
        raw = parse_submission(content)
    except Refused as refused:
        assert "cells, more than" in str(refused)
        return
    found = prepare(raw, source, stage)
    got = {cell.name: cell.source for cell in found.cells if cell.kind == "solution"}
    assert {name: got[name] for name in edits.whole()} == edits.whole()
    expected = read_assignment(source, COURSE_STUBS, stage)
    locked = [cell for cell in expected if cell.kind == "locked" and cell.is_code]
    assert [(c.name, c.source) for c in found.cells if c.kind in ("setup", "locked")] == [
        (cell.name, cell.source) for cell in locked
    ]
    assert found.cells[0].kind == "setup"
    submitted = "\n".join(cell.source for cell in raw.cells)
    for cell in expected:
        if cell.kind == "solution":
            lines = got[cell.name].split("\n")
            assert all(line in submitted or line in cell.released for line in lines)
        if cell.kind == "check":
            assert cell.name not in {c.name for c in found.cells}
    assert all(isinstance(text, str) and text.encode() for text in found.repairs)
    assert len(found.repairs) < 80


@settings(max_examples=300)
@given(edited(submission(), CODE))
def test_a_small_notebook_survives_random_edits(edits):
    """Deleted, duplicated, moved, split, merged, retyped, renamed, stripped, littered cells."""
    check(edits, SOURCE, STAGE)


@pytest.mark.parametrize("name", STAGES)
@settings(max_examples=40)
@given(data=st.data())
def test_the_courses_notebooks_survive_random_edits(name, data):
    """Each stage of the course."""
    source, release, steps = STAGES_ANSWERED[name]
    check(data.draw(edited(release, steps)), source, STAGES[name])


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["cells", "nbformat", "worksheets", "metadata"]), GARBAGE))
def test_garbage_of_any_shape_is_read_or_refused(value):
    """Nothing else is ever raised."""
    try:
        raw = parse_submission(json.dumps(value).encode())
    except Refused as refused:
        assert str(refused).endswith(".")
    else:
        prepare(raw, SOURCE, STAGE)


@settings(max_examples=200)
@given(
    st.binary(max_size=60),
    st.integers(0, 5000),
    st.integers(0, 200),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]),
)
def test_damaged_bytes_are_read_or_refused(damage, start, length, encoding):
    """A stretch of the file is overwritten, cut out or put in."""
    content = json.dumps(submission()).encode(encoding)
    content = content[:start] + damage + content[start + length :]
    try:
        raw = parse_submission(content)
    except Refused as refused:
        assert str(refused).endswith(".")
    else:
        prepare(raw, SOURCE, STAGE)
