"""Stage 03: the formula as a projection, and what the references rest on."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.examine import State, examine
from autograder.figures import batchnorm as pictures
from autograder.stages import unrolled
from autograder.stages.batchnorm import BIASED, GRAPH, STAGE


def draw(n: int, hidden: int, seed: int) -> dict[str, Any]:
    """The inputs of the layer in training, at random."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(2, n, hidden, generator=generator, dtype=torch.float64)
    columns = torch.randn(2, 1, hidden, generator=generator, dtype=torch.float64)
    return {
        "n": n,
        "hprebn": rows[0],
        "dhpreact": rows[1],
        "bngain": 1 + 0.3 * columns[0],
        "bnbias": columns[1],
    }


def forward(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with all that both variants of the layer compute from them."""
    return GRAPH.forward(inputs) | BIASED.forward(inputs)


PROJECTIONS: dict[str, tuple[bool, Callable[[Tensor, Tensor], Tensor]]] = {
    "mean, then part": (True, lambda g, r: g - g.mean(0) - (g * r).sum(0) / (r * r).sum(0) * r),
    "by norms": (
        True,
        lambda g, r: g - g.mean(0) - (g * F.normalize(r, dim=0)).sum(0) * F.normalize(r, dim=0),
    ),
    "r not normalized": (False, lambda g, r: g - g.mean(0) - (g * r).sum(0) * r),
    "r assumed of length n - 1": (
        False,
        lambda g, r: g - g.mean(0) - (g * r).sum(0) / (len(g) - 1) * r,
    ),
    "mean left": (False, lambda g, r: g - (g * r).sum(0) / (r * r).sum(0) * r),
    "only the mean": (False, lambda g, r: g - g.mean(0)),
    "other axis": (False, lambda g, r: g - g.mean(1, True) - (g * r).sum(1, True) * r),
}


@pytest.mark.parametrize("form", PROJECTIONS)
def test_project(form: str) -> None:
    """What is left must be orthogonal to both directions, whatever the length of r."""
    right, function = PROJECTIONS[form]
    verdict = examine(STAGE.by_name["project"], State({"project": function}))
    assert verdict.status.passed is right


@settings(deadline=None, max_examples=25)
@given(
    n=st.integers(3, 40),
    seed=st.integers(0, 2**31),
    spread=st.sampled_from([1e-4, 1e-2, 1.0, 100.0]),
)
def test_what_the_prose_says_of_the_projection(n: int, seed: int, spread: float) -> None:
    """The batch mean is zero; along bnraw the fraction epsilon / (variance + epsilon) passes."""
    state = draw(n, 5, seed)
    state["hprebn"] = state["hprebn"] * spread
    v = SimpleNamespace(**forward(state))
    gradient = GRAPH.gradients(state)["hprebn"]
    scale = float(gradient.abs().max()) + float((v.bngain * v.bnvar_inv * v.dhpreact).abs().max())
    assert float(gradient.mean(0).abs().max()) < 1e-12 * scale
    fraction = 1e-5 / (v.bnvar + 1e-5)
    passes = v.bngain * v.bnvar_inv * fraction * (v.dhpreact * v.bnraw).sum(0)
    torch.testing.assert_close(
        (gradient * v.bnraw).sum(0, keepdim=True), passes, rtol=1e-9, atol=1e-11 * scale * n
    )


def test_the_surrogate_has_the_gradients_of_the_network() -> None:
    """From dhpreact backwards, both agree on the real network of stage 01."""
    inputs = unrolled.draw_inputs(torch.Generator().manual_seed(5))
    values = unrolled.GRAPH.forward(inputs)
    network = unrolled.GRAPH.gradients(inputs)
    layer = GRAPH.gradients({**values, "dhpreact": network["hpreact"]})
    for name in ("bnraw", "bnvar", "bnmeani", "hprebn", "bngain", "bnbias"):
        torch.testing.assert_close(layer[name], network[name], rtol=1e-10, atol=1e-15)


def test_the_biased_variant_is_that_of_pytorch() -> None:
    """F.batch_norm normalizes with the biased variance; so does the reference."""
    v = SimpleNamespace(**forward(draw(32, 5, 1)))
    leaf = v.hprebn.clone().requires_grad_()
    output = F.batch_norm(leaf, None, None, v.bngain[0], v.bnbias[0], training=True, eps=1e-5)
    torch.testing.assert_close(output.detach(), v.hpreact_biased)
    (gradient,) = torch.autograd.grad(output, leaf, v.dhpreact)
    torch.testing.assert_close(gradient, BIASED.gradients(vars(v))["hprebn"])


def test_the_pictures_can_be_drawn() -> None:
    """Each picture takes what the notebook gives it and becomes a PNG."""
    v = SimpleNamespace(**forward(draw(32, 5, 1)))
    parts = torch.stack([v.dhpreact, v.bnmeani.expand(32, -1), v.bnraw])
    for picture in (
        pictures.paths(),
        pictures.contributions(parts, 3),
        pictures.projection(v.dhpreact[:, 0], v.bnraw[:, 0]),
        pictures.jacobians(torch.eye(32) - 1 / 32, torch.eye(32)),
    ):
        assert picture._repr_png_().startswith(b"\x89PNG")
