"""Stage 01: the notebook is the graph, its answers are right in any size, and so are variants."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.examine import State, examine
from autograder.stages.unrolled import GRAPH, SIZES, STAGE, Sizes, draw_inputs, draw_parameters
from autograder.verdict import Status, StepVerdict

AUTHORED = Path(__file__).parents[2] / "solutions" / "01_unrolled.py"
CELLS = jupytext.read(AUTHORED, fmt="py:percent").cells
ANSWERS = {c.metadata["solution"]: c.source for c in CELLS if "solution" in c.metadata}
LOCKED = {c.metadata["locked"]: c.source for c in CELLS if "locked" in c.metadata}


@pytest.fixture(autouse=True)
def as_in_the_notebook() -> Iterator[None]:
    """Double precision by default, and nothing recorded; both as before afterwards."""
    dtype, recording = torch.get_default_dtype(), torch.is_grad_enabled()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    yield
    torch.set_default_dtype(dtype)
    torch.set_grad_enabled(recording)


def draw(seed: int = 1, sizes: Sizes = SIZES) -> dict[str, Any]:
    """The notebook's variables before the first step, at random and of any size."""
    inputs = draw_inputs(torch.Generator().manual_seed(seed), sizes)
    return {"torch": torch, "F": F, **GRAPH.forward(inputs)}


@functools.cache
def with_upstream() -> dict[str, Any]:
    """The variables together with every right gradient; not to be changed."""
    namespace = draw()
    gradients = GRAPH.gradients(namespace)
    return namespace | {f"d{name}": gradient for name, gradient in gradients.items()}


def judge(name: str, code: str, namespace: dict[str, Any]) -> StepVerdict:
    """The verdict on a step whose cell holds ``code``: statements, or the bare expression."""
    namespace = {key: v.clone() if torch.is_tensor(v) else v for key, v in namespace.items()}
    namespace.pop(name, None)
    exec(code if f"{name} = " in code else f"{name} = {code}", namespace)
    return examine(STAGE.by_name[name], State(namespace))


def test_the_notebook_has_the_steps_of_the_stage_in_their_order() -> None:
    """A student meets the 26 steps in the order in which they can be done."""
    assert list(ANSWERS) == [step.name for step in STAGE.steps]
    assert len(ANSWERS) == 26
    assert sum(step.points for step in STAGE.steps) == 26


def test_each_step_comes_after_the_gradients_that_it_needs() -> None:
    """No step waits for one below it: all consumers of its variable are done, or the loss."""
    done = {GRAPH.output}
    for step in STAGE.steps:
        variable = step.name.removeprefix("d")
        assert set(GRAPH.consumers(variable)) <= done, step.name
        done.add(variable)


def test_the_forward_pass_in_the_notebook_is_the_graph() -> None:
    """Line by line, bit for bit: what the student sees is what the check computes."""
    generator = torch.Generator().manual_seed(3)
    characters = torch.randint(27, (32, 4), generator=generator)
    namespace = {"torch": torch, "F": F, "generator": generator, "n": 32}
    namespace |= {"Xb": characters[:, :3], "Yb": characters[:, 3]}
    exec(LOCKED["parameters"], namespace)
    exec(LOCKED["forward"], namespace)
    for name, value in GRAPH.forward(namespace).items():
        if torch.is_tensor(value):
            assert torch.equal(namespace[name], value), name


def test_the_notebook_draws_its_parameters_like_the_stage() -> None:
    """The recipe that the notebook shows is the one that a grader draws with."""
    namespace = {"torch": torch, "generator": torch.Generator().manual_seed(5)}
    exec(LOCKED["parameters"], namespace)
    for name, value in draw_parameters(torch.Generator().manual_seed(5)).items():
        assert torch.equal(namespace[name], value), name


@settings(deadline=None, max_examples=10)
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(2, 12),
    context=st.integers(1, 4),
    embedding=st.integers(1, 5),
    hidden=st.integers(1, 9),
    vocabulary=st.integers(2, 9),
)
def test_the_notebook_answers_hold_in_any_size(seed: int, **sizes: int) -> None:
    """Each answer is the local rule: right wherever the gradients above it are."""
    namespace = draw(seed, Sizes(**sizes))
    state = State(namespace)
    gradients = GRAPH.gradients(namespace)
    for name, code in ANSWERS.items():
        exec(code, namespace)
        verdict = examine(STAGE.by_name[name], state)
        assert verdict.status is Status.CORRECT, verdict
        namespace[name] = gradients[name.removeprefix("d")].clone()


@pytest.mark.parametrize("seed", range(3))
def test_the_notebook_answers_rest_on_one_another(seed: int) -> None:
    """From the loss to the embedding without help, in the sizes of the notebook."""
    namespace = draw(seed)
    state = State(namespace)
    for name, code in ANSWERS.items():
        exec(code, namespace)
        assert examine(STAGE.by_name[name], state).status is Status.CORRECT


# Besides the notebook's answers: other ways to write them that a student may find.
VARIANTS = {
    "dlogprobs": [
        "-F.one_hot(Yb, logprobs.shape[1]) / n",
        "torch.zeros_like(logprobs).scatter(1, Yb[:, None], -1 / n)",
        "torch.where(torch.arange(logprobs.shape[1]) == Yb[:, None], -1.0 / n, 0.0)",
        "torch.eye(logprobs.shape[1])[Yb] * (-1 / n)",
    ],
    "dprobs": ["dlogprobs / probs", "dlogprobs * probs**-1", "dlogprobs * torch.exp(-logprobs)"],
    "dcounts_sum_inv": [
        "torch.einsum('ij,ij->i', counts, dprobs)[:, None]",
        "(dprobs * counts).sum(1)",
        "(dprobs * counts).sum(-1, keepdim=True)",
    ],
    "dcounts_sum": ["-dcounts_sum_inv / counts_sum**2", "-(counts_sum_inv**2) * dcounts_sum_inv"],
    "dcounts": [
        "dprobs * counts_sum_inv + dcounts_sum",
        "dcounts = dcounts_sum.expand_as(counts).clone()\ndcounts += dprobs / counts_sum",
    ],
    "dnorm_logits": ["norm_logits.exp() * dcounts", "torch.mul(dcounts, counts)"],
    "dlogit_maxes": ["-dnorm_logits.sum(1, keepdim=True)", "-dnorm_logits.sum(1)"],
    "dlogits": [
        "dnorm_logits + (logits == logit_maxes) * dlogit_maxes",
        "dnorm_logits.scatter_add(1, logits.argmax(1, keepdim=True), dlogit_maxes)",
        "dlogits = 1 * dnorm_logits\ndlogits[range(n), logits.argmax(1)] += dlogit_maxes[:, 0]",
    ],
    "dh": ["torch.einsum('ij,kj->ik', dlogits, W2)", "(W2 @ dlogits.T).T", "F.linear(dlogits, W2)"],
    "dW2": ["(dlogits.T @ h).T", "(h[:, :, None] * dlogits[:, None, :]).sum(0)"],
    "db2": ["dlogits.sum(0, keepdim=True)", "torch.ones(n) @ dlogits"],
    "dhpreact": [
        "dh * (1 - torch.tanh(hpreact) ** 2)",
        "dh - dh * h * h",
        "dh / hpreact.cosh()**2",
    ],
    "dbngain": ["(dhpreact * bnraw).sum(0)", "torch.einsum('ij,ij->j', bnraw, dhpreact)[None]"],
    "dbnraw": ["dhpreact * bngain", "dhpreact * bngain.expand(n, -1)"],
    "dbnbias": ["dhpreact.sum(0)", "torch.ones(1, n) @ dhpreact"],
    "dbnvar_inv": ["(dbnraw * bndiff).sum(0)", "(dbnraw * bndiff).sum(dim=0, keepdim=True)"],
    "dbnvar": ["-0.5 * bnvar_inv**3 * dbnvar_inv", "dbnvar_inv * -0.5 / (bnvar + 1e-5).sqrt()**3"],
    "dbndiff2": ["(dbnvar / (n - 1)).expand_as(bndiff2)", "dbnvar.repeat(n, 1) / (n - 1)"],
    "dbndiff": ["dbnraw * bnvar_inv + dbndiff2 * 2 * bndiff"],
    "dbnmeani": ["-dbndiff.sum(0)", "-dbndiff.sum(0, keepdim=True)"],
    "dhprebn": ["dbndiff + dbnmeani / n", "dbndiff - dbndiff.mean(0)"],
    "dembcat": ["(W1 @ dhprebn.T).T", "torch.einsum('ij,kj->ik', dhprebn, W1)"],
    "dW1": ["torch.einsum('ik,ij->kj', embcat, dhprebn)", "(dhprebn.T @ embcat).mT"],
    "db1": ["dhprebn.sum(0, keepdim=True)", "torch.ones(n) @ dhprebn"],
    "demb": ["dembcat.reshape(*Xb.shape, -1)", "torch.stack(dembcat.split(C.shape[1], 1), 1)"],
    "dC": [
        "F.one_hot(Xb.flatten(), len(C)).to(demb.dtype).T @ demb.flatten(0, 1)",
        "torch.zeros_like(C).index_put((Xb,), demb, accumulate=True)",
        "torch.stack([demb[Xb == row].sum(0) for row in range(len(C))])",
        "torch.einsum('npr,npe->re', F.one_hot(Xb, len(C)).double(), demb)",
    ],
}


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name, codes in VARIANTS.items() for code in codes]
)
def test_other_right_ways_pass(name: str, code: str) -> None:
    """A right answer counts however it is written, with or without a kept dimension."""
    verdict = judge(name, code, with_upstream())
    assert verdict.points == 1, verdict


def test_each_step_has_another_right_way() -> None:
    """No step is right only in the words of the notebook."""
    assert list(VARIANTS) == list(ANSWERS)
