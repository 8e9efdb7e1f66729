"""The bank: large, complete, in one vocabulary; its table, and the faults that it can show."""

import pytest

from autograder.stages import STAGES
from autograder.verdict import Diagnosis, Status, StepVerdict
from tests.mutants.bank import BANKS
from tests.mutants.codes import CODES, MORE
from tests.mutants.kinds import Mistake, cell_of, edited
from tests.mutants.session import fault_in
from tests.mutants.table import table
from tests.mutants.tasks import Task, alone, right, together

_MISTAKES = [mistake for bank in BANKS.values() for mistake in bank.all_mistakes()]
_RIGHT = [way for bank in BANKS.values() for ways in bank.right.values() for way in ways]


def test_the_bank_is_large():
    """More than the course promises of either kind."""
    assert len(_MISTAKES) >= 150
    assert len(_RIGHT) >= 100


@pytest.mark.parametrize("stage", STAGES)
def test_every_step_has_several_mistakes_and_another_right_way(stage):
    """None is forgotten, in no stage."""
    steps = [step.name for step in STAGES[stage].checked]
    bank = BANKS[stage]
    assert sorted(bank.mistakes) == sorted(bank.right) == sorted(steps)
    assert all(sum(map(len, codes.values())) >= 8 for codes in bank.mistakes.values())
    assert all(bank.right.values())


def test_every_code_has_its_mistakes():
    """And no mistake has a code of its own invention."""
    used = {mistake.code for mistake in _MISTAKES}
    assert used == CODES | MORE


def test_no_answer_is_there_twice():
    """Neither twice wrong nor both right and wrong."""
    for bank in BANKS.values():
        wrong = [(mistake.step, mistake.source) for mistake in bank.all_mistakes()]
        other = [(step, way) for step, ways in bank.right.items() for way in ways]
        assert len({*wrong, *other}) == len(wrong) + len(other)


@pytest.mark.parametrize("bank", BANKS.values(), ids=BANKS)
def test_each_way_of_trying_holds_the_whole_bank(bank):
    """Alone or together, every mistake is tried once, and so is every right way."""
    known = sorted(map(repr, bank.all_mistakes()))
    for tasks in (together(bank), alone(bank)):
        assert sorted(repr(m) for task in tasks for m in task.wrong.values()) == known
    ways = sorted((step, way) for step, ways in bank.right.items() for way in ways)
    assert sorted(pair for task in right(bank) for pair in task.right.items()) == ways


def test_a_slow_step_is_answered_once_beside_the_mistakes_of_others():
    """So that a wrong function is seen to cost the training nothing."""
    tasks = [task for task in alone(BANKS["04_training"]) if "backward" in task.wrong]
    assert [("parameters" in task.right, "parameters" in task.left_out) for task in tasks] == [
        (True, False),
        *[(False, True)] * (len(tasks) - 1),
    ]


def test_an_answer_becomes_a_cell():
    """An expression is given its name; statements and definitions stay as they are."""
    assert cell_of("dh", "dlogits @ W2.T") == "dh = dlogits @ W2.T"
    assert cell_of("dh", "dh = dlogits\ndh += 1") == "dh = dlogits\ndh += 1"
    assert cell_of("dh", "raise NotImplementedError()") == "raise NotImplementedError()"
    assert cell_of("project", "g - r") == "def project(g, r):\n    return g - r"
    assert cell_of("project", "u = g\nreturn u") == "def project(g, r):\n    u = g\n    return u"


def test_an_edit_has_to_find_its_place():
    """A mistake made by an edit that changes nothing would be no mistake."""
    assert edited("a + b", ("+", "-")) == "a - b"
    for text in ("a - b", "a + b + c"):
        with pytest.raises(ValueError, match="times"):
            edited(text, ("+", "-"))


def _verdict(step, status):
    return StepVerdict(step, status, 1.0, Diagnosis("code", "the message"))


@pytest.mark.parametrize(
    ("step", "status", "kind"),
    [
        ("dh", Status.WRONG, None),
        ("dh", Status.RAISED, None),
        ("dh", Status.CORRECT, "survived"),
        ("dh", Status.CORRECT_SHAPE_DIFFERS, "survived"),
        ("dh", Status.HARD_CODED, "survived"),
        ("dh", Status.TIMEOUT, "status"),
        ("db2", Status.CORRECT, None),
        ("db2", Status.WRONG, "killed"),
        ("dW2", Status.CORRECT, None),
        ("dW2", Status.HARD_CODED, "suffered"),
        ("dC", Status.NOT_ATTEMPTED, None),
    ],
)
def test_a_fault_of_the_judge_is_seen(step, status, kind):
    """A wrong dh, an unusual right db2, an unanswered dC, and a dW2 as in the solution."""
    mistake = Mistake("dh", "wrong_sign", "-dlogits @ W2.T")
    task = Task("01_unrolled", 0, {"dh": mistake}, {"db2": "dlogits.sum(0)"}, {}, frozenset({"dC"}))
    fault = fault_in(task, _verdict(step, status))
    assert (fault and fault.kind) == kind


def test_the_table_counts_what_survived_and_what_was_killed():
    """In the row of the step, and in the totals."""
    bank = BANKS["01_unrolled"]
    known = sum(map(len, bank.mistakes["dh"].values()))
    whole = table([bank], []).splitlines()
    assert whole[-1].split()[2:] == [
        str(sum(1 for _ in bank.all_mistakes())),
        str(sum(1 for _ in bank.all_mistakes())),
        *[str(sum(map(len, bank.right.values())) + len(bank.across))] * 2,
    ]
    mistake = next(m for m in bank.all_mistakes() if m.step == "dh")
    task = Task("01_unrolled", 0, {"dh": mistake})
    fault = fault_in(task, _verdict("dh", Status.CORRECT))
    row = next(line for line in table([bank], [fault]).splitlines() if " dh " in line)
    assert row.split()[2:4] == [str(known), str(known - 1)]
