"""What is said of answers that once were called by a name that is not theirs."""

import re

import pytest

from autograder.diagnose import diagnose
from autograder.mistakes import mistakes_of
from autograder.mistakes.together import sentence
from autograder.stages import STAGES
from tests.diagnose.observing import diagnosable, observe
from tests.diagnose.third_bank.training import BACKWARD
from tests.mutants.kinds import cell_of

_P = "def softmax_jacobian(x):\n    p = F.softmax(x, 0)\n    "
_HOT = "F.one_hot(Yb, logits.shape[1])"
_DIFF = "(dbnraw * (hprebn - bnmeani)).sum(0, keepdim=True)"
_REST = "(n*dhpreact - dhpreact.sum(0) - n/(n-1)*bnraw*(dhpreact*bnraw).sum(0))"
_SCATTER = "torch.zeros_like(C).index_add(0, Xb.T.reshape(-1), demb.flatten(0, 1))"

_LOWERED = "In each row only the target's entry is lowered by 1"
_ROUNDED = "`//` rounds down"
_EXPONENT = "how far does the exponent reach?"
_CONSTANT = "A constant factor in the step from `probs` to `logprobs` is wrong."
_ZERO = "The answer is zero everywhere, but the gradients that flow in are not."
_SHAPE = "has another shape than its variable"
_ALONE = "The gradient that comes in is missing."
_SIDE = "those of one side are missing"
_ORDER = "the two lists must run in the same order"

# Stage, step, what is typed, its code, and what is said.
_ANSWERS = (
    # No `[:, Yb]` is there.
    ("02_cross_entropy", "dlogits", "(F.softmax(logits, 1) - 1) / n", "wrong_index", _LOWERED),
    (
        "02_cross_entropy",
        "dlogits",
        "(F.softmax(logits, 1) - torch.ones_like(logits)) / n",
        "wrong_index",
        _LOWERED,
    ),
    (
        "02_cross_entropy",
        "dlogits",
        "p = F.softmax(logits, 1)\np[:, Yb] -= 1\ndlogits = p / n",
        "all_rows_indexed",
        "`[:, Yb]`",
    ),
    # What is assigned first is nothing, or another branch.
    *(
        ("01_unrolled", "dcounts", f"{first}dcounts = counts_sum_inv * dprobs", code, said)
        for first, code, said in (
            ("dcounts = torch.zeros_like(counts)\n", "missing_branch", "also feeds"),
            ("dcounts = torch.zeros((n, counts.shape[1]))\n", "missing_branch", "also feeds"),
            ("dcounts = counts.new_zeros(counts.shape)\n", "missing_branch", "also feeds"),
            ("dcounts = None\n", "missing_branch", "also feeds"),
            (
                "if n == 0:\n    dcounts = dcounts_sum\nelse:\n    ",
                "missing_branch",
                "also feeds",
            ),
            (
                "dcounts = dcounts_sum.expand_as(counts)\n",
                "overwritten_accumulation",
                "is assigned twice",
            ),
            (
                "dcounts = torch.zeros_like(counts) + dcounts_sum\n",
                "overwritten_accumulation",
                "is assigned twice",
            ),
        )
    ),
    # No base of a logarithm makes these factors.
    ("01_unrolled", "dprobs", "2 * dlogprobs / probs", "wrong_constant", _CONSTANT),
    ("01_unrolled", "dprobs", "0.5 * dlogprobs / probs", "wrong_constant", _CONSTANT),
    (
        "01_unrolled",
        "dprobs",
        "dlogprobs / (probs * torch.tensor(2.0).log())",
        "wrong_constant",
        "natural logarithm",
    ),
    # Zero is one thing.
    ("01_unrolled", "dlogit_maxes", "0", "zero_answer", f"{_ZERO} `dlogit_maxes` {_SHAPE}."),
    ("01_unrolled", "dlogit_maxes", "torch.full_like(logit_maxes, 1e-15)", "zero_answer", _ZERO),
    ("01_unrolled", "dW2", "torch.zeros_like(W2.T)", "zero_answer", f"{_ZERO} `dW2` {_SHAPE}:"),
    (
        "02_cross_entropy",
        "logsumexp",
        "torch.tensor(0.0)",
        "zero_answer",
        "everywhere. The answer has another shape than the one that is asked for.",
    ),
    # Half of a power.
    (
        "01_unrolled",
        "dbnvar",
        "-1/2 * (bnvar + 1e-5)**-3/2 * dbnvar_inv",
        "precedence",
        _EXPONENT,
    ),
    ("03_batchnorm", "dbnvar", f"-1/2*(bnvar + 1e-5)**-3/2 * {_DIFF}", "precedence", _EXPONENT),
    (
        "03_batchnorm",
        "dhprebn_inference",
        "dhpreact * bngain * (bnvar_running + 1e-5)**-1/2",
        "precedence",
        _EXPONENT,
    ),
    (
        "03_batchnorm",
        "dhprebn",
        f"bngain / n * (bnvar + 1e-5)**-1/2 * {_REST}",
        "precedence",
        _EXPONENT,
    ),
    # Whole numbers where fractions are meant.
    ("01_unrolled", "dhprebn", "dbndiff + 1//n * dbnmeani", "wrong_constant", _ROUNDED),
    (
        "01_unrolled",
        "dlogprobs",
        "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(n), Yb] = -1 // n",
        "wrong_constant",
        _ROUNDED,
    ),
    (
        "01_unrolled",
        "dbnvar",
        "-1//2 * (bnvar + 1e-5)**-1.5 * dbnvar_inv",
        "wrong_constant",
        _ROUNDED,
    ),
    (
        "01_unrolled",
        "dbndiff2",
        "1//(n - 1) * torch.ones_like(bndiff2) * dbnvar",
        "zero_answer",
        _ROUNDED,
    ),
    (
        "02_cross_entropy",
        "dlogits",
        f"(F.softmax(logits, 1) - {_HOT}) // n",
        "wrong_constant",
        _ROUNDED,
    ),
    ("03_batchnorm", "dbnvar", f"-1//2*(bnvar + 1e-5)**-1.5 * {_DIFF}", "wrong_constant", _ROUNDED),
    ("03_batchnorm", "dhprebn", f"bngain * bnvar_inv//n * {_REST}", "wrong_constant", _ROUNDED),
    # Without a `//` these are what they were.
    ("01_unrolled", "dhprebn", "dbndiff", "missing_branch", "One of the two paths is missing"),
    ("01_unrolled", "dbndiff2", "torch.zeros_like(bndiff2)", "zero_answer", _ZERO),
    ("02_cross_entropy", "dlogits", f"-1.0 * {_HOT}", "missing_branch", "probabilities are miss"),
    # A value is no gradient, and a function is no variable.
    ("02_cross_entropy", "probs", "F.softmax(logits, 1)[:1]", "broadcast_shape", "a value of its"),
    ("02_cross_entropy", "probs", "F.softmax(logits, 1).sum(0)", "extra_sum", "a value of its own"),
    (
        "02_cross_entropy",
        "example_gradient",
        "p = F.softmax(x, 0)\nreturn -1 / p[y]",
        "missing_local_derivative",
        "The loss is a logarithm of a softmax: only the first is here.",
    ),
    (
        "02_cross_entropy",
        "logsumexp",
        "torch.logsumexp(x, 1)[:1]",
        "differs",
        "The answer has another shape than the one that is asked for.",
    ),
    # The sign of an epsilon is not its size.
    (
        "01_unrolled",
        "dbnvar",
        "-0.5 * (bnvar - 1e-5)**-1.5 * dbnvar_inv",
        "wrong_sign",
        "the sign of the epsilon",
    ),
    (
        "03_batchnorm",
        "dbnvar",
        f"-0.5 * (bnvar - 1e-5)**-1.5 * {_DIFF}",
        "wrong_sign",
        "the sign of the epsilon",
    ),
    # Ones are no mean.
    ("01_unrolled", "db2", "torch.ones_like(b2)", "missing_upstream", _ALONE),
    ("01_unrolled", "dbnbias", "torch.ones_like(bnbias)", "missing_upstream", _ALONE),
    # Both parts are there, on one side of the diagonal.
    (
        "02_cross_entropy",
        "softmax_jacobian",
        f"{_P}return torch.triu(torch.diag(p) - torch.outer(p, p))",
        "missing_branch",
        _SIDE,
    ),
    # The order is right.
    ("01_unrolled", "demb", "dembcat.clone()", "wrong_layout", "only the shape is not that of"),
    ("01_unrolled", "demb", "dembcat.view(-1, C.shape[1])", "wrong_layout", "only the shape is"),
    ("01_unrolled", "demb", "dembcat.T.reshape(emb.shape)", "wrong_layout", "in which order were"),
    ("01_unrolled", "dC", _SCATTER, "wrong_layout", _ORDER),
)

# What is changed in the backward pass of stage 04, its code, and what is said.
_LINES = (
    ("dlogits[range(n), Yb] -= 1", "dlogits -= 1", "wrong_index", _LOWERED),
    ("dlogits[range(n), Yb] -= 1", "dlogits[:, Yb] -= 1", "all_rows_indexed", "`[:, Yb]`"),
    ("db2 = dlogits.sum(0)", "db2 = dlogits.sum(1)", "wrong_axis", "The sum is over"),
    ("db2 = dlogits.sum(0)", "db2 = dlogits.sum()", "extra_sum", "Only the dimension"),
    ("db1 = dhprebn.sum(0)", "db1 = dhprebn.sum(1)", "wrong_axis", "The sum is over"),
    ("db1 = dhprebn.sum(0)", "db1 = dhprebn.sum()", "extra_sum", "Only the dimension"),
    (
        "dbngain = (bnraw * dhpreact).sum(0, keepdim=True)",
        "dbngain = bnraw.T @ dhpreact",
        "matmul_for_elementwise",
        "not a matrix product",
    ),
    ("db2 = dlogits.sum(0)", "db2 = torch.ones_like(dlogits[0])", "missing_upstream", _ALONE),
    ("db2 = dlogits.sum(0)", "db2 = torch.tensor(0.0)", "zero_answer", f"{_ZERO} `db2` {_SHAPE}."),
    ("dlogits = dlogits / n", "dlogits //= n", "wrong_constant", _ROUNDED),
    (
        "demb = dembcat.view(-1, C.shape[1])",
        "demb = dembcat.view(n, embcat.shape[1] // C.shape[1], -1).flatten(0, 1) * 0",
        "zero_answer",
        _ZERO,
    ),
    ("Xb.flatten(), demb", "Xb.T.reshape(-1), demb", "wrong_layout", _ORDER),
    (
        "dbngain = (bnraw * dhpreact)",
        "dbngain = (bnraw * dh)",
        "wrong_upstream",
        "Which gradient arrives at",
    ),
    ("dbnbias = dhpreact", "dbnbias = dh", "wrong_upstream", "Which gradient arrives at"),
    ("(1 - h**2) * dh", "dh", "missing_local_derivative", "Tanh is missing"),
)


def _with_line(right, wrong):
    """The other lines of the function do not read what the changed one makes."""
    body = BACKWARD.strip().replace("dbnbias / n", "dhpreact.sum(0) / n")
    body = body.replace("bnraw * dbngain", "bnraw * (bnraw * dhpreact).sum(0)")
    return body.replace(right, wrong)


def _diagnosed(stage, step, source):
    stage = STAGES[stage]
    step = stage.by_name[step]
    observations = observe(stage, step, source)
    assert not isinstance(observations, str), observations
    return diagnose(stage, step, observations, source=cell_of(step.name, source))


@pytest.mark.parametrize(("stage", "step", "source", "code", "said"), _ANSWERS)
def test_an_answer_is_told_by_its_own_idea(stage, step, source, code, said):
    """One name and a sentence that is true of the cell; none of two things."""
    found = _diagnosed(stage, step, source)
    assert (found.code, found.also) == (code, ())
    assert said in found.message


@pytest.mark.parametrize(("right", "wrong", "code", "said"), _LINES)
def test_a_line_of_the_backward_pass_is_told_by_its_own_idea(right, wrong, code, said):
    """Other lines of the function are no evidence, and results that are right are some."""
    assert right in BACKWARD
    found = _diagnosed("04_training", "backward", _with_line(right, wrong))
    assert (found.code, found.also) == (code, ())
    assert said in found.message


@pytest.mark.parametrize("exponent", ["-0.25 * (bnvar + 1e-5)**-3", "-0.25 / (bnvar + 1e-5)**3"])
def test_a_number_of_its_own_is_no_matter_of_precedence(exponent):
    """What Python makes of a slash behind a power somebody may have typed otherwise."""
    assert _diagnosed("01_unrolled", "dbnvar", f"{exponent} * dbnvar_inv").code != "precedence"


def test_ones_are_not_called_a_mean_of_two_things():
    """Where nothing is divided there is no mean, in a matrix product either."""
    found = _diagnosed("01_unrolled", "dbngain", "torch.ones_like(bngain)")
    assert "mean_instead_of_sum" not in {found.code, *found.also}


def test_no_message_begins_with_a_variable_of_one_letter():
    """Its capital is another variable."""
    steps = [(s, step) for s in STAGES.values() for step in s.checked if diagnosable(step)]
    begin = {sentence(m.message)[:2]: m.message for s, step in steps for m in mistakes_of(s, step)}
    assert [told for start, told in begin.items() if re.fullmatch(r"[B-Z]\W", start)] == []


@pytest.mark.parametrize(
    "text",
    ["dcounts = dcounts\n" * 400 + "\n" * 9000, "1" * 9000, "dcounts = dcounts\n" * 5000],
    ids=["blank lines", "a long number", "a long cell"],
)
def test_a_hostile_text_keeps_no_name_from_an_answer(text: str) -> None:
    """Patterns are tried at every place of a text: of what is too long no traces are looked for."""
    stage = STAGES["01_unrolled"]
    step = stage.by_name["dcounts"]
    seen = observe(stage, step, "dcounts = counts_sum_inv * dprobs")
    assert not isinstance(seen, str)
    assert diagnose(stage, step, seen, source=text).code in (
        "missing_branch",
        "overwritten_accumulation",
    )
