"""Whatever a student did to the cells of a notebook, each answer arrives at its own step."""

import copy

import pytest

from tests.grading.notebook.course import (
    ANSWERS,
    FORWARD,
    SETUP,
    WORDS,
    answers,
    cell,
    place,
    prepared,
    release,
    stripped,
    stub,
    submission,
)

CODE = [name for name in ANSWERS if name != "derivation"]


def sentences(found):
    """All repairs as one text."""
    return " ".join(found.repairs)


@pytest.fixture
def notebook():
    """A submission in which everything is answered."""
    return submission()


def test_an_ordinary_submission_needs_no_repair(notebook):
    """Its answers arrive as they are, the course's cells around them, the checks not at all."""
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert found.repairs == ()
    assert [(c.kind, c.name) for c in found.cells] == [
        ("setup", "setup"),
        ("locked", "forward"),
        ("course", ""),
        ("solution", "dprobs"),
        ("solution", "dlogits"),
        ("solution", "dh"),
        ("solution", "softmax"),
        ("course", ""),
    ]


def test_an_untouched_release_has_stubs_and_no_prose():
    """Nothing of the reference is in it."""
    found = prepared(release())
    assert answers(found) == {name: stub(name) for name in ANSWERS}
    assert found.repairs == ()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_deleted_answer_is_the_untouched_stub(notebook, name):
    """It is never the reference, and the others stay what they are."""
    del notebook["cells"][place(notebook, name)]
    found = prepared(notebook)
    assert answers(found) == ANSWERS | {name: stub(name)}
    assert found.repairs == (f"No cell was found for {name}; the untouched stub stands in.",)


@pytest.mark.parametrize("name", ["setup", "forward", "check-dh"])
def test_a_deleted_cell_of_the_instructor_is_put_back(notebook, name):
    """And it is told."""
    del notebook["cells"][place(notebook, name)]
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert [c.source for c in found.cells[:2]] == [SETUP, FORWARD]
    assert found.repairs == (f"Deleted although they are the instructor's, and put back: {name}.",)


@pytest.mark.parametrize("strip", [False, True], ids=["named", "stripped"])
def test_a_changed_locked_cell_is_the_instructors(notebook, strip):
    """Its name does not matter: it is recognized by what is left of it."""
    changed = cell(notebook, "forward")
    changed["source"] = changed["source"].replace("logits.exp()", "logits.exp() * 0") + "\nx = 1"
    if strip:
        notebook["cells"][place(notebook, "forward")] = stripped(changed)
    found = prepared(notebook)
    assert [c.source for c in found.cells if c.kind in ("setup", "locked")] == [SETUP, FORWARD]
    assert not any(c.kind == "extra" for c in found.cells)
    assert "whose version was used: forward." in sentences(found)


def test_locks_points_and_kinds_of_the_submission_mean_nothing(notebook):
    """A cell is what the instructor's notebook says it is."""
    for one in notebook["cells"]:
        if "nbgrader" in one["metadata"]:
            one["metadata"]["nbgrader"] |= {
                "locked": True,
                "grade": True,
                "solution": False,
                "points": 1000,
                "task": True,
            }
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert found.repairs == ()


@pytest.mark.parametrize("name", CODE)
def test_a_copy_counts_once(notebook, name):
    """A cell that was pasted a second time does not run a second time."""
    notebook["cells"].append(copy.deepcopy(cell(notebook, name)))
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert len([c for c in found.cells if c.kind in ("solution", "extra")]) == len(CODE)
    assert found.repairs == (f"There twice with the same text, counted once: {name}.",)


def test_of_two_different_answers_the_later_counts(notebook):
    """The earlier one still runs, as a cell of the student's own."""
    second = copy.deepcopy(cell(notebook, "dprobs")) | {"id": "pasted"}
    second["source"] = WORDS["dprobs"] + "dprobs = probs**-1"
    cell(notebook, "dprobs")["id"] = "also-new"
    notebook["cells"].insert(place(notebook, "also-new") + 1, second)
    found = prepared(notebook)
    assert answers(found) == ANSWERS | {"dprobs": second["source"]}
    assert [c.source for c in found.cells if c.kind == "extra"] == [ANSWERS["dprobs"]]
    assert "of which the last counts: dprobs." in sentences(found)


def test_an_untouched_copy_does_not_displace_the_answer(notebook):
    """The release's cell was pasted below the answer."""
    notebook["cells"].insert(place(notebook, "dprobs") + 1, cell(release(), "dprobs"))
    assert answers(prepared(notebook)) == ANSWERS


@pytest.mark.parametrize("keep", ["both", "first", "none"])
@pytest.mark.parametrize(("name", "line"), [("dlogits", 2), ("dlogits", 3), ("softmax", 3)])
def test_a_split_answer_is_joined(notebook, name, line, keep):
    """Whichever of the two halves kept the metadata."""
    where = place(notebook, name)
    whole = notebook["cells"].pop(where)
    lines = whole["source"].split("\n")
    halves = [copy.deepcopy(whole) for _ in range(2)]
    halves[0]["source"], halves[1]["source"] = "\n".join(lines[:line]), "\n".join(lines[line:])
    halves[1]["id"] = "second-half"
    if keep != "both":
        halves[1] = stripped(halves[1])
    if keep == "none":
        halves[0] = stripped(halves[0])
    notebook["cells"][where:where] = halves
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert f"Spread over several cells, which were joined: {name}." in found.repairs


@pytest.mark.parametrize("first", range(len(submission()["cells"]) - 1))
def test_merged_neighbors_are_taken_apart(notebook, first):
    """Any two neighbors can be merged; the answer in them is still found."""
    upper, lower = notebook["cells"][first : first + 2]
    upper["source"] += "\n\n" + lower["source"]
    del notebook["cells"][first + 1]
    found = prepared(notebook)
    got = {name: text.strip() for name, text in answers(found).items()}
    assert got == ANSWERS
    assert [c.source for c in found.cells if c.kind in ("setup", "locked")] == [SETUP, FORWARD]


def test_answers_merged_without_the_courses_words_are_taken_apart(notebook):
    """The definitions tell where one ends and the other begins."""
    one = cell(notebook, "dprobs")
    bare = {n: ANSWERS[n].removeprefix(WORDS[n]) for n in ("dprobs", "dlogits", "dh")}
    one["source"] = "\n".join(bare.values())
    for name in ("dlogits", "dh"):
        del notebook["cells"][place(notebook, name)]
    found = prepared(notebook)
    assert answers(found) == ANSWERS | bare
    assert "which was taken apart: dlogits, dh." in sentences(found)


def test_interwoven_answers_stay_together(notebook):
    """Both steps get the whole cell: it cannot be told whose a line is."""
    one = cell(notebook, "dprobs")
    one["source"] = "dprobs = 1 / probs\ndlogits = dprobs * probs\ndprobs = dprobs.clone()"
    del notebook["cells"][place(notebook, "dlogits")]
    found = prepared(notebook)
    assert answers(found) == ANSWERS | dict.fromkeys(["dprobs", "dlogits"], one["source"])
    assert "which cannot be taken apart: dlogits." in sentences(found)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("name", CODE)
def test_a_retyped_answer_is_read_as_code(notebook, name, kind):
    """Also without its metadata: the course's words are in it."""
    cell(notebook, name)["cell_type"] = kind
    assert answers(prepared(notebook)) == ANSWERS
    notebook["cells"][place(notebook, name)] = stripped(cell(notebook, name))
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert f"Not in a cell of the right type any more, read all the same: {name}." in found.repairs


def test_a_derivation_in_a_code_cell_is_read(notebook):
    """By its name."""
    cell(notebook, "derivation")["cell_type"] = "code"
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert not any(ANSWERS["derivation"] in c.source for c in found.cells)


def test_a_nameless_derivation_is_found_in_its_place(notebook):
    """It is the student's own prose where the answer should stand, and that is told."""
    notebook["cells"][place(notebook, "derivation")] = stripped(cell(notebook, "derivation"))
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert "because they stand in the place of these: derivation." in sentences(found)


def test_a_derivation_written_below_its_untouched_cell_is_found():
    """The cell to write in was overlooked."""
    notebook = release()
    own = {"cell_type": "markdown", "metadata": {}, "source": ANSWERS["derivation"]}
    notebook["cells"].insert(place(notebook, "derivation") + 1, own)
    assert answers(prepared(notebook))["derivation"] == ANSWERS["derivation"]


@pytest.mark.parametrize("name", ["nothing-of-ours", "dh", "forward", "check-dh", ""])
def test_a_renamed_answer_is_recognized(notebook, name):
    """The course's words in it count for more than its name, be it another step's."""
    renamed = cell(notebook, "dprobs")
    renamed["id"] = renamed["metadata"]["nbgrader"]["grade_id"] = name
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert "for want of a name: dprobs." in sentences(found)
    assert [c.source for c in found.cells if c.kind in ("setup", "locked")] == [SETUP, FORWARD]


def test_a_retyped_answer_with_another_steps_names_is_recognized(notebook):
    """The course's first words outweigh both names."""
    other = cell(notebook, "dprobs")
    renamed = cell(notebook, "dh") | {"metadata": other["metadata"], "cell_type": "markdown"}
    notebook["cells"][place(notebook, "dh")] = renamed | {"id": "dprobs"}
    assert answers(prepared(notebook)) == ANSWERS


def test_a_stray_cell_with_a_steps_name_is_no_part_of_its_answer(notebook):
    """The answer is whole without it; it runs as a cell of the student's own."""
    stray = {"cell_type": "code", "metadata": cell(notebook, "dh")["metadata"], "source": "i = 1"}
    for where in (2, len(notebook["cells"])):
        changed = copy.deepcopy(notebook)
        changed["cells"].insert(where, stray)
        found = prepared(changed)
        assert answers(found) == ANSWERS
        assert [c.source for c in found.cells if c.kind == "extra"] == ["i = 1"]


def test_swapped_names_do_not_swap_answers(notebook):
    """An answer is judged as the step that it answers."""
    one, other = cell(notebook, "dprobs"), cell(notebook, "dh")
    for key in ("id", "metadata"):
        one[key], other[key] = other[key], one[key]
    assert answers(prepared(notebook)) == ANSWERS


def test_all_names_gone_and_all_words_gone(notebook):
    """What an answer defines still tells whose it is, and that this was assumed is told."""
    for where, one in enumerate(notebook["cells"]):
        name = one["id"]
        notebook["cells"][where] = stripped(one)
        if name in CODE and name != "softmax":
            notebook["cells"][where]["source"] = ANSWERS[name].removeprefix(WORDS[name])
    found = prepared(notebook)
    expected = {n: t if n == "softmax" else t.removeprefix(WORDS[n]) for n, t in ANSWERS.items()}
    assert answers(found) == expected
    assert "nothing else defines these names: dprobs, dlogits, dh." in sentences(found)


def test_an_answer_in_a_cell_of_the_students_own_is_found():
    """The cell to write in was left as it was."""
    notebook = release()
    own = {"cell_type": "code", "metadata": {}, "source": "dprobs = probs.reciprocal()"}
    notebook["cells"].insert(place(notebook, "check-dprobs") + 1, own)
    found = prepared(notebook)
    assert answers(found)["dprobs"] == own["source"]
    assert "nothing else defines these names: dprobs." in sentences(found)
    assert not any(c.kind == "extra" for c in found.cells)


def test_an_answer_in_the_check_cell_is_found():
    """Colab does not lock cells; the call of the check itself is taken out."""
    notebook = release()
    cell(notebook, "check-dprobs")["source"] = 'dprobs = 1 / probs\ncheck("dprobs")'
    found = prepared(notebook)
    assert answers(found)["dprobs"] == "dprobs = 1 / probs"
    assert not any("check(" in c.source for c in found.cells)


def test_a_call_of_the_check_in_an_answer_is_taken_out(notebook):
    """The judge checks with other numbers, on which the call would raise."""
    cell(notebook, "dh")["source"] += '\ncheck("dh")'
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert "Calls of the check were taken out of the answers of these: dh." in found.repairs


@pytest.mark.parametrize("asked", ['check("dprobs")', "check.summary()"])
@pytest.mark.parametrize("name", ["dlogits", "dh"])
def test_asking_the_check_amid_an_answer_changes_nothing(notebook, name, asked):
    """At every line of it, also where a cell of the course has just these words."""
    lines = (ANSWERS[name] + "\nprint(1)").split("\n")
    for line in range(len(lines) + 1):
        cell(notebook, name)["source"] = "\n".join([*lines[:line], asked, *lines[line:]])
        found = prepared(notebook)
        assert answers(found) == ANSWERS | {name: "\n".join(lines)}
        assert found.repairs == (
            f"Calls of the check were taken out of the answers of these: {name}.",
        )


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("inverse = 1", "dprobs = inverse / probs"),
        ("dprobs = 1 / probs", "dprobs = dprobs + 0"),
        (WORDS["dprobs"] + "inverse = 1", "dprobs = inverse / probs"),
    ],
)
def test_an_answer_around_a_demonstration_stays_whole(notebook, above, below, missing):
    """Wherever the demonstration was typed from: what is below it needs what is above it."""
    demo = cell(notebook, "demo")["source"]
    if missing:
        del notebook["cells"][place(notebook, "demo")]
    cell(notebook, "dprobs")["source"] = f"{above}\n{demo}\n{below}"
    assert answers(prepared(notebook))["dprobs"] == f"{above}\n{demo}\n{below}"


def test_a_scratch_cell_does_not_displace_an_answer(notebook):
    """It defines the same name, but the step's own cell is there."""
    for where, source in ((2, "dprobs = 0"), (len(notebook["cells"]), "dprobs = None")):
        own = {"cell_type": "code", "metadata": {}, "source": source}
        notebook["cells"].insert(where, own)
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert [c.source for c in found.cells if c.kind == "extra"] == ["dprobs = 0", "dprobs = None"]


def test_an_answer_to_another_step_is_not_taken(notebook):
    """A missing step stays missing if no cell defines its name."""
    del notebook["cells"][place(notebook, "dh")]
    own = {"cell_type": "code", "metadata": {}, "source": "dhpreact = 1\nprint(dh)\nf(dh=2)"}
    notebook["cells"].append(own)
    found = prepared(notebook)
    assert answers(found) == ANSWERS | {"dh": stub("dh")}
    assert "No cell was found for dh" in sentences(found)


def test_reversed_cells_are_put_back_into_order(notebook):
    """The instructor's order counts."""
    notebook["cells"].reverse()
    found = prepared(notebook)
    assert answers(found) == ANSWERS
    assert [c.name for c in found.cells if c.name] == ["setup", "forward", *CODE]
    assert "put back into the course's order" in sentences(found)


def test_a_moved_cell_leaves_the_students_own_cells_where_they_are(notebook):
    """A helper above its step stays above it, though the cell it followed was moved to the end."""
    helper = {"cell_type": "code", "metadata": {}, "source": "helper = 2"}
    notebook["cells"].insert(place(notebook, "dlogits"), helper)
    notebook["cells"].append(notebook["cells"].pop(place(notebook, "about-dlogits")))
    found = prepared(notebook)
    sources = [c.source for c in found.cells]
    assert sources.index("helper = 2") == sources.index(ANSWERS["dlogits"]) - 1


def test_a_cell_above_the_setup_runs_after_it(notebook):
    """The set-up is first, always."""
    own = {"cell_type": "code", "metadata": {}, "source": "import numpy as np"}
    notebook["cells"].insert(0, own)
    found = prepared(notebook)
    assert [c.kind for c in found.cells[:3]] == ["setup", "extra", "locked"]


def test_a_changed_demonstration_is_the_students(notebook):
    """It runs in its place; a deleted one does not come back."""
    cell(notebook, "demo")["source"] = "print(probs.mean())"
    del notebook["cells"][place(notebook, "summary")]
    found = prepared(notebook)
    assert [(c.kind, c.source) for c in found.cells if c.kind in ("course", "extra")] == [
        ("extra", "print(probs.mean())")
    ]
    assert found.repairs == ()


def test_repairs_never_quote_the_submission(notebook):
    """They end on terminals and web pages."""
    hostile = "<script>\x1b[2J{0.__class__}"
    for one in notebook["cells"]:
        one["id"] = hostile
        one["metadata"] = {"nbgrader": {"grade_id": hostile}}
    notebook["cells"].append({"cell_type": hostile, "source": hostile})
    found = prepared(notebook)
    assert "script" not in sentences(found) and "\x1b" not in sentences(found)
    assert answers(found) == ANSWERS


def test_nothing_at_all_is_the_release():
    """A notebook without cells has every locked cell and every stub."""
    found = prepared({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    assert answers(found) == {name: stub(name) for name in ANSWERS}
    assert len(found.repairs) == 2
