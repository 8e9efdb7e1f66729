"""The bank is what it says: its mistakes are wrong, its right variants are right."""

from collections import Counter

from autograder.stages import STAGES
from tests.diagnose.rows import KINDS, wrong_as_labeled
from tests.diagnose.second_bank.evaluate import outcomes

from . import mistakes, right

_SEED = 3


def test_mistakes_are_wrong() -> None:
    """Each runs at the notebook's sizes and is wrong there and elsewhere; a size typed as a
    number is wrong only elsewhere (a function is called with all of its sizes at once)."""
    assert [entry for entry in mistakes() if not wrong_as_labeled(entry, _SEED)] == []


def test_variants_are_right() -> None:
    """Each right variant is right in every kind of state."""
    wrong = [
        (entry, kind)
        for entry in right()
        for kind in KINDS
        if outcomes(entry, kind, _SEED) != "right"
    ]
    assert wrong == []


def test_entries_are_distinct_and_many() -> None:
    """No formula is counted twice, every step is a stage's, and the bank has its size."""
    entries = [*mistakes(), *right()]
    assert [
        key for key, count in Counter(e[:2] + e[3:] for e in entries).items() if count > 1
    ] == []
    assert all(entry.step in STAGES[entry.stage].by_name for entry in entries)
    assert len([*mistakes()]) >= 160
    assert len([*right()]) >= 30
    assert all(entry.codes for entry in mistakes())
