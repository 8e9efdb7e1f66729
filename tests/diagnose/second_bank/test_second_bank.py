"""The second bank is what it says it is: wrong formulas wrong, right ones right, by autograd."""

import pytest

from autograder.draws import Kind
from autograder.stages import STAGES

from . import Entry, combined, mistakes, right
from .evaluate import as_cell, outcomes

MISTAKES, COMBINED, RIGHT = list(mistakes()), list(combined()), list(right())
SEEDS = (11, 12)


def _id(entry: Entry) -> str:
    return f"{entry.stage}-{entry.step}-{'-'.join(entry.codes)}"


@pytest.mark.parametrize("entry", MISTAKES + COMBINED, ids=_id)
def test_a_mistake_runs_at_the_notebooks_sizes_and_is_wrong(entry: Entry) -> None:
    """It raises nothing there; a hard-coded size shows at other sizes, the rest everywhere."""
    own = [outcomes(entry, Kind.OWN, seed) for seed in SEEDS]
    others = [outcomes(entry, kind, seed) for kind in (Kind.PRIMES, Kind.SQUARE) for seed in SEEDS]
    assert "raised" not in own
    if entry.codes == ("hard_coded_size",):
        assert "right" not in others
    else:
        assert set(own) == {"wrong"}
        assert "wrong" in others
    if not _may_be_right_in_a_square_state(entry):
        assert "right" not in others


def _may_be_right_in_a_square_state(entry: Entry) -> bool:
    """There the columns are as many as the rows, and the last class occurs."""
    columns_for_rows = entry.codes == ("wrong_constant",) and "/ logits.shape[1]" in entry.source
    columns_for_rows |= "/ logprobs.shape[1]" in entry.source
    return columns_for_rows or entry.codes == ("missing_classes",)


@pytest.mark.parametrize("entry", RIGHT, ids=_id)
def test_a_right_variant_is_right_on_every_state(entry: Entry) -> None:
    """At the notebook's sizes, at prime sizes and where all sizes are equal."""
    assert [outcomes(entry, kind, seed) for kind in Kind for seed in SEEDS] == ["right"] * 6


def test_no_formula_stands_twice() -> None:
    """Two entries of a step differ in what they compute from, not only in their label."""
    cells = [
        (entry.stage, entry.step, as_cell(entry.step, entry.source).replace(" ", ""))
        for entry in MISTAKES + COMBINED + RIGHT
    ]
    assert sorted(cells) == sorted(set(cells))


def test_every_entry_belongs_to_a_checked_step_and_has_a_label() -> None:
    """Stages and steps exist; a combination names two different mistakes."""
    for entry in MISTAKES + COMBINED + RIGHT:
        assert entry.step in {step.name for step in STAGES[entry.stage].checked}
    assert all(entry.codes for entry in MISTAKES)
    assert all(len(set(entry.codes)) == 2 for entry in COMBINED)


def test_the_bank_is_large_enough() -> None:
    """At least as many formulas of each kind as the measurement needs, in every stage."""
    assert len(MISTAKES) >= 200
    assert len(COMBINED) >= 25
    assert len(RIGHT) >= 40
    assert {entry.stage for entry in MISTAKES} == set(STAGES)
