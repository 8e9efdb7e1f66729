"""The bank keeps its word: its mistakes run and are wrong, its right variants are right."""

from collections import Counter

from autograder.stages import STAGES
from tests.diagnose.rows import KINDS, wrong_as_labeled
from tests.diagnose.second_bank.evaluate import outcomes

from . import mistakes, right

_SEED = 4


def test_mistakes_are_wrong() -> None:
    """Each runs at the notebook's sizes, and is wrong there and, as its codes allow, elsewhere."""
    assert [entry for entry in mistakes() if not wrong_as_labeled(entry, _SEED)] == []


def test_variants_are_right() -> None:
    """Each right variant is right in every kind of state."""
    assert [
        (entry, kind)
        for entry in right()
        for kind in KINDS
        if outcomes(entry, kind, _SEED) != "right"
    ] == []


def test_entries_are_distinct_and_many() -> None:
    """No formula is counted twice, every step is a stage's, and the bank has its size."""
    entries = [*mistakes(), *right()]
    times = Counter((entry.stage, entry.step, entry.source) for entry in entries)
    assert [key for key, count in times.items() if count > 1] == []
    assert all(entry.step in STAGES[entry.stage].by_name for entry in entries)
    assert len([*mistakes()]) >= 220
    assert len([*right()]) >= 25
    assert all(entry.codes for entry in mistakes())


def test_unrolled_has_every_step() -> None:
    """Of stage 01, each step has at least four mistakes."""
    counts = Counter(entry.step for entry in mistakes() if entry.stage == "01_unrolled")
    assert min(counts[step.name] for step in STAGES["01_unrolled"].steps) >= 4
