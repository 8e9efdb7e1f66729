"""Stage 03: which gradients of batch norm pass, and which do not."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.examine import State, examine
from autograder.stages.batchnorm import BIASED, GRAPH, INFERENCE, STAGE
from autograder.verdict import Status, StepVerdict


def draw(n: int = 32, hidden: int = 64, seed: int = 1) -> dict[str, Any]:
    """Every variable of the notebook's locked cells, at random and of any size."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    inputs = {
        "n": n,
        "hprebn": normal(n, hidden) * 2 + 1,
        "dhpreact": normal(n, hidden) / n,
        "bngain": normal(1, hidden) * 0.3 + 1,
        "bnbias": normal(1, hidden),
        "bnmean_running": normal(1, hidden),
        "bnvar_running": normal(1, hidden) ** 2 + 0.1,
    }
    return inputs | GRAPH.forward(inputs) | BIASED.forward(inputs) | INFERENCE.forward(inputs)


def judge(name: str, answer: Any, state: Mapping[str, Any]) -> StepVerdict:
    """The verdict on one answer among the notebook's variables."""
    return examine(STAGE.by_name[name], State({**state, name: answer}))


Formula = Callable[[Any], Tensor]


def dbnraw(v: Any) -> Tensor:
    """The first guided step."""
    return v.bngain * v.dhpreact


def dbnvar(v: Any) -> Tensor:
    """The second, in closed form."""
    weighted = (dbnraw(v) * (v.hprebn - v.bnmeani)).sum(0, keepdim=True)
    return -0.5 * v.bnvar_inv**3 * weighted


def dbnmeani(v: Any) -> Tensor:
    """The third, without the path that carries zero."""
    return -(v.bnvar_inv * dbnraw(v)).sum(0, keepdim=True)


def path_through_mean(v: Any) -> Tensor:
    """An equal share for everyone."""
    return (dbnmeani(v) / v.n).expand(v.n, -1)


def path_through_variance(v: Any) -> Tensor:
    """A multiple of the centered column."""
    return dbnvar(v) * 2 / (v.n - 1) * (v.hprebn - v.bnmeani)


def bracket(v: Any, bessel: float, raw: Tensor) -> Tensor:
    """The lecture's bracket, with a factor and a normalized input to be given."""
    g = v.dhpreact
    return v.n * g - g.sum(0) - bessel * raw * (g * raw).sum(0)


RIGHT: dict[tuple[str, str], Formula] = {
    ("dbnraw", "product"): dbnraw,
    ("dbnvar", "closed form"): dbnvar,
    ("dbnvar", "no keepdim"): lambda v: dbnvar(v)[0],
    ("dbnvar", "the power written out"): lambda v: (
        dbnraw(v) * (v.hprebn - v.bnmeani) * -0.5 * (v.bnvar + 1e-5) ** -1.5
    ).sum(0, keepdim=True),
    ("dbnmeani", "one path"): dbnmeani,
    ("dbnmeani", "both paths"): lambda v: (
        dbnmeani(v) + dbnvar(v) * (-2 / (v.n - 1) * (v.hprebn - v.bnmeani)).sum(0)
    ),
    ("dhprebn_paths", "stacked"): lambda v: torch.stack(
        [dbnraw(v) * v.bnvar_inv, path_through_mean(v), path_through_variance(v)]
    ),
    ("dhprebn", "the lecture's"): lambda v: (
        v.bngain * v.bnvar_inv / v.n * bracket(v, v.n / (v.n - 1), v.bnraw)
    ),
    ("dhprebn", "means"): lambda v: (
        (v.bngain * v.bnvar_inv)
        * (
            v.dhpreact
            - v.dhpreact.mean(0, keepdim=True)
            - v.bnraw * (v.dhpreact * v.bnraw).sum(0, keepdim=True) / (v.n - 1)
        )
    ),
    ("dhprebn", "three paths"): lambda v: (
        dbnraw(v) * v.bnvar_inv + path_through_mean(v) + path_through_variance(v)
    ),
    ("dhprebn_biased", "no factor"): lambda v: (
        v.bngain * v.bnvar_inv_biased / v.n * bracket(v, 1, v.bnraw_biased)
    ),
    ("dhprebn_inference", "scale"): lambda v: (
        v.bngain * (v.bnvar_running + 1e-5) ** -0.5 * v.dhpreact
    ),
    ("dhprebn_inference", "root"): lambda v: (
        v.dhpreact * v.bngain / torch.sqrt(v.bnvar_running + 1e-5)
    ),
}
WRONG: dict[tuple[str, str], Formula] = {
    ("dbnraw", "no gain"): lambda v: v.dhpreact,
    ("dbnraw", "bias for gain"): lambda v: v.bnbias * v.dhpreact,
    ("dbnraw", "summed"): lambda v: dbnraw(v).sum(0, keepdim=True),
    ("dbnvar", "sign"): lambda v: -dbnvar(v),
    ("dbnvar", "power"): lambda v: dbnvar(v) / v.bnvar_inv,
    ("dbnvar", "no epsilon"): lambda v: dbnvar(v) * (v.bnvar_inv * v.bnvar**0.5) ** -3,
    ("dbnvar", "not summed"): lambda v: -0.5 * v.bnvar_inv**2 * dbnraw(v) * v.bnraw,
    ("dbnmeani", "sign"): lambda v: -dbnmeani(v),
    ("dbnmeani", "mean for sum"): lambda v: dbnmeani(v) / v.n,
    ("dbnmeani", "no inverse"): lambda v: -dbnraw(v).sum(0, keepdim=True),
    ("dbnmeani", "zero"): lambda v: torch.zeros_like(v.bnmeani),
    ("dhprebn_paths", "mean not shared"): lambda v: torch.stack(
        [dbnraw(v) * v.bnvar_inv, path_through_mean(v) * v.n, path_through_variance(v)]
    ),
    ("dhprebn_paths", "no Bessel"): lambda v: torch.stack(
        [
            dbnraw(v) * v.bnvar_inv,
            path_through_mean(v),
            path_through_variance(v) * (v.n - 1) / v.n,
        ]
    ),
    ("dhprebn_paths", "another order"): lambda v: torch.stack(
        [path_through_mean(v), dbnraw(v) * v.bnvar_inv, path_through_variance(v)]
    ),
    ("dhprebn", "direct path only"): lambda v: v.bngain * v.bnvar_inv * v.dhpreact,
    ("dhprebn", "no Bessel"): lambda v: v.bngain * v.bnvar_inv / v.n * bracket(v, 1, v.bnraw),
    ("dhprebn", "Bessel upside down"): lambda v: (
        v.bngain * v.bnvar_inv / v.n * bracket(v, (v.n - 1) / v.n, v.bnraw)
    ),
    ("dhprebn", "no gain"): lambda v: v.bnvar_inv / v.n * bracket(v, v.n / (v.n - 1), v.bnraw),
    ("dhprebn", "no epsilon"): lambda v: (
        v.bngain * v.bnvar**-0.5 / v.n * bracket(v, v.n / (v.n - 1), v.bnraw)
    ),
    ("dhprebn", "output for normalized"): lambda v: (
        v.bngain * v.bnvar_inv / v.n * bracket(v, v.n / (v.n - 1), v.hpreact)
    ),
    ("dhprebn", "pure projection"): lambda v: (
        v.bngain
        * v.bnvar_inv
        / v.n
        * bracket(v, v.n, v.bnraw / (v.bnraw**2).sum(0, keepdim=True) ** 0.5)
    ),
    ("dhprebn_biased", "the unbiased one"): lambda v: (
        v.bngain * v.bnvar_inv / v.n * bracket(v, v.n / (v.n - 1), v.bnraw)
    ),
    ("dhprebn_biased", "unbiased variables"): lambda v: (
        v.bngain * v.bnvar_inv / v.n * bracket(v, 1, v.bnraw)
    ),
    ("dhprebn_biased", "Bessel kept"): lambda v: (
        v.bngain * v.bnvar_inv_biased / v.n * bracket(v, v.n / (v.n - 1), v.bnraw_biased)
    ),
    ("dhprebn_inference", "batch variance"): lambda v: v.bngain * v.bnvar_inv * v.dhpreact,
    ("dhprebn_inference", "no epsilon"): lambda v: v.bngain * v.bnvar_running**-0.5 * v.dhpreact,
    ("dhprebn_inference", "mean taken out"): lambda v: (
        v.bngain * (v.bnvar_running + 1e-5) ** -0.5 * (v.dhpreact - v.dhpreact.mean(0))
    ),
}


@settings(deadline=None, max_examples=15)
@given(n=st.integers(3, 12), hidden=st.integers(1, 9), seed=st.integers(0, 2**31))
def test_right_formulas_pass_at_any_size(n: int, hidden: int, seed: int) -> None:
    """Each guided step and each fused formula, in its idiomatic forms, agrees with autograd."""
    state = draw(n, hidden, seed)
    for (name, form), formula in RIGHT.items():
        verdict = judge(name, formula(SimpleNamespace(**state)), state)
        assert verdict.status.passed, (name, form, verdict)


@pytest.mark.parametrize(("name", "mistake"), WRONG)
def test_wrong_formulas_fail(name: str, mistake: str) -> None:
    """A typical mistake earns nothing, and no forward variable is said to have changed."""
    state = draw()
    verdict = judge(name, WRONG[name, mistake](SimpleNamespace(**state)), state)
    assert verdict.status is Status.WRONG
    assert verdict.remarks == ()


def test_a_wrong_upstream_gradient_is_named() -> None:
    """dbnmeani made by the right rule from a wrong dbnraw is said to follow from it."""
    v = SimpleNamespace(**draw())
    state = {**vars(v), "dbnraw": v.dhpreact, "dbnvar": dbnvar(v)}
    answer = -(v.bnvar_inv * v.dhpreact).sum(0, keepdim=True)
    assert judge("dbnmeani", answer, state).follows_from == ("dbnraw",)
