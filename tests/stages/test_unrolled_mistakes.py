"""Stage 01: typical mistakes fail, each in its own step."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder.examine import State, examine
from autograder.stages.unrolled import GRAPH, STAGE, draw_inputs
from autograder.verdict import StepVerdict

# Where the true gradient is zero (dlogit_maxes, db1, the second half of dlogits), many a wrong
# formula comes out as zero, too; the mistakes listed there are those that a notebook can show.
MISTAKES = {
    "dlogprobs": [
        "torch.full_like(logprobs, -1 / n)",
        "-F.one_hot(Yb, 27).double()",
        "F.one_hot(Yb, 27) / n",
        "-F.one_hot(Yb, 27) / logprobs.numel()",
        "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[:, Yb] = -1 / n",
    ],
    "dprobs": ["1 / probs", "dlogprobs * probs", "dlogprobs / logprobs", "-dlogprobs / probs"],
    "dcounts_sum_inv": [
        "counts * dprobs",
        "(counts * dprobs).mean(1, keepdim=True)",
        "(counts * dprobs).sum(0, keepdim=True)",
        "dprobs.sum(1, keepdim=True)",
        "counts.sum(1, keepdim=True) * dprobs.sum(1, keepdim=True)",
    ],
    "dcounts_sum": [
        "counts_sum**-2 * dcounts_sum_inv",
        "-(counts_sum**-1) * dcounts_sum_inv",
        "-(counts_sum_inv**-2) * dcounts_sum_inv",
        "-(counts_sum**-2)",
    ],
    "dcounts": [
        "counts_sum_inv * dprobs",
        "dcounts_sum.expand_as(counts)",
        "counts_sum * dprobs + dcounts_sum",
        "counts_sum_inv * dprobs + 2 * dcounts_sum",
        "counts_sum_inv * dprobs + counts * dcounts_sum",
    ],
    "dnorm_logits": ["dcounts", "norm_logits * dcounts", "dcounts.exp()", "counts"],
    "dlogit_maxes": ["-dnorm_logits", "-dnorm_logits.sum(0, keepdim=True)", "-logits.sum(1)"],
    "dlogits": [
        "-dnorm_logits",
        "F.one_hot(logits.argmax(1), 27) * dlogit_maxes",
        "dnorm_logits + F.one_hot(logits.argmax(1), 27)",
        "dnorm_logits * logits",
    ],
    "dh": ["dlogits @ W2[:27].T", "(dlogits @ W2.T).T", "-dlogits @ W2.T", "dlogits @ W2.T * h"],
    "dW2": ["dlogits.T @ h", "h.T @ dlogits / n", "hpreact.T @ dlogits", "h.T @ dnorm_logits * 2"],
    "db2": ["dlogits", "dlogits.sum(1)", "dlogits.mean(0)", "dlogits.sum()"],
    "dhpreact": ["1 - h**2 * dh", "1 - h**2", "(1 - h) * dh", "(1 - hpreact**2) * dh", "h * dh"],
    "dbngain": [
        "bnraw * dhpreact",
        "dhpreact.sum(0, keepdim=True)",
        "(bnraw * dhpreact).sum(1, keepdim=True)",
        "(bnraw * dhpreact).mean(0, keepdim=True)",
        "bnraw.sum(0, keepdim=True) * dhpreact.sum(0, keepdim=True)",
    ],
    "dbnraw": ["dhpreact", "bnraw * dhpreact", "dhpreact / bngain", "bngain.T @ dhpreact[:1]"],
    "dbnbias": ["dhpreact", "dhpreact.sum(1)", "dhpreact.mean(0, keepdim=True)", "dh.sum(0)"],
    "dbnvar_inv": [
        "bndiff * dbnraw",
        "(bnraw * dbnraw).sum(0, keepdim=True)",
        "(bndiff * dbnraw).mean(0, keepdim=True)",
        "(bndiff * dhpreact).sum(0, keepdim=True)",
    ],
    "dbnvar": [
        "-0.5 * bnvar**-1.5 * dbnvar_inv",
        "0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv",
        "-0.5 * (bnvar + 1e-5) ** -0.5 * dbnvar_inv",
        "-0.5 * (bnvar + 1e-5) ** -1.5",
    ],
    "dbndiff2": [
        "dbnvar / (n - 1)",
        "(dbnvar / n).expand_as(bndiff2)",
        "dbnvar.expand_as(bndiff2)",
        "bndiff2 * dbnvar / (n - 1)",
    ],
    "dbndiff": [
        "dbnraw * bnvar_inv",
        "2 * bndiff * dbndiff2",
        "dbnraw * bnvar_inv + bndiff * dbndiff2",
        "dbnraw * bnvar_inv + 2 * bndiff2 * dbndiff2",
        "dbnraw * bnvar_inv + 2 * dbndiff2",
    ],
    "dbnmeani": ["dbndiff.sum(0, keepdim=True)", "-dbndiff", "-dbndiff.mean(0, keepdim=True)"],
    "dhprebn": [
        "dbndiff",
        "dbndiff + dbnmeani",
        "dbndiff - dbnmeani / n",
        "dbndiff + dbnmeani / (n - 1)",
    ],
    "dembcat": ["dhpreact @ W1.T", "W1 @ dhprebn.T", "-dhprebn @ W1.T", "dbndiff @ W1.T"],
    "dW1": ["dhprebn.T @ embcat", "embcat.T @ dhprebn / n", "embcat.T @ dbndiff", "W1"],
    "db1": ["dhprebn", "dhprebn.sum(1)", "dhpreact.sum(0)", "dbndiff.sum(0)", "dhprebn[0]"],
    "demb": [
        "dembcat",
        "dembcat.view(32, 10, 3)",
        "dembcat.view(32, 10, 3).mT",
        "dembcat.view(3, 32, 10).transpose(0, 1)",
    ],
    "dC": [
        "dC = torch.zeros_like(C)\ndC[Xb] += demb",
        "dC = torch.zeros_like(C)\ndC[Xb] = demb",
        "torch.zeros_like(C).index_add(0, Xb[:, 0], demb[:, 0])",
        "torch.zeros_like(C).index_add(0, Xb.T.flatten(), demb.flatten(0, 1))",
        "F.one_hot(Xb.flatten(), 27).double().T @ emb.flatten(0, 1)",
    ],
}


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """The notebook's default dtype, and the one from before afterwards."""
    dtype = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(dtype)


def draw() -> dict[str, Any]:
    """The notebook's variables with every right gradient."""
    inputs = draw_inputs(torch.Generator().manual_seed(1))
    gradients = {f"d{name}": value for name, value in GRAPH.gradients(inputs).items()}
    return {"torch": torch, "F": F, **GRAPH.forward(inputs), **gradients}


def judge(name: str, code: str, namespace: dict[str, Any]) -> StepVerdict:
    """The verdict on a step whose cell holds ``code``: statements, or the bare expression."""
    namespace.pop(name)
    exec(code if f"{name} = " in code else f"{name} = {code}", namespace)
    return examine(STAGE.by_name[name], State(namespace))


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name, codes in MISTAKES.items() for code in codes]
)
def test_a_mistake_fails(name: str, code: str) -> None:
    """A wrong rule earns nothing, although its upstream gradient is right."""
    verdict = judge(name, code, draw())
    assert verdict.points == 0, verdict
    assert not verdict.follows_from


def test_each_step_has_its_mistakes() -> None:
    """Every step is tried with at least three of them."""
    assert list(MISTAKES) == [step.name for step in STAGE.steps]
    assert all(len(codes) >= 3 for codes in MISTAKES.values())


def test_a_right_rule_on_a_wrong_gradient_is_told_from_a_wrong_rule() -> None:
    """A mistake in dlogits is named as the cause where a later answer follows from it."""
    namespace = draw()
    namespace["dlogits"] = namespace["dlogits"] * 32  # the mean forgotten
    verdict = judge("dW2", "h.T @ dlogits", namespace)
    assert verdict.points == 0
    assert verdict.follows_from == ("dlogits",)


def test_adding_to_a_second_name_spoils_the_earlier_answer() -> None:
    """The trap that the notebook warns of: without a copy, ``+=`` changes the upstream gradient."""
    namespace = draw()
    judge("dhprebn", "dhprebn = dbndiff\ndhprebn += dbnmeani / n", namespace)
    assert examine(STAGE.by_name["dbndiff"], State(namespace)).points == 0
