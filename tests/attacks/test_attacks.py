"""No attack gains a point that nobody looks at, and none does any harm.

All of them run with TEST_ALL=1; without it, all but those that are marked as slow.
"""

import os
from collections import Counter

import pytest

from autograder.grading.runner_process import open_runner
from autograder.grading.sandbox.spawn import Sandbox
from tests.attacks.attack import ROOMS, Attack, cell
from tests.attacks.bank import BANK
from tests.attacks.base import reference_answers
from tests.attacks.outcome import Grader
from tests.attacks.table import line_of, verdict_on

CHOSEN = [attack for attack in BANK if not attack.slow or os.environ.get("TEST_ALL")]
_MEMORY = 256 << 20  # of the grader's own, for one submission


def test_every_room_has_attacks():
    """At least fifty in all, with names of their own."""
    rooms = Counter(attack.room for attack in BANK)
    assert set(rooms) == set(ROOMS)
    assert min(rooms.values()) >= 10 and rooms.total() >= 50
    assert len({attack.name for attack in BANK}) == len(BANK)


@pytest.mark.parametrize("attack", CHOSEN, ids=lambda attack: f"{attack.room}: {attack.name}")
def test_an_attack_comes_to_nothing(grader: Grader, attack: Attack):
    """No more points than without it, or a flag; nothing outside changed, read, reached or left
    behind; bounded memory; and an honest notebook after it gets its full marks."""
    outcome = grader.attack(attack)
    assert verdict_on(outcome) == (), line_of(outcome)
    assert outcome.memory < _MEMORY


def test_a_right_answer_is_seen_as_points_gained(grader: Grader):
    """The table can tell an attack that gets through from one that does not."""
    right = reference_answers("01_unrolled")["dprobs"]
    attack = Attack("an answer", "forging", ("no effect",), answers={"dprobs": right})
    outcome = grader.attack(attack)
    assert (outcome.happened, outcome.after) == ("scored", outcome.before + 1)
    assert len(verdict_on(outcome)) == 2


def test_harm_is_seen(grader: Grader, monkeypatch: pytest.MonkeyPatch):
    """Without a sandbox the same code reads the secret, changes files and reaches the network."""
    source = """
        import socket, time
        print(open("@COURSE@/.autograder/secret").read())
        open("@COURSE@/gradebook.db", "a").write("changed")
        socket.create_connection(("127.0.0.1", @PORT@)).close()
        """
    attack = Attack("harm", "escaping", ("no effect",), extra=cell(source))
    with monkeypatch.context() as patch:
        patch.setattr(grader.runners, "after", lambda _: open_runner(Sandbox.NONE))
        outcome = grader.attack(attack)
    assert set(verdict_on(outcome)) == {
        "changed files outside",
        "reached the network",
        "leaked what it read",
    }
