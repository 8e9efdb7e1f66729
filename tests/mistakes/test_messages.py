"""What a mistake says: one sentence that points at the idea and does not give the answer."""

import re

import pytest

from autograder.inference import PARAMETER_NAMES
from autograder.mistakes.written import MODULES, written_for
from tests.mutants.codes import CODES, MORE

_MESSAGES = {mistake.message: mistake for stage in MODULES for mistake in written_for(stage)}
# What may stand in backticks besides a name: an index, a symbol, a size, an entry of a call.
_SHORT = re.compile(r"\w+|\[:, \w+\]|\[:, \.\.\.\]|=|//|n - 1|hprebn - bnmeani")


@pytest.mark.parametrize("stage", MODULES)
def test_codes_are_from_the_list(stage):
    """A code of one's own invention would be missing in the report's sections."""
    assert {mistake.code for mistake in written_for(stage)} <= CODES | MORE


@pytest.mark.parametrize("message", _MESSAGES)
def test_a_message_names_things_and_gives_no_formula(message):
    """In backticks stand names; what to do with them is the student's to find."""
    assert message.count("`") % 2 == 0
    quoted = re.findall(r"`([^`]*)`", message)
    assert [text for text in quoted if not _SHORT.fullmatch(text)] == []
    bare = re.sub(r"`[^`]*`", "", message)
    assert not re.search(r"[*@/]|\*\*|\bsum\(|\w\.\w+\(", bare)


@pytest.mark.parametrize("message", _MESSAGES)
def test_a_message_is_one_sentence(message):
    """It fits in a headline; the diagnosis adds the capital letter and the full stop."""
    assert not message.endswith(".")
    assert ". " not in message
    assert len(message) <= 140
    assert "{" not in message and "  " not in message


def test_the_results_of_backward_have_mistakes():
    """A mistake in a line shows in every result that follows from it."""
    shown = {mistake.result for mistake in written_for("04_training")}
    assert shown == set(range(len(PARAMETER_NAMES)))
