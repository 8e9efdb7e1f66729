"""What people do in the cells of their answers besides answering: print, `no_grad`, helpers."""

import pytest

from autograder.stages import STAGES
from autograder.steps import GradientStep, ValueStep
from tests.grading.test_judge import answers_of

_QUICK = [name for name in STAGES if name != "04_training"]


def indented(source):
    """The lines of a source, as they stand below another."""
    return "\n".join(f"    {line}" for line in source.split("\n"))


_HABITS = {
    "print": "{source}\nprint({name})\nf'{{{name}=}}'\nrepr({name})",
    "with no_grad": "with torch.no_grad():\n{inside}\n    print({name})",
    "a function with no_grad": "@torch.no_grad()\ndef made():\n{inside}\n    return {name}\n"
    "{name} = made()",
    "recording switched off": "torch.set_grad_enabled(False)\n{source}",
    "switched off for a while": "with torch.set_grad_enabled(False):\n{inside}",
    "no graph": "{source}\n{name} = torch.as_tensor({name}).requires_grad_(False)",
}


@pytest.mark.parametrize("habit", _HABITS.values(), ids=_HABITS)
@pytest.mark.parametrize("stage", _QUICK)
def test_habits_that_record_no_graph_cost_nothing(judge_answers, stage, habit):
    """In every cell of a gradient or value: full marks and no flag."""
    steps, answers = STAGES[stage].by_name, {}
    for name, source in answers_of(stage).items():
        if isinstance(steps.get(name), GradientStep | ValueStep):
            answers[name] = habit.format(name=name, source=source, inside=indented(source))
    verdict = judge_answers(stage, answers)
    assert {step.name for step in verdict.steps if not step.status.passed} == set()
    assert (verdict.score, verdict.flags) == (verdict.max_score, ())


_FUNCTIONS = {
    "00_warmup": "unbroadcast",
    "02_cross_entropy": "softmax_jacobian",
    "03_batchnorm": "project",
    "04_training": "backward",
}


@pytest.mark.parametrize(("stage", "function"), _FUNCTIONS.items(), ids=_FUNCTIONS)
def test_a_function_may_print_and_record_no_graph(judge_answers, stage, function):
    """Decorated, and printing a tensor of its own."""
    source = answers_of(stage)[function]
    head = f"def {function}("
    assert head in source
    decorated = source.replace(head, f"@torch.no_grad()\n{head}")
    answers = {function: f"{decorated}\nprint(torch.ones(2))"}
    if stage == "04_training":  # without the minutes of training
        answers["parameters"] = "raise NotImplementedError()"
    verdict = judge_answers(stage, answers)
    assert next(step for step in verdict.steps if step.name == function).status.passed
    assert verdict.flags == ()


def test_an_answer_that_was_there_before_a_door_was_shut_counts(judge_answers):
    """A helper of an added cell compares with autograd, and fails in the judge's state."""
    helper = "def compare(x):\n    x.clone().requires_grad_()"
    answer = "dprobs = dlogprobs / probs\ncompare(probs)"
    verdict = judge_answers("01_unrolled", {"dprobs": answer}, before={"dprobs": [helper]})
    step = next(step for step in verdict.steps if step.name == "dprobs")
    assert verdict.score == 26
    assert "DoorShut" in step.remarks[0]
    assert [flag.code for flag in verdict.flags] == ["autograd_suspected"]


_DEFINITIONS = {
    "lambda": ("scale = lambda: n / (n - 1)", "scale()"),
    "alias": ("G = torch", "G.as_tensor(n / (n - 1))"),
    "alias of an input": ("size = n", "size / (size - 1)"),
    "two at once": ("G, m = torch, n", "G.as_tensor(m / (m - 1))"),
    "partial": (
        "import functools\nquotient = functools.partial(torch.div, other=n - 1)"
        "\nquotient = functools.partial(torch.div, rounding_mode=None)",
        "quotient(torch.tensor(float(n)), torch.tensor(n - 1.0))",
    ),
    "annotated": ("one: int = 1", "n / (n - one)"),
}


@pytest.mark.parametrize(("before", "factor"), _DEFINITIONS.values(), ids=_DEFINITIONS)
def test_an_expression_finds_what_earlier_cells_define(judge_answers, before, factor):
    """Functions without a `def`, and other names of what there is."""
    answer = (
        "dhprebn = bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)\n"
        f"    - {factor} * bnraw * (dhpreact * bnraw).mean(0))"
    )
    verdict = judge_answers("03_batchnorm", {"dhprebn": answer}, before={"dhprebn": [before]})
    assert {step.name for step in verdict.steps if not step.status.passed} == set()
    assert (verdict.score, verdict.flags) == (8, ())
