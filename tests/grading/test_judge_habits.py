"""What people do in the cells of their answers besides answering: print, `no_grad`, helpers."""

import pytest

from autograder.stages import STAGES
from autograder.steps import GradientStep, ValueStep
from autograder.verdict import Status
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
    "a power": ("tenth = 10**-1", "n / (n - 10 * tenth)"),
    "a quotient": ("tenth = 1 / 10", "n / (n - 10 * tenth)"),
    "of a text": ("one = float('1')", "n / (n - one)"),
    "a tensor": ("one = torch.tensor(1.0)", "n / (n - one)"),
    "a module": ("same = torch.nn.Identity()", "n / (n - same(1))"),
    "made smaller": ("tenth = 1\ntenth /= 10", "n / (n - 10 * tenth)"),
    "in a loop": ("tenth = 1000\nfor _ in range(4):\n    tenth /= 10", "n / (n - 10 * tenth)"),
    "under a test": ("if True:\n    def less(x):\n        return x - 1", "n / less(n)"),
    "timed": ("%%time\ndef less(x):\n    return x - 1", "n / less(n)"),
    "another n": ("n = 32", "n / (n - 1)"),
    "another n for a while": ("n = 4\nprint(torch.ones(n))\nn = 32", "n / (n - 1)"),
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


def test_a_definition_that_is_outdated_is_none(judge_answers):
    """What it would be by then cannot be told: its name is not there."""
    before = "one = 5\nwhile one > 1:\n    one -= 1"
    answer = (
        "dhprebn = bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)\n"
        "    - n / (n - one) * bnraw * (dhpreact * bnraw).mean(0))"
    )
    verdict = judge_answers("03_batchnorm", {"dhprebn": answer}, before={"dhprebn": [before]})
    step = next(step for step in verdict.steps if step.name == "dhprebn")
    assert step.status is Status.RAISED and "'one'" in step.diagnosis.message


_SHOWN = {
    "another check": "check.compare('dlogprobs')",
    "a picture of the graph": "check.graph()",
    "a sum of verdicts": "print(len(check.verdicts()))",
    "what a locked cell made": "print(X.shape)",
    "a sum over it": "print(sum(p.numel() for p in parameters))",
    "a test of it": "assert len(X) > 3",
    "a loop over it": "for x in X[:3]:\n    print(x)",
    "where there is much of it": "if len(X) > 5:\n    print(len(X))",
}


@pytest.mark.parametrize("shown", _SHOWN.values(), ids=_SHOWN)
def test_what_only_shows_something_may_fail(judge_answers, shown):
    """Before a helper in an added cell, and before an answer: not all is there to be shown."""
    answers = {"dprobs": f"{shown}\ndprobs = inverse(probs) * dlogprobs"}
    helper = f"{shown}\ndef inverse(x):\n    return 1 / x"
    verdict = judge_answers("01_unrolled", answers, before={"dprobs": [helper]})
    assert (verdict.score, verdict.flags) == (26, ())


def test_what_makes_an_answer_does_not_only_show_something(judge_answers):
    """A function that assigns to it and fails in other sizes is right in the notebook's own."""
    made = "def f():\n    global dh\n    dh = (torch.ones(32, 1) * dlogits) @ W2.T"
    source = f"{made}\nf()\nprint(dh.shape)"
    verdict = judge_answers("01_unrolled", {"dh": source})
    step = next(step for step in verdict.steps if step.name == "dh")
    assert (step.status, verdict.score) == (Status.HARD_CODED, 25.5)


@pytest.mark.parametrize(
    "helper",
    [
        "def kept():\n    global later\n    later = dlogprobs / probs\n    return later",
        "class Net:\n    pass\nnet = Net()\n"
        "def kept():\n    net.later = dlogprobs / probs\n    return net.later",
    ],
)
def test_an_answer_by_ones_own_function_leaves_behind_what_it_leaves(judge_answers, helper):
    """A later answer that is tried again finds it: here it is tried once more in float32."""
    later = "net.later" if "net" in helper else "later"
    answers = {
        "dprobs": "dprobs = kept()",
        "dcounts": f"dcounts = (counts_sum_inv * {later}).float() + dcounts_sum.float()",
    }
    verdict = judge_answers("01_unrolled", answers, before={"dprobs": [helper]})
    assert {step.name for step in verdict.steps if not step.status.passed} == set()


@pytest.mark.parametrize(
    "source",
    [
        "%%time\nXb = Xb.reshape(-1)\n"
        "dC = torch.zeros_like(C).index_add_(0, Xb, demb.flatten(0, 1))",
        "%%capture\ndC = torch.zeros_like(C)\nfor h in range(len(Xb)):\n"
        "    for p in range(Xb.shape[1]):\n        dC[Xb[h, p]] += demb[h, p]",
    ],
)
def test_a_timed_cell_is_a_cell(judge_answers, source):
    """What it gives another value it does not change."""
    assert judge_answers("01_unrolled", {"dC": source}).score == 26


def test_a_name_that_is_not_there_for_an_expression_is_told_so(judge_answers):
    """The student has made it in the step before, and need not do that again."""
    answers = {"dlogits": "dlogits = (probs - F.one_hot(Yb, logits.shape[1])) / n"}
    verdict = judge_answers("02_cross_entropy", answers)
    step = next(step for step in verdict.steps if step.name == "dlogits")
    assert step.status is Status.RAISED
    assert "only `logits`, `Yb`, `n` are there" in step.diagnosis.message
    assert "do that one first" not in step.diagnosis.message
