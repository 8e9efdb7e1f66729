"""The bank is what it says: its mistakes are wrong, its right variants are right."""

from collections import Counter
from collections.abc import Iterator

import pytest
import torch

from autograder.draws import Kind
from autograder.stages import STAGES
from tests.diagnose.second_bank import Entry
from tests.diagnose.second_bank.evaluate import outcomes

from . import mistakes, right

_SEED = 3
_KINDS = (Kind.OWN, Kind.PRIMES, Kind.SQUARE)
# Square states have the last class among their targets, so that `one_hot` need not be told.
_RIGHT_IN_SQUARES = {"missing_classes"}


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _wrong_as_labeled(entry: Entry) -> bool:
    own, primes, square = (outcomes(entry, kind, _SEED) for kind in _KINDS)
    if entry.codes == ("hard_coded_size",):
        function = entry.source.startswith("def ")
        return (own == "right" or (function and own == "wrong")) and primes != "right"
    return own == "wrong" and primes != "right" and _square_fits(entry, square)


def _square_fits(entry: Entry, square: str) -> bool:
    return square == "right" if _RIGHT_IN_SQUARES & {*entry.codes} else square != "right"


def test_mistakes_are_wrong() -> None:
    """Each runs at the notebook's sizes and is wrong there and elsewhere; a size typed as a
    number is wrong only elsewhere (a function is called with all of its sizes at once)."""
    assert [entry for entry in mistakes() if not _wrong_as_labeled(entry)] == []


def test_variants_are_right() -> None:
    """Each right variant is right in every kind of state."""
    wrong = [
        (entry, kind)
        for entry in right()
        for kind in _KINDS
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
