"""The judge on whole submissions: full marks, none, and a mistake that costs its own step only."""

import os

import nbformat
import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.stages import STAGES
from autograder.steps import GradientStep, ValueStep
from autograder.verdict import Status

# Stage 04 trains a network in each submission; its function is tested with many seeds below.
_QUICK = [name for name in STAGES if name != "04_training"]


# All twenty with TEST_ALL=1; a few of them find the same mistakes nearly always.
_SEEDS = range(20 if os.environ.get("TEST_ALL") else 4)


def answers_of(stage):
    """The source of each solution cell of a stage."""
    notebook = nbformat.read(CHECKOUT.solution(stage), as_version=4)
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {c.metadata.nbgrader.grade_id: c.source for c in cells if c.cell_type == "code"}


@pytest.mark.parametrize("stage", _QUICK)
def test_a_solution_gets_full_marks_whatever_the_seed(judge_answers, stage):
    """No flag, no repair, no remark."""
    for seed in _SEEDS:
        verdict = judge_answers(stage, seed=seed)
        assert verdict.score == verdict.max_score > 0, (seed, verdict)
        assert {step.status for step in verdict.steps} == {Status.CORRECT}
        assert (verdict.flags, verdict.repairs) == ((), ())
        assert not any(step.remarks for step in verdict.steps)


def test_the_solution_that_trains_gets_full_marks(judge_answers):
    """Stage 04: the function on drawn arguments, the parameters by their loss."""
    verdict = judge_answers("04_training")
    assert [(step.name, step.points) for step in verdict.steps] == [
        ("backward", 7.0),
        ("parameters", 3.0),
    ]
    assert verdict.flags == ()


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_function_of_stage_04_is_right_whatever_the_seed(judge_answers, seed):
    """Without training: the cell of the parameters is left as it was handed out."""
    verdict = judge_answers("04_training", {"parameters": "raise NotImplementedError()"}, seed=seed)
    assert [step.status for step in verdict.steps] == [Status.CORRECT, Status.NOT_ATTEMPTED]


@pytest.mark.parametrize("stage", STAGES)
def test_an_untouched_release_gets_nothing(judge_answers, stage):
    """Every step is not attempted, and nothing needs repair."""
    verdict = judge_answers(stage, release=True)
    assert verdict.score == 0
    assert {step.status for step in verdict.steps} == {Status.NOT_ATTEMPTED}
    assert (verdict.flags, verdict.repairs) == ((), ())


_GRADIENTS = [
    (name, step.name)
    for name, stage in STAGES.items()
    for step in stage.steps
    if isinstance(step, GradientStep | ValueStep)
]


@pytest.mark.parametrize(("stage", "step"), _GRADIENTS, ids=lambda name: name)
def test_a_mistake_costs_its_own_step_only(judge_answers, stage, step):
    """Each gradient and value of the course, 1.7 times too large."""
    source = f"{answers_of(stage)[step]}\n{step} = 1.7 * {step}"
    verdict = judge_answers(stage, {step: source})
    failed = {judged.name: judged.status for judged in verdict.steps if not judged.status.passed}
    assert failed == {step: Status.WRONG}
    assert verdict.score == verdict.max_score - 1


@pytest.mark.parametrize(("stage", "step"), _GRADIENTS, ids=lambda name: name)
def test_a_step_that_is_left_out_costs_its_own_step_only(judge_answers, stage, step):
    """Later cells find the right gradient all the same."""
    verdict = judge_answers(stage, {step: "raise NotImplementedError()"})
    failed = {judged.name: judged.status for judged in verdict.steps if not judged.status.passed}
    assert failed == {step: Status.NOT_ATTEMPTED}


def test_a_wrong_function_does_not_spoil_the_training(judge_answers):
    """Stage 04: the judge trains with a right `backward` where the student's is wrong."""
    source = answers_of("04_training")["backward"] + "\n"
    wrong = source.replace("dlogits /= n", "pass  # the mean is forgotten")
    assert wrong != source
    verdict = judge_answers("04_training", {"backward": wrong})
    assert [step.status for step in verdict.steps] == [Status.WRONG, Status.CORRECT]


def test_points_are_those_of_the_stage(judge_answers):
    """Manual steps are named and in no sum."""
    verdict = judge_answers("03_batchnorm")
    assert (verdict.score, verdict.max_score, verdict.manual) == (8, 8, {"derivation": 2.0})
    listed = verdict.to_json()
    assert [step["name"] for step in listed["steps"]] == [
        step.name for step in STAGES["03_batchnorm"].checked
    ]
    assert {"stage", "score", "max_score", "steps", "repairs", "flags", "receipt"} <= listed.keys()
