"""Honest notebooks that look like attacks get their full marks."""

import pytest
from nbformat.v4 import new_code_cell

from tests.attacks.base import honest, name_of
from tests.attacks.outcome import Grader
from tests.attacks.rooms.honest import INSIDE, PRELUDES


@pytest.mark.parametrize("source", PRELUDES.values(), ids=PRELUDES)
def test_a_harmless_cell_in_front_costs_nothing(grader: Grader, source: str):
    """Every step of stage 01 right behind it."""
    notebook = honest("01_unrolled")
    solutions = [cell.metadata.get("nbgrader", {}).get("solution") for cell in notebook.cells]
    notebook.cells.insert(solutions.index(True), new_code_cell(source))
    verdict = grader.notebook(notebook, "01_unrolled").verdict
    assert verdict.score == verdict.max_score == 26
    assert not [flag for flag in verdict.flags if flag.code == "used_autograd"]


@pytest.mark.parametrize("source", INSIDE.values(), ids=INSIDE)
def test_a_harmless_way_of_writing_an_answer_costs_nothing(grader: Grader, source: str):
    """With the marks of the step and of all others; a flag only for what has autograd's words."""
    notebook = honest("01_unrolled")
    next(cell for cell in notebook.cells if name_of(cell) == "dprobs").source = source
    verdict = grader.notebook(notebook, "01_unrolled").verdict
    assert verdict.score == verdict.max_score == 26
    may_be_asked_about = {"autograd_suspected"} if ".backward" in source else set()
    assert {flag.code for flag in verdict.flags} <= may_be_asked_about
