"""The mutation test of the grader, in few submissions: `make mutants` judges each mistake alone."""

import pytest

from tests.mutants.bank import BANKS
from tests.mutants.session import judge_all
from tests.mutants.tasks import across, alone, right, solution, together

# Of so many mistakes one is also judged in a submission that is right in all other steps.
_EVERY = 25
_SEEDS = 20


@pytest.fixture(scope="module")
def faults():
    """What is wrong with the verdicts on the whole bank."""
    tasks = []
    for bank in BANKS.values():
        tasks += [
            *together(bank),
            *alone(bank, _EVERY),
            *right(bank),
            *across(bank),
            *solution(bank, _SEEDS),
        ]
    return [fault for found in judge_all(tasks) for fault in found]


def _told(faults, *kinds):
    return [str(fault) for fault in faults if fault.kind in kinds]


def test_no_mistake_survives(faults):
    """No wrong formula earns what a right one earns, and its status says what happened."""
    assert _told(faults, "survived", "status") == []


def test_a_mistake_costs_its_own_step_only(faults):
    """Steps beside it keep their points."""
    assert _told(faults, "suffered") == []


def test_no_right_answer_is_killed(faults):
    """However a right answer is written, it earns full points, and the solution does with any
    seed."""
    assert _told(faults, "killed") == []
