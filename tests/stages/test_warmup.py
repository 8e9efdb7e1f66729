"""Stage 00, its gradients: right lines pass in any size, and typical wrong ones fail."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.examine import State, examine
from autograder.stages.warmup import GATHER, MATMUL, NEURON, SQUARE, STAGE, TWICE
from autograder.verdict import Status, StepVerdict


def draw(seed: int = 1, size: int = 4, rows: int = 5, inner: int = 3) -> dict[str, Any]:
    """The notebook's variables, at random and of any size, with the given upstream gradients."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    inputs: dict[str, Any] = {name: normal() for name in ("side", "w", "s", "b", "y")}
    inputs |= {"a": normal(size), "c": normal(size)}
    inputs |= {"A": normal(rows, inner), "B": normal(inner, size), "pull": normal(rows, size)}
    # Two more picks than rows but for the last: a row comes twice, and the last never comes.
    picks = torch.randint(rows - 1, (rows + 1,), generator=generator)
    inputs |= {"table": normal(rows, inner), "rows": picks, "push": normal(rows + 1, inner)}
    values = {}
    for graph in (SQUARE, NEURON, TWICE, MATMUL, GATHER):
        values |= graph.forward(inputs)
    values |= {"dproduct": values["pull"].clone(), "dpicked": values["push"].clone()}
    values |= {"dleft": values["right"].clone(), "dright": values["left"].clone()}
    values |= {f"d{name}": NEURON.gradients(values)[name] for name in ("e", "h", "z")}
    return values


def judge(name: str, answer: Any, state: dict[str, Any] | None = None) -> StepVerdict:
    """The verdict on one answer."""
    return examine(STAGE.by_name[name], State({**(state or draw()), name: answer}))


def evaluate(expression: str, state: dict[str, Any]) -> Any:
    """What a student's line gives in that state."""
    return eval(expression, {"torch": torch, "F": F, **state})


RIGHT = [
    ("dside", "2 * side"),
    ("dside", "side + side"),
    ("de", "2 * e"),
    ("de", "2.0 * (h - y)"),
    ("dh", "de"),
    ("dh", "1 * de"),
    ("dz", "(1 - h**2) * dh"),
    ("dz", "dh - h * h * dh"),
    ("dz", "dh / torch.cosh(z) ** 2"),
    ("dw", "s * dz"),
    ("da", "2 * a * dleft + c * dright"),
    ("da", "3 * c * a**2"),
    ("dA", "dproduct @ B.T"),
    ("dA", "(B @ dproduct.T).T"),
    ("dA", "torch.einsum('ij,kj->ik', dproduct, B)"),
    ("dB", "A.T @ dproduct"),
    ("dB", "A.transpose(0, 1).matmul(dproduct)"),
    ("dtable", "torch.zeros_like(table).index_add(0, rows, dpicked)"),
    ("dtable", "F.one_hot(rows, len(table)).double().T @ dpicked"),
    ("dtable", "torch.zeros_like(table).index_put((rows,), dpicked, accumulate=True)"),
    (
        "dtable",
        "torch.stack([dpicked[rows == row].sum(0) for row in range(len(table))])",
    ),
]

WRONG = [
    ("dside", "side**2"),
    ("dside", "torch.ones(())"),
    ("dside", "-2 * side"),
    ("de", "e"),
    ("de", "e**2"),
    ("de", "2 * h"),
    ("dh", "-de"),
    ("dh", "h * de"),
    ("dh", "torch.ones(())"),
    ("dz", "1 - h**2 * dh"),
    ("dz", "(1 - z**2) * dh"),
    ("dz", "(1 - h**2)"),
    ("dz", "(1 - h) * dh"),
    ("dw", "w * dz"),
    ("dw", "dz"),
    ("dw", "s"),
    ("da", "2 * a * dleft"),
    ("da", "c * dright"),
    ("da", "2 * a * dright + c * dleft"),
    ("da", "(2 * a + c) * (dleft + dright)"),
    ("da", "(2 * a * dleft + c * dright).sum()"),
    ("dA", "(dproduct @ B.T).T"),
    ("dA", "dproduct @ torch.ones_like(B).T"),
    ("dA", "-dproduct @ B.T"),
    ("dA", "A @ B @ B.T"),
    ("dB", "(A.T @ dproduct).T"),
    ("dB", "A.T @ product"),
    ("dB", "A.T @ dproduct / len(A)"),
    ("dtable", "torch.zeros_like(table).index_copy(0, rows, dpicked)"),
    ("dtable", "torch.zeros_like(table).index_put((rows,), dpicked)"),
    ("dtable", "dpicked"),
    ("dtable", "dpicked[: len(table)]"),
    ("dtable", "F.one_hot(rows, len(table)).double().T @ picked"),
]


@pytest.mark.parametrize(("name", "expression"), RIGHT)
@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 2**31),
    size=st.integers(1, 6),
    rows=st.integers(2, 6),
    inner=st.integers(1, 6),
)
def test_a_right_line_passes_in_every_size(
    name: str, expression: str, seed: int, size: int, rows: int, inner: int
) -> None:
    """Each idiomatic way to write a gradient earns its point, whatever the numbers and sizes."""
    state = draw(seed, size, rows, inner)
    assert judge(name, evaluate(expression, state), state).status is Status.CORRECT


@pytest.mark.parametrize(("name", "expression"), WRONG)
def test_a_wrong_line_fails(name: str, expression: str) -> None:
    """A typical mistake earns nothing, and both numbers or shapes are reported."""
    state = draw()
    verdict = judge(name, evaluate(expression, state), state)
    assert (verdict.status, verdict.points) == (Status.WRONG, 0.0)
    assert verdict.comparison is not None


def test_a_square_product_does_not_hide_a_missing_transpose() -> None:
    """Where every arrangement has a fitting shape, only the right one passes."""
    state = draw(size=4, rows=4, inner=4)
    for name, expression in (
        ("dA", "dproduct @ B"),
        ("dB", "A @ dproduct"),
        ("dB", "dproduct @ A"),
    ):
        assert judge(name, evaluate(expression, state), state).status is Status.WRONG


def test_an_untouched_stage_earns_nothing() -> None:
    """Without answers each step is not attempted."""
    for step in STAGE.steps:
        verdict = examine(step, State({"side": torch.tensor(3.0)}))
        assert (verdict.status, verdict.points) == (Status.NOT_ATTEMPTED, 0.0)
