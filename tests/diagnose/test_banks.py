"""The banks of wrong formulas: most get their right name, and none gets a wrong one."""

import pytest

from tests.diagnose.banks import right, wrong
from tests.diagnose.measure import Outcome, measure, share

_BANKS = {"first": 0.95, "second": 0.90, "third": 0.90, "fourth": 0.90}


@pytest.fixture(scope="module", params=_BANKS.items(), ids=_BANKS)
def bank(request):
    """A bank's name, what has to get the right code, and what its wrong formulas are called."""
    name, required = request.param
    return name, required, measure(wrong(name))


def test_most_mistakes_get_their_name(bank):
    """Of the first bank 95 %, of the others, written without sight of the catalogue, 90 %."""
    _, required, tried = bank
    assert share(tried) >= required


def test_no_mistake_gets_a_wrong_name(bank):
    """A wrong name is worse than none."""
    _, _, tried = bank
    assert [str(one) for one in tried if one.outcome is Outcome.WRONG] == []


@pytest.mark.parametrize("name", _BANKS)
def test_no_right_answer_is_explained(name):
    """However a right answer is written, the judge takes it, or no mistake explains it."""
    assert [str(one) for one in measure(right(name)) if one.outcome is not Outcome.RIGHT] == []
