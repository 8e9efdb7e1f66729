"""Right answers that are not the one in the solution: all of them earn full points."""

import pytest

from autograder.verdict import Status

_UNROLLED = {
    "sum without keepdim": {"dbnbias": "dbnbias = dhpreact.sum(0)"},
    "sum with keepdim where none is": {"db2": "db2 = dlogits.sum(0, keepdim=True)"},
    "a column as a vector": {
        "dcounts_sum": "dcounts_sum = (-counts_sum_inv**2 * dcounts_sum_inv)[:, 0]"
    },
    "one_hot": {"dlogprobs": "dlogprobs = -F.one_hot(Yb, logprobs.shape[1]) / n"},
    "a loop over rows": {
        "dlogprobs": "dlogprobs = torch.zeros(logprobs.shape)\n"
        "for i, y in enumerate(Yb):\n    dlogprobs[i, y] = -1 / len(Yb)"
    },
    "further back": {
        "dcounts": "dp = dlogprobs / probs\n"
        "dcounts = counts_sum_inv * dp - (counts * dp).sum(1, keepdim=True) * counts_sum**-2"
    },
    "straight from the loss": {
        "dprobs": "dprobs = torch.zeros_like(probs)\n"
        "dprobs[range(n), Yb] = -1 / (n * probs[range(n), Yb])"
    },
    "the loss's own formula": {"dcounts_sum": "dcounts_sum = 1 / (n * counts_sum)"},
    "scatter_add": {
        "dlogits": "dlogits = dnorm_logits.clone()\n"
        "dlogits.scatter_add_(1, logits.argmax(1, keepdim=True), dlogit_maxes)"
    },
    "scatter by range": {
        "dlogits": "dlogits = dnorm_logits.clone()\n"
        "dlogits[range(n), logits.argmax(1)] += dlogit_maxes[:, 0]"
    },
    "einsum": {"dh": "dh = torch.einsum('nv,hv->nh', dlogits, W2)"},
    "outer products": {"dW2": "dW2 = sum(torch.outer(h[i], dlogits[i]) for i in range(n))"},
    "tanh again": {"dhpreact": "dhpreact = dh * (1 - torch.tanh(hpreact) ** 2)"},
    "variance from its inverse": {"dbnvar": "dbnvar = -0.5 * bnvar_inv**3 * dbnvar_inv"},
    "expand": {"dbndiff2": "dbndiff2 = (dbnvar / (n - 1)).expand(bndiff2.shape)"},
    "batch norm in one expression": {
        "dhprebn": "dhprebn = bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)\n"
        "    - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))"
    },
    "mean": {"dhprebn": "dhprebn = dbndiff + dbnmeani / hprebn.shape[0]"},
    "a loop": {
        "dC": "dC = torch.zeros_like(C)\nfor i in range(n):\n    for p in range(Xb.shape[1]):\n"
        "        dC[Xb[i, p]] += demb[i, p]"
    },
    "index_put": {"dC": "dC = torch.zeros(C.shape)\ndC.index_put_((Xb,), demb, accumulate=True)"},
    "a product with one_hot": {
        "dC": "dC = F.one_hot(Xb.view(-1), len(C)).to(C.dtype).T @ demb.view(-1, C.shape[1])"
    },
    "reshape": {"demb": "demb = dembcat.reshape(n, -1, C.shape[1])"},
    "a helper from an earlier cell": {
        "dprobs": "inverse = 1 / probs\ndprobs = inverse * dlogprobs",
        "dcounts_sum_inv": "dcounts_sum_inv = (counts * inverse * dlogprobs).sum(1, keepdim=True)",
    },
    "two steps in one cell": {
        "dprobs": "dprobs = dlogprobs / probs\n"
        "dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)",
        "dcounts_sum_inv": "pass",
    },
    "a check of one's own": {
        "dprobs": 'dprobs = dlogprobs / probs\ncheck("dprobs")\ncheck.summary()'
    },
    "an error after the answer": {"dprobs": "dprobs = dlogprobs / probs\nprobs.no_such_thing()"},
    "a name used up": {"dprobs": "F = dlogprobs / probs\ndprobs = F\nfor n in range(3):\n    pass"},
    "a forward variable used up": {"dprobs": "counts = dlogprobs / probs\ndprobs = counts"},
    "a magic": {"dprobs": "%time dprobs = dlogprobs / probs"},
    "numbers of its own dtype": {"dh": "dh = dlogits @ W2.T.double()"},
    "an alias that changes nothing": {"demb": "flat = dembcat\ndemb = flat.view(emb.shape)"},
    "non-contiguous": {"dh": "dh = (W2 @ dlogits.T).T"},
    "numpy": {
        "dh": "import numpy as np\ndh = torch.from_numpy(np.dot(dlogits.numpy(), W2.numpy().T))"
    },
}


@pytest.mark.parametrize("answers", _UNROLLED.values(), ids=_UNROLLED)
def test_another_right_answer_of_stage_01_counts(judge_answers, answers):
    """The answer may reach further back, loop, index or keep other dimensions of size 1."""
    verdict = judge_answers("01_unrolled", answers)
    assert {step.name for step in verdict.steps if not step.status.passed} == set()
    assert (verdict.score, verdict.flags) == (26, ())


_OTHERS = {
    "the whole chain": ("00_warmup", {"dz": "dz = (1 - h**2) * 2 * (h - y)"}),
    "from the first line": ("00_warmup", {"dw": "dw = 2 * e * (1 - h**2) * s"}),
    "the product multiplied out": ("00_warmup", {"da": "da = 3 * c * a**2"}),
    "the pull itself": ("00_warmup", {"dA": "dA = pull @ B.T", "dB": "dB = A.T @ pull"}),
    "a number": ("00_warmup", {"dside": "dside = 2 * side.item()"}),
    "a lambda": ("02_cross_entropy", {"logsumexp": "logsumexp = lambda x: torch.logsumexp(x, 1)"}),
    "softmax": ("02_cross_entropy", {"probs": "probs = F.softmax(logits, dim=1)"}),
    "in place": (
        "02_cross_entropy",
        {"dlogits": "dlogits = logits.softmax(1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"},
    ),
    "means": (
        "03_batchnorm",
        {
            "dhprebn": "dhprebn = bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)\n"
            "    - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))"
        },
    ),
    "from the layer's input": (
        "03_batchnorm",
        {
            "dhprebn": "centered = hprebn - hprebn.mean(0)\nv = hprebn.var(0) + 1e-5\n"
            "dhprebn = bngain / v.sqrt() * (dhpreact - dhpreact.mean(0)\n"
            "    - centered * (dhpreact * centered).sum(0) / v / (n - 1))"
        },
    ),
    "from the unbiased variance": (
        "03_batchnorm",
        {
            "dhprebn_biased": "v = bnvar * (n - 1) / n + 1e-5\nr = (hprebn - bnmeani) * v**-0.5\n"
            "dhprebn_biased = bngain * v**-0.5 * (dhpreact - dhpreact.mean(0)\n"
            "    - r * (dhpreact * r).mean(0))"
        },
    ),
}


@pytest.mark.parametrize(("stage", "answers"), _OTHERS.values(), ids=_OTHERS)
def test_another_right_answer_of_another_stage_counts(judge_answers, stage, answers):
    """The same in the stages with values, functions and answers in one expression."""
    verdict = judge_answers(stage, answers)
    assert {step.name for step in verdict.steps if not step.status.passed} == set()
    assert verdict.flags == ()


def test_added_cells_may_define_and_compute(judge_answers):
    """An import, a function, a variable and a mistake in cells of one's own."""
    verdict = judge_answers(
        "01_unrolled",
        {"dcounts_sum_inv": "dcounts_sum_inv = over_rows(counts * dprobs)", "dh": "dh = back"},
        before={
            "dprobs": ["import math", "def over_rows(x):\n    return x.sum(1, keepdim=True)"],
            "dW2": ["nobody.knows(this)", "logits = 0"],
            "dh": ["back = dlogits @ W2.T"],
        },
    )
    assert verdict.score == 26


def test_an_expression_may_call_what_a_cell_before_has_defined(judge_answers):
    """Functions, imports and constants are no leftover values."""
    verdict = judge_answers(
        "03_batchnorm",
        {"dhprebn": "dhprebn = bngain * bnvar_inv * (dhpreact - dhpreact.mean(0) - along(bnraw))"},
        before={
            "dhprebn": [
                "one = 1",
                "from math import fsum as _\n"
                "def along(r):\n    return r * (dhpreact * r).sum(0) / (n - one)",
            ]
        },
    )
    assert verdict.score == 8


def test_a_size_of_one_is_remarked_on(judge_answers):
    """Full points, a status of its own, and the two shapes."""
    verdict = judge_answers("01_unrolled", {"dbnbias": "dbnbias = dhpreact.sum(0)"})
    step = next(step for step in verdict.steps if step.name == "dbnbias")
    assert (step.status, step.points) == (Status.CORRECT_SHAPE_DIFFERS, 1.0)
    assert step.remarks[0].startswith("the shape is (")


def test_an_answer_straight_from_the_loss_is_remarked_on(judge_answers):
    """Full points near the loss, where nothing of the stage is skipped."""
    verdict = judge_answers("01_unrolled", {"dcounts_sum": "dcounts_sum = 1 / (n * counts_sum)"})
    step = next(step for step in verdict.steps if step.name == "dcounts_sum")
    assert "straight from the loss" in step.remarks[0]
