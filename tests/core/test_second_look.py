"""What is told of answers that are right on the notebook's minibatch only."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder import Check
from autograder.asked_of_autograd import remark_on_autograd
from autograder.examine import State, examine
from autograder.explain import explain
from autograder.stages import STAGES
from autograder.stages.unrolled import GRAPH, draw_inputs
from autograder.verdict import StepVerdict


def _verdict(name: str, cell: str) -> StepVerdict:
    """The verdict on a step of stage 01 that this cell has made."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    modules = {"torch": torch, "F": F, "__name__": "__main__", "_ih": ["", cell]}
    namespace: dict[str, Any] = {**modules, **inputs, **GRAPH.forward(inputs), **gradients}
    exec(cell, namespace)
    return _told(name, namespace)


def _told(name: str, namespace: dict[str, Any]) -> StepVerdict:
    check = Check("01_unrolled", namespace)
    check(name)  # it passes, whatever there is to tell
    (verdict,) = [verdict for verdict in check.verdicts() if verdict.name == name]
    return verdict


@pytest.mark.parametrize(
    ("name", "cell", "told"),
    [
        ("db1", "db1 = -dhprebn.sum(0)", "sign"),
        ("dlogits", "dlogits = dnorm_logits.clone()", "One of the two paths is missing"),
        ("dbndiff2", "dbndiff2 = torch.ones_like(bndiff2) * dbnvar / 31", "own sizes only"),
        ("demb", "demb = dembcat.view(32, 3, 10)", "own sizes only"),
        ("dprobs", "dprobs = dlogprobs\ndprobs /= probs", "the cell changes `dlogprobs`"),
        ("dlogits", "dlogits = dnorm_logits + F.one_hot(logits.argmax(1)) * dlogit_maxes",
         "comes to no answer"),
        ("dnorm_logits", "dnorm_logits = (probs - F.one_hot(Yb, probs.shape[1])) / n",
         "straight from the loss"),
    ],
)  # fmt: skip
def test_what_the_judge_will_not_accept_is_told(name: str, cell: str, told: str) -> None:
    """The step passes, and a note says what is wrong on other numbers."""
    (remark,) = _verdict(name, cell).remarks
    assert told in remark


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("db1", "db1 = dhprebn.sum(0)"),
        # From further back: right for all gradients that belong to one loss.
        ("dcounts_sum_inv", "dcounts_sum_inv = (counts * (dlogprobs / probs)).sum(1, True)"),
        # The next one to the loss may come from the loss itself.
        ("dprobs", "dprobs = -F.one_hot(Yb, probs.shape[1]) / probs / n"),
        # Asked of autograd or made elsewhere: not run again, so that nothing is known.
        ("dh", "dh = torch.func.vjp(lambda h: h @ W2 + b2, h)[1](dlogits)[0]"),
    ],
)
def test_what_the_judge_accepts_gets_no_note(name: str, cell: str) -> None:
    """A right answer stays one quiet line."""
    assert _verdict(name, cell).remarks == ()


def test_a_right_answer_by_another_cell_is_not_blamed() -> None:
    """Where the history's cell did not make the answer, its mistakes are not the answer's."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    history = ["", "db2 = dlogits.sum(1)"]
    namespace = {"torch": torch, "_ih": history, **inputs, **GRAPH.forward(inputs), **gradients}
    verdicts = Check("01_unrolled", namespace).verdicts()
    assert all(verdict.status.passed and not verdict.remarks for verdict in verdicts)


@pytest.mark.parametrize(
    ("cell", "noted"),
    [
        ("dW2 = W2.grad.clone()", True),
        ("loss.backward()\ndW2 = W2.grad", True),
        ("dW2 = torch.autograd.grad(loss, W2)[0]", True),
        ("d = W2.grad\ndW2 = d.clone()", True),
        # Beside the answer it may be looked at.
        ("dW2 = h.T @ dlogits\nprint(torch.equal(dW2, W2.grad))", False),
    ],
)
def test_pytorchs_own_gradient_gets_a_note(cell: str, noted: bool) -> None:
    """Such a cell cannot run again; its text tells enough."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    namespace = {"torch": torch, **inputs, **GRAPH.forward(inputs), **gradients}
    verdict = _told("dW2", {**namespace, "_ih": ["", cell]})
    assert ["PyTorch's own gradient" in remark for remark in verdict.remarks] == [True] * noted


@pytest.mark.parametrize(
    ("cell", "noted"),
    [
        ("d = h.T @ dlogits\ndW2 = d.requires_grad_()", True),
        ("d = h.T @ dlogits\nd.requires_grad_()\ndW2 = d.detach()", True),
        ("dW2 = (h.T @ dlogits).requires_grad_(False)", False),
    ],
)
def test_a_cell_that_prepares_autograd_gets_a_note(cell: str, noted: bool) -> None:
    """The grader gives no points for it, whatever it was for."""
    told = _verdict("dW2", cell).remarks
    assert ["prepares autograd" in remark for remark in told] == [True] * noted


@pytest.mark.parametrize(
    ("cell", "noted"),
    [
        ("def logsumexp(x):\n    return torch.autograd.grad(x.sum(), x)", True),
        ("def logsumexp(x):\n    x = x.clone().requires_grad_()\n    return x", True),
        ("def logsumexp(x):\n    return lse(x)", True),
        ("def logsumexp(x):\n    m = x.max(1).values  # .backward() is not here\n    return m",
         False),
    ],
)  # fmt: skip
def test_a_function_that_asks_autograd_gets_a_note(cell: str, noted: bool) -> None:
    """Its own text is read, and that of the functions which it calls."""
    helper = "def lse(x):\n    x.sum().backward()\n    return x"
    namespace: dict[str, Any] = {"__name__": "__main__", "_ih": ["", helper, cell], "torch": torch}
    exec(helper, namespace)
    exec(cell, namespace)
    assert bool(remark_on_autograd("logsumexp", namespace)) is noted


def test_a_function_that_passes_is_told_of_autograd() -> None:
    """A check of stage 02 that passes notes what the grader will give no points for."""
    cell = (
        "def softmax_jacobian(x):\n"
        "    return torch.autograd.functional.jacobian(lambda x: F.softmax(x, 0), x)"
    )
    namespace: dict[str, Any] = {"__name__": "__main__", "_ih": ["", cell], "torch": torch, "F": F}
    exec(cell, namespace)
    stage = STAGES["02_cross_entropy"]
    state = State(namespace)
    step = stage.by_name["softmax_jacobian"]
    (remark,) = explain(stage, step, examine(step, state), state).remarks
    assert "PyTorch's own gradient" in remark
