"""Each way to miss a step has its own status, and none costs another step."""

import pytest

from autograder.verdict import Status


def step_of(verdict, name):
    """The verdict on one step; every other step is right."""
    assert {step.name for step in verdict.steps if not step.status.passed} <= {name}
    return next(step for step in verdict.steps if step.name == name)


_HARD_CODED = {
    "n": (
        "dlogprobs",
        "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(32), Yb] = -1 / 32",
    ),
    "n - 1": ("dbndiff2", "dbndiff2 = torch.ones_like(bndiff2) * dbnvar / 31"),
    "classes": (
        "dlogits",
        "dlogits = dnorm_logits + F.one_hot(logits.argmax(1), 27) * dlogit_maxes",
    ),
    "a shape": ("demb", "demb = dembcat.view(32, 3, 10)"),
    "the table": ("dC", "dC = torch.zeros(27, 10).index_add_(0, Xb.flatten(), demb.flatten(0, 1))"),
    "further back": (
        "dprobs",
        "dprobs = torch.zeros(32, 27)\ndprobs[range(32), Yb] = -1 / 32 / probs[range(32), Yb]",
    ),
}


@pytest.mark.parametrize(("name", "source"), _HARD_CODED.values(), ids=_HARD_CODED)
def test_a_hard_coded_size_costs_half_the_points(judge_answers, name, source):
    """Right in the notebook's sizes, wrong in any other."""
    step = step_of(judge_answers("01_unrolled", {name: source}), name)
    assert (step.status, step.points) == (Status.HARD_CODED, 0.5)
    assert step.diagnosis.code == "hard_coded_size"


def test_a_hard_coded_size_in_a_function_costs_half_the_points(judge_answers):
    """Stage 02: right for 27 logits, wrong for 2 and 5."""
    source = (
        "def softmax_jacobian(x):\n    p = F.softmax(x, 0)\n"
        "    return torch.eye(27) * p - torch.outer(p, p)"
    )
    step = step_of(
        judge_answers("02_cross_entropy", {"softmax_jacobian": source}), "softmax_jacobian"
    )
    assert (step.status, step.points) == (Status.HARD_CODED, 0.5)


_ALIASING = {
    "a second name": (
        "dlogits",
        "dlogits = dnorm_logits\n"
        "dlogits += F.one_hot(logits.argmax(1), logits.shape[1]) * dlogit_maxes",
    ),
    "in place on a forward variable": ("dprobs", "probs.reciprocal_()\ndprobs = probs * dlogprobs"),
    "a view": ("demb", "demb = dembcat.view(emb.shape)\ndemb *= 1.5\ndemb /= 3"),
    "another's gradient": ("dh", "dW = dlogits\ndW[0, 0] = 0\ndh = dlogits @ W2.T"),
}


@pytest.mark.parametrize(("name", "source"), _ALIASING.values(), ids=_ALIASING)
def test_changing_an_input_is_a_mistake_with_a_name(judge_answers, name, source):
    """The cells after it get unspoiled inputs."""
    step = step_of(judge_answers("01_unrolled", {name: source}), name)
    assert (step.status, step.points, step.diagnosis.code) == (Status.WRONG, 0.0, "aliasing")


def test_a_function_that_changes_its_argument_is_told_so(judge_answers):
    """Stage 02, logsumexp in place."""
    source = (
        "def logsumexp(x):\n    m = x.max(1).values\n    x -= m[:, None]\n"
        "    return m + x.exp().sum(1).log()"
    )
    step = step_of(judge_answers("02_cross_entropy", {"logsumexp": source}), "logsumexp")
    assert (step.status, step.diagnosis.code) == (Status.WRONG, "aliasing")


_FLOAT32 = {
    "a float32 result": ("dW2", "dW2 = (h.T @ dlogits).float()"),
    "float32 throughout": ("dh", "dh = dlogits.float() @ W2.float().T"),
    "a table that takes nothing else": (
        "dC",
        "dC = torch.zeros(C.shape, dtype=torch.float32)\n"
        "dC.index_add_(0, Xb.flatten(), demb.flatten(0, 1))",
    ),
}


@pytest.mark.parametrize(("name", "source"), _FLOAT32.values(), ids=_FLOAT32)
def test_a_right_answer_in_float32_counts(judge_answers, name, source):
    """Also where it cannot even run in float64."""
    assert step_of(judge_answers("01_unrolled", {name: source}), name).status is Status.CORRECT


@pytest.mark.parametrize("ending", ["", ".float()"], ids=["float64", "float32"])
def test_a_forgotten_epsilon_is_seen_in_either_precision(judge_answers, ending):
    """The variances of the drawn states are small enough."""
    source = f"dbnvar = (-0.5 * bnvar**-1.5 * dbnvar_inv){ending}"
    assert (
        step_of(judge_answers("01_unrolled", {"dbnvar": source}), "dbnvar").status is Status.WRONG
    )


_SHORTCUTS = {
    "dlogits": "dlogits = (probs - F.one_hot(Yb, probs.shape[1])) / n",
    "dnorm_logits": "dnorm_logits = probs / n\ndnorm_logits[range(n), Yb] -= 1 / n",
}


@pytest.mark.parametrize(("name", "source"), _SHORTCUTS.items(), ids=_SHORTCUTS)
def test_the_expression_of_stage_02_is_no_answer_in_stage_01(judge_answers, name, source):
    """It is right for this loss, but it is not the step."""
    step = step_of(judge_answers("01_unrolled", {name: source}), name)
    assert (step.status, step.points, step.diagnosis.code) == (Status.WRONG, 0.0, "shortcut")


_DEGENERATE = {
    "dlogits": "dlogits = dnorm_logits.clone()",
    "dlogit_maxes": "dlogit_maxes = torch.zeros_like(logit_maxes)",
    "dbnmeani": "dbnmeani = (-bnvar_inv * dbnraw).sum(0, keepdim=True)",
    "db1": "db1 = torch.zeros_like(b1)",
}


@pytest.mark.parametrize(("name", "source"), _DEGENERATE.items(), ids=_DEGENERATE)
def test_where_the_true_gradient_is_zero_a_wrong_rule_does_not_pass(judge_answers, name, source):
    """Only independent upstream gradients count there."""
    step = step_of(judge_answers("01_unrolled", {name: source}), name)
    assert step.status is Status.WRONG
    assert step.diagnosis is None or step.diagnosis.code != "shortcut"


_LEFTOVERS = {
    "the paths of the step before": ("03_batchnorm", "dhprebn", "dhprebn = dhprebn_paths.sum(0)"),
    "a gradient of the step before": ("03_batchnorm", "dhprebn", "dhprebn = dbnraw * bnvar_inv"),
    "the probabilities": (
        "02_cross_entropy",
        "dlogits",
        "dlogits = (probs - F.one_hot(Yb, logits.shape[1])) / n",
    ),
    "the wrong batch norm": ("03_batchnorm", "dhprebn_inference", "dhprebn_inference = dhprebn"),
}


@pytest.mark.parametrize(("stage", "name", "source"), _LEFTOVERS.values(), ids=_LEFTOVERS)
def test_an_expression_finds_no_leftovers(judge_answers, stage, name, source):
    """Only what the stage names is there, so the cell raises a NameError."""
    step = step_of(judge_answers(stage, {name: source}), name)
    assert step.status is Status.RAISED
    assert "NameError" in step.diagnosis.message


_STATUSES = {
    "exception": ("dprobs = dlogprobs @ probs", Status.RAISED, "raised"),
    "exception at once": ("1 / 0", Status.RAISED, "raised"),
    "syntax error": ("dprobs = = 3", Status.RAISED, "raised"),
    "empty": ("", Status.NOT_ATTEMPTED, "not_attempted"),
    "comment": ("# later", Status.NOT_ATTEMPTED, "not_attempted"),
    "None": ("dprobs = None", Status.NOT_ATTEMPTED, "not_attempted"),
    "ellipsis": ("dprobs = ...", Status.NOT_ATTEMPTED, "not_attempted"),
    "NaN": ("dprobs = dlogprobs / probs * float('nan')", Status.NOT_FINITE, "not_finite"),
    "infinite": ("dprobs = dlogprobs / 0", Status.NOT_FINITE, "not_finite"),
    "a list": ("dprobs = (dlogprobs / probs).tolist()", Status.NOT_A_TENSOR, "not_a_tensor"),
    "an array": ("dprobs = (dlogprobs / probs).numpy()", Status.NOT_A_TENSOR, "not_a_tensor"),
    "a text": ("dprobs = 'dlogprobs / probs'", Status.NOT_A_TENSOR, "not_a_tensor"),
    "a function": (
        "def dprobs():\n    return dlogprobs / probs",
        Status.NOT_A_TENSOR,
        "not_a_tensor",
    ),
    "whole numbers": ("dprobs = (dlogprobs / probs).long()", Status.WRONG, "wrong_dtype"),
    "complex": ("dprobs = (dlogprobs / probs) + 0j", Status.WRONG, "wrong_dtype"),
    "half": ("dprobs = (dlogprobs / probs).half()", Status.WRONG, "wrong_dtype"),
    "transposed": ("dprobs = (dlogprobs / probs).T", Status.WRONG, "transposed"),
    "one row": ("dprobs = (dlogprobs / probs)[:1]", Status.WRONG, "broadcast_shape"),
    "zero": ("dprobs = 0 * probs", Status.WRONG, "zero_answer"),
    "sign": ("dprobs = -dlogprobs / probs", Status.WRONG, "wrong_sign"),
    "no upstream": ("dprobs = 1 / probs", Status.WRONG, "missing_upstream"),
    "unknown": ("dprobs = dlogprobs / probs + probs.cumsum(0)", Status.WRONG, "differs"),
}


@pytest.mark.parametrize(("source", "status", "code"), _STATUSES.values(), ids=_STATUSES)
def test_each_failure_has_its_status_and_a_sentence(judge_answers, source, status, code):
    """And costs nothing but its step."""
    step = step_of(judge_answers("01_unrolled", {"dprobs": source}), "dprobs")
    assert (step.status, step.points) == (status, 0.0)
    assert step.diagnosis.code == code
    assert step.diagnosis.message[-1] in ".?"


def test_sentences_do_not_hold_addresses(judge_answers):
    """They would differ from run to run."""
    source = "raise ValueError(object())"
    step = step_of(judge_answers("01_unrolled", {"dprobs": source}), "dprobs")
    assert step.diagnosis.message == "the cell raised ValueError: <object object at 0x...>."


_DEADLY = {
    "endless": ("while True:\n    pass", Status.TIMEOUT),
    "deaf": (
        "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
        Status.TIMEOUT,
    ),
    "exit": ("import os\nos._exit(0)", Status.KILLED),
    "crash": ("import ctypes\nctypes.string_at(0)", Status.KILLED),
}


@pytest.mark.parametrize(("source", "status"), _DEADLY.values(), ids=_DEADLY)
def test_a_cell_that_ends_its_process_costs_its_own_step(
    judge_answers, monkeypatch, source, status
):
    """The others are judged in another process."""
    monkeypatch.setattr("autograder.grading.passes._SECONDS", 1.0)
    monkeypatch.setattr("autograder.grading.runner_process._GRACE", 0.5)
    assert step_of(judge_answers("01_unrolled", {"dh": source}), "dh").status is status


def test_after_a_few_deaths_no_cell_is_run_again(judge_answers):
    """What was judged before them counts."""
    deadly = {f"d{name}": "import os\nos._exit(1)" for name in ("h", "W2", "b2", "bngain")}
    verdict = judge_answers("01_unrolled", deadly)
    statuses = [step.status for step in verdict.steps]
    assert set(statuses[:8]) == {Status.CORRECT}
    assert statuses[-1] is Status.KILLED


def test_a_function_that_dies_costs_its_own_step(judge_answers):
    """Stage 02: the functions and gradients around it are judged."""
    source = "def example_gradient(x, y):\n    import os\n    os._exit(0)"
    step = step_of(
        judge_answers("02_cross_entropy", {"example_gradient": source}), "example_gradient"
    )
    assert step.status is Status.KILLED


def test_a_function_that_does_not_return_is_called_once(judge_answers, monkeypatch):
    """Stage 00, which would call it twelve times; the notebook goes on after it."""
    monkeypatch.setattr("autograder.grading.functions._SECONDS", 1.0)
    source = "def unbroadcast(gradient, shape):\n    while True:\n        pass"
    step = step_of(judge_answers("00_warmup", {"unbroadcast": source}), "unbroadcast")
    assert step.status is Status.TIMEOUT


def test_a_submission_that_spoils_its_process_is_judged_in_another(judge_answers):
    """Here the judge's own words to the process fail after an added cell has run."""
    spoil = "import sys\nsys.modules['autograder.grading.doors'] = None"
    verdict = judge_answers("01_unrolled", {}, before={"dprobs": [spoil]})
    assert verdict.score == 26


def test_what_is_known_of_a_wrong_answer_is_told(judge_answers):
    """Which entries differ, where no known mistake makes the answer; no size that was drawn."""
    source = "dprobs = dlogprobs / probs\ndprobs[0] += probs.cumsum(0)[-1]"
    step = step_of(judge_answers("01_unrolled", {"dprobs": source}), "dprobs")
    assert step.diagnosis.message == "Some rows differ, and others are right."


def test_an_exception_is_explained(judge_answers):
    """What does not fit is named, with its shape, for the line that raised."""
    source = "a = 1\ndh = dlogits @ W2"
    step = step_of(judge_answers("01_unrolled", {"dh": source}), "dh")
    assert "In `dlogits @ W2` the shapes do not fit" in step.diagnosis.message


def test_what_pytorch_has_not_implemented_is_an_exception(judge_answers):
    """`^` is written and raises PyTorch's NotImplementedError, which no untouched cell does."""
    verdict = step_of(judge_answers("01_unrolled", {"dhpreact": "dhpreact = h ^ 2"}), "dhpreact")
    assert verdict.status is Status.RAISED
    assert "is no power in Python" in verdict.diagnosis.message


def test_a_function_that_raises_is_explained(judge_answers):
    """By the shapes of its arguments."""
    source = "def logsumexp(x):\n    return x.exp().sum(0).log() @ x"
    step = step_of(judge_answers("02_cross_entropy", {"logsumexp": source}), "logsumexp")
    assert "In `x.exp().sum(0).log() @ x` the shapes do not fit" in step.diagnosis.message


def test_a_diagnosis_that_fails_costs_nothing_else(judge_answers, monkeypatch):
    """The verdict stays, with a warning for those who look after the judge."""

    def fail(*_, **__):
        raise ZeroDivisionError("in the search")

    monkeypatch.setattr("autograder.diagnosed.diagnose", fail)
    with pytest.warns(RuntimeWarning, match="no diagnosis of dprobs: ZeroDivisionError"):
        verdict = judge_answers("01_unrolled", {"dprobs": "dprobs = -dlogprobs / probs"})
    step = step_of(verdict, "dprobs")
    assert (step.status, step.points, step.diagnosis) == (Status.WRONG, 0.0, None)


@pytest.mark.parametrize(
    "source",
    ["db2 = dlogits * float('nan')", "db2 = dlogits * 1e308 * 10", "db2 = torch.zeros(3000, 500)"],
)
def test_an_answer_of_any_numbers_is_no_known_mistake(judge_answers, source):
    """Not finite, or far larger than what any formula makes: nothing is named that is not so."""
    step = step_of(judge_answers("01_unrolled", {"db2": source}), "db2")
    assert step.points == 0
    assert step.diagnosis.code in ("missing_sum", "not_finite", "wrong_shape", "differs")


_BENT = {
    "the curve": ("00_warmup", "good_step", "good_step = 1.0", "def wave(x):\n    return 0 * x"),
    "the points": ("00_warmup", "good_step", "good_step = 1.0", "points = points * 0"),
    "the logits": (
        "02_cross_entropy",
        "breaking_scale",
        "breaking_scale = 1e-3",
        "logits = logits * 1e6",
    ),
}


@pytest.mark.parametrize(("stage", "name", "source", "bend"), _BENT.values(), ids=_BENT)
def test_a_number_is_judged_for_the_notebooks_variables(judge_answers, stage, name, source, bend):
    """And not for what the submission has made of them."""
    verdict = judge_answers(stage, {name: source}, before={name: [bend]})
    step = step_of(verdict, name)
    assert (step.status, step.points) == (Status.WRONG, 0.0)


_NUMBERS = {
    "a text": ("good_step = 'small'", Status.WRONG),
    "a list": ("good_step = [1e-5]", Status.WRONG),
    "NaN": ("good_step = float('nan')", Status.WRONG),
    "None": ("good_step = None", Status.NOT_ATTEMPTED),
    "raised": ("good_step = 1 / 0", Status.RAISED),
    "a tensor": ("good_step = torch.tensor(1e-5)", Status.CORRECT),
}


@pytest.mark.parametrize(("source", "status"), _NUMBERS.values(), ids=_NUMBERS)
def test_a_number_may_be_anything(judge_answers, source, status):
    """Stage 00: each answer has its status."""
    verdict = judge_answers("00_warmup", {"good_step": source})
    assert step_of(verdict, "good_step").status is status


_FUNCTIONS = {
    "no function": ("project = 3", Status.NOT_A_TENSOR),
    "None": ("project = None", Status.NOT_ATTEMPTED),
    "no value": ("def project(g, r):\n    pass", Status.NOT_A_TENSOR),
    "a text": ("def project(g, r):\n    return 'g'", Status.NOT_A_TENSOR),
    "raised": ("def project(g, r):\n    return g @ r", Status.RAISED),
    "not written": ("def project(g, r):\n    raise NotImplementedError()", Status.NOT_ATTEMPTED),
    "not for floats": ("def project(g, r):\n    return g - r ^ 2", Status.RAISED),
    "NaN": ("def project(g, r):\n    return g * float('nan')", Status.NOT_FINITE),
    "wrong": ("def project(g, r):\n    return g - g.mean(0)", Status.WRONG),
    "other arguments": ("def project(g):\n    return g", Status.RAISED),
}


@pytest.mark.parametrize(("source", "status"), _FUNCTIONS.values(), ids=_FUNCTIONS)
def test_a_function_may_be_anything(judge_answers, source, status):
    """Stage 03: each answer has its status."""
    verdict = judge_answers("03_batchnorm", {"project": source})
    assert step_of(verdict, "project").status is status
