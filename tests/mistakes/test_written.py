"""Mistakes written by hand: they can be made, are wrong, and are told apart."""

import pytest
import torch

from autograder.mistakes.written import MODULES, written_for
from autograder.mistakes.written.formula import Formula, edit
from autograder.stages import STAGES
from autograder.steps import PropertyStep
from tests.mistakes.made import STEPS, Made, made, same


def test_every_step_whose_answer_is_a_tensor_has_written_mistakes():
    """None is forgotten; a step judged by what its answer does has its own diagnoses."""
    expected = [
        (stage.name, step.name)
        for stage in STAGES.values()
        for step in stage.checked
        if not isinstance(step, PropertyStep)
    ]
    assert expected == STEPS


@pytest.mark.parametrize(("stage", "step"), STEPS)
def test_a_mistake_can_be_made(stage, step):
    """In every state where the shapes fit, which they do in one at least; in float64."""
    for one in made(stage, step):
        assert one.tensors, (one.mistake.code, one.mistake.message, one.answers)
        assert all(tensor.dtype == torch.float64 for tensor in one.tensors), one.mistake


@pytest.mark.parametrize(("stage", "step"), STEPS)
def test_a_mistake_is_wrong(stage, step):
    """A mistake that comes to the right answer could never be named."""
    right = [one.mistake for one in made(stage, step) if one.is_right_everywhere]
    assert not right


# In `backward` a result may show less than went wrong: several mistakes come to the same zero, or
# differ in other results only. Its lines are told apart as steps of the stages before.
_TOLD_APART = [pair for pair in STEPS if pair[1] != "backward"]


@pytest.mark.parametrize(("stage", "step"), _TOLD_APART)
def test_mistakes_are_told_apart(stage, step):
    """Two codes for one tensor need a cost or a trace in the cell's text to choose by."""
    confused = [
        (_described(one), _described(other))
        for place, one in enumerate(made(stage, step))
        for other in made(stage, step)[:place]
        if one.mistake.code != other.mistake.code
        and _rank(one) == _rank(other)
        and same(one, other)
    ]
    assert not confused


def test_an_edit_of_a_part_that_is_not_there_is_refused():
    """A misspelled part would be a mistake that is right."""
    formula = Formula("dx", "dy", "{factor} * dy", {"factor": "2"})
    with pytest.raises(ValueError, match="dx has no part factr"):
        formula.mistakes((edit("wrong_constant", "a factor", factr="3"),))


def test_parts_in_a_circle_are_refused():
    """They would be put in for ever."""
    formula = Formula("dx", "dy", "{a}", {"a": "{b}", "b": "{a}"})
    with pytest.raises(ValueError, match="in a circle"):
        formula.filled({})


def test_an_edit_may_call_what_it_replaces_and_stand_for_several_forms():
    """Each form is a mistake of its own, with the code and the message of the edit."""
    formula = Formula("dx", "dy, n", "{factor} * dy", {"factor": "n"})
    table = (
        edit("wrong_constant", "what about `{factor}`", factor=("2 * {factor_}", "{factor_} / 2")),
    )
    twice, half = formula.mistakes(table)
    namespace = {"dy": torch.ones(2), "n": 3}
    assert twice.make(namespace).tolist() == [6.0, 6.0]
    assert half.make(namespace).tolist() == [1.5, 1.5]
    assert twice.message == half.message == "what about `n`"


def test_there_are_many():
    """More than a bank of wrong formulas has."""
    assert sum(len(written_for(stage)) for stage in MODULES) > 1000


def _rank(one: Made) -> tuple[int, bool, bool]:
    return one.mistake.cost, bool(one.mistake.source), bool(one.mistake.needs)


def _described(one: Made) -> str:
    return f"{one.mistake.code}: {one.mistake.message}"
