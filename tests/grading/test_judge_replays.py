"""What a submission keeps from one state is of no use in another: none comes twice."""

import pytest
import torch

import autograder.grading.fresh as fresh
from autograder.grading.cells import Cells
from autograder.grading.combine import Setting
from autograder.stages import STAGES
from autograder.verdict import Status
from tests.grading.test_judge import answers_of

_KEY = "key_ = str(round(float(loss), 4))\n"


def replaying():
    """Answers to stage 01 that keep the gradients put right before, by the loss of the state."""
    answers, names = {}, list(answers_of("01_unrolled"))
    for place, name in enumerate(names):
        keep = "".join(
            f"torch.kept[key_, '{before}'] = {before}.clone()\n"
            for before in names[max(0, place - 2) : place]
        )
        answers[name] = (
            "# float32\nif not hasattr(torch, 'kept'): torch.kept = {}\n"
            f"{_KEY}{keep}{name} = torch.kept.get((key_, '{name}'))\n"
            f"if {name} is None: {name} = torch.zeros_like({name[1:]})\n{name} = {name}.clone()"
        )
    return answers


def test_gradients_kept_from_one_precision_are_wrong_in_the_other(judge_answers):
    """A submission without a formula, which asks for float32, has no points."""
    verdict = judge_answers("01_unrolled", replaying())
    assert verdict.score == 0, [step for step in verdict.steps if step.points]


class _Twice:
    """Stands for a process in which each pass is tried a second time, as after a death."""

    def attempt(self, work, dead):
        """Work twice."""
        work(None)
        return work(None)


@pytest.mark.parametrize("stage", ["00_warmup", "01_unrolled", "02_cross_entropy", "03_batchnorm"])
def test_no_state_is_drawn_twice(monkeypatch, stage):
    """In no setting, for no kind of upstream gradients, after no death, and not for expressions."""
    states = []

    class Recorded:
        def __init__(self, cells, situation, aside, *rest):
            states.extend([situation] if aside is situation else [situation, aside])

        def run(self, runner, seed):
            return {}

    monkeypatch.setattr(fresh, "Pass", Recorded)
    judged = fresh.FreshStates(Cells(STAGES[stage], ()), _Twice(), 1)
    for setting in Setting:
        judged._try(setting, judged._steps())
    assert len(states) >= 28
    kept = [{name: v for name, v in s.values.items() if _is_drawn(v)} for s in states]
    for place, values in enumerate(kept):
        for other in kept[:place]:
            assert not any(
                torch.equal(values[name], other[name]) for name in values if name in other
            )


def _is_drawn(value):
    """Whether a variable of a state holds enough numbers to be no coincidence."""
    return isinstance(value, torch.Tensor) and value.is_floating_point() and value.numel() > 8


_KEPT = {
    "paths": ("03_batchnorm", "dhprebn_paths", "dhprebn", "dhprebn = torch.kept.sum(0)"),
    "probabilities": (
        "02_cross_entropy",
        "probs",
        "dlogits",
        "dlogits = torch.kept.clone()\ndlogits[range(n), Yb] -= 1\ndlogits /= n",
    ),
}


def test_an_expression_is_not_made_from_what_was_put_right_before(judge_answers):
    """The right values of the steps before belong to another state."""
    for stage, name, fused, source in _KEPT.values():
        following = list(answers_of(stage))[list(answers_of(stage)).index(name) + 1]
        wrong = f"{answers_of(stage)[name]}\n{name} = 0 * {name}"
        verdict = judge_answers(
            stage, {name: wrong, fused: source}, before={following: [f"torch.kept = {name}"]}
        )
        passed = {step.name: step.status for step in verdict.steps if not step.status.passed}
        assert passed.keys() == {name, fused}
        assert Status.USED_AUTOGRAD not in passed.values()
