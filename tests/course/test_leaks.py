"""No answer is in a release."""

import nbformat

from autograder.authoring.layout import CHECKOUT
from autograder.authoring.leaks import canaries, leaks


def test_no_line_of_an_answer_is_in_the_release(stage):
    """Not in a source, an output or the metadata."""
    solution = nbformat.read(CHECKOUT.solution(stage.name), as_version=4)
    release = CHECKOUT.release(stage.name).read_text("utf-8")
    assert leaks(solution, release) == []
    assert "BEGIN SOLUTION" not in release


def test_every_answer_has_a_line_of_its_own(stage):
    """Nothing that students read spells an answer out in full; so each one has a canary."""
    solution = nbformat.read(CHECKOUT.solution(stage.name), as_version=4)
    found = canaries(solution)
    assert set(found) == {step.name for step in stage.steps}
    assert [name for name, lines in found.items() if not lines] == []


def test_a_solution_given_out_as_a_release_would_be_noticed(stage):
    """The search finds every canary of every answer where they are known to be."""
    solution = nbformat.read(CHECKOUT.solution(stage.name), as_version=4)
    text = CHECKOUT.solution(stage.name).read_text("utf-8")
    expected = [(name, line) for name, lines in canaries(solution).items() for line in lines]
    assert leaks(solution, text) == expected
