"""Numbers in an answer: sizes of the notebook, and those that a formula has."""

import ast

import pytest

from autograder.grading.sizes import may_write_sizes
from autograder.verdict import Status

_LOOP = (
    "dlogprobs = torch.zeros_like(logprobs)\nfor i in range({}):\n    dlogprobs[i, Yb[i]] = -1 / n"
)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("db2 = dlogits.sum(0)[:26]", True),
        ("db2 = dlogits.sum(0)[: 2 * 13]", True),
        ("for i in range(20):\n    x[i] = 1", True),
        ("for i in range(2 * 10):\n    x[i] = 1", True),
        ("x = torch.zeros(32, 64)", True),
        ("x = y.view(n, 30)", True),
        ("m = 4 * 5\nx[:m] = y[:m]", True),
        ("if n > int('20'):\n    x = 0", True),
        ("x = 1 / 2 * y", False),
        ("x = y" + " + 0" * 2000, False),
        ("x = 2 * y", False),
        ("x = (1 - h**2) * dh", False),
        ("x = y.view(n, -1)", False),
        ("x = y.sum(1, keepdim=True)", False),
        ("x = y[:, 0] + y[1:, -1]", False),
        ("x = 1e-5 + 0.5 * y", False),
        ("x = -(y**-2) * z", False),
    ],
)
def test_which_numbers_may_be_sizes(source: str, found: bool) -> None:
    """Whole numbers above 1 that stand for themselves, and none that is a factor or exponent."""
    assert may_write_sizes(ast.parse(source)) is found


def test_answers_that_leave_out_a_part_have_no_points(judge_answers) -> None:
    """Right on the judge's smaller states, they are wrong in the notebook's own sizes."""
    answers = {
        "dlogprobs": _LOOP.format(20),
        "db2": "db2 = torch.zeros_like(b2)\ndb2[:26] = dlogits.sum(0)[:26]",
        "db1": "db1 = dhprebn[:31].sum(0)",
    }
    verdict = judge_answers("01_unrolled", answers)
    steps = {step.name: step for step in verdict.steps}
    assert {name: steps[name].points for name in answers} == dict.fromkeys(answers, 0)
    assert verdict.score == verdict.max_score - len(answers)


def test_numbers_of_the_formula_cost_nothing(judge_answers) -> None:
    """Factors, exponents, `-1`, and the size of the context, which every state has."""
    answers = {
        "dbndiff": "dbndiff = bnvar_inv * dbnraw + 2 * bndiff * dbndiff2",
        "dhpreact": "dhpreact = (1.0 - h**2) * dh",
        "demb": "demb = dembcat.view(n, 3, -1)",
    }
    verdict = judge_answers("01_unrolled", answers)
    steps = {step.name: step for step in verdict.steps}
    assert [steps[name].status for name in ("dbndiff", "dhpreact")] == [Status.CORRECT] * 2
    assert steps["demb"].points in (0.5, 1)  # as long as a state may have another context


def test_the_notebooks_sizes_have_half_the_points(judge_answers) -> None:
    """All of the notebook's entries are there, and of no other sizes."""
    answers = {"dbndiff2": "dbndiff2 = torch.ones(32, 64) / 31 * dbnvar"}
    verdict = judge_answers("01_unrolled", answers)
    step = next(step for step in verdict.steps if step.name == "dbndiff2")
    assert (step.status, step.points) == (Status.HARD_CODED, 0.5)


def test_a_loop_over_the_notebooks_examples_gets_half(judge_answers):
    """In smaller states it raises when all is done; a number stands where a size belongs."""
    source = "dlogprobs = torch.zeros_like(logprobs)\nfor i in range(32):\n"
    source += "    dlogprobs[i, Yb[i]] = -1.0 / n"
    verdict = judge_answers("01_unrolled", {"dlogprobs": source})
    (step,) = [step for step in verdict.steps if step.name == "dlogprobs"]
    assert step.status is Status.HARD_CODED
    assert step.diagnosis.code == "hard_coded_size"
