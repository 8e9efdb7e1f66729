"""Stage 03: batch norm as one operation, its gradient as one expression.

Each graph ends in the scalar ``surrogate``, the sum of the layer's output times the upstream
gradient ``dhpreact``, which is held constant. Its gradient with respect to the output is
``dhpreact``, so autograd's gradients of it are those of the whole network behind the layer.
"""

from typing import Any

import torch
from torch import Tensor

from autograder.compare import Reference
from autograder.graph import Graph
from autograder.steps import FunctionStep, GradientStep, ManualStep, Stage, ValueStep

__all__ = ["BIASED", "GRAPH", "INFERENCE", "STAGE"]

# As in stage 01, but coarser: `hprebn` itself is read by the mean, the variance and `bnraw`.
GRAPH = Graph()


@GRAPH.node
def bnmeani(hprebn: Tensor, n: int) -> Tensor:
    return 1 / n * hprebn.sum(0, keepdim=True)


@GRAPH.node
def bnvar(hprebn: Tensor, bnmeani: Tensor, n: int) -> Tensor:
    return 1 / (n - 1) * ((hprebn - bnmeani) ** 2).sum(0, keepdim=True)


@GRAPH.node
def bnvar_inv(bnvar: Tensor) -> Tensor:
    return (bnvar + 1e-5) ** -0.5


@GRAPH.node
def bnraw(hprebn: Tensor, bnmeani: Tensor, bnvar_inv: Tensor) -> Tensor:
    return (hprebn - bnmeani) * bnvar_inv


@GRAPH.node
def hpreact(bngain: Tensor, bnraw: Tensor, bnbias: Tensor) -> Tensor:
    return bngain * bnraw + bnbias


@GRAPH.node
def surrogate(hpreact: Tensor, dhpreact: Tensor) -> Tensor:
    return (hpreact * dhpreact).sum()


# Variables that differ from those above have names of their own: both live in one notebook.
BIASED = Graph()
BIASED.node(bnmeani)


@BIASED.node
def bnvar_biased(hprebn: Tensor, bnmeani: Tensor, n: int) -> Tensor:
    return 1 / n * ((hprebn - bnmeani) ** 2).sum(0, keepdim=True)


@BIASED.node
def bnvar_inv_biased(bnvar_biased: Tensor) -> Tensor:
    return (bnvar_biased + 1e-5) ** -0.5


@BIASED.node
def bnraw_biased(hprebn: Tensor, bnmeani: Tensor, bnvar_inv_biased: Tensor) -> Tensor:
    return (hprebn - bnmeani) * bnvar_inv_biased


@BIASED.node
def hpreact_biased(bngain: Tensor, bnraw_biased: Tensor, bnbias: Tensor) -> Tensor:
    return bngain * bnraw_biased + bnbias


@BIASED.node
def surrogate_biased(hpreact_biased: Tensor, dhpreact: Tensor) -> Tensor:
    return (hpreact_biased * dhpreact).sum()


INFERENCE = Graph()


@INFERENCE.node
def hpreact_inference(
    hprebn: Tensor, bnmean_running: Tensor, bnvar_running: Tensor, bngain: Tensor, bnbias: Tensor
) -> Tensor:
    return bngain * (hprebn - bnmean_running) * (bnvar_running + 1e-5) ** -0.5 + bnbias


@INFERENCE.node
def surrogate_inference(hpreact_inference: Tensor, dhpreact: Tensor) -> Tensor:
    return (hpreact_inference * dhpreact).sum()


def _dhprebn_paths(*inputs: Any) -> Reference:
    """What reaches ``hprebn`` through each of its consumers, by autograd, (3, n, hidden)."""
    given = dict(zip(GRAPH.inputs, inputs, strict=True))
    values, gradients = GRAPH.forward(given), GRAPH.gradients(given)
    paths = [
        GRAPH.vjp(values, consumer, "hprebn", gradients[consumer])
        for consumer in ("bnraw", "bnmeani", "bnvar")
    ]
    return Reference.of(torch.stack(paths))


def _draw_projections(generator: torch.Generator) -> list[tuple[Any, ...]]:
    """A gradient and a centered matrix, (n, hidden), with n from 3 to 32."""
    pairs = []
    for n, hidden in ((3, 1), (8, 5), (32, 64)):
        g, r = torch.randn(2, n, hidden, generator=generator, dtype=torch.float64)
        pairs.append((g, (r - r.mean(0)) * 1.7))
    return pairs


def _project(g: Tensor, r: Tensor) -> tuple[Reference, ...]:
    """The residual of each column of g in a least-squares fit by a constant and that of r."""
    design = torch.stack([torch.ones_like(r), r]).permute(2, 1, 0)  # (hidden, n, 2)
    basis, _ = torch.linalg.qr(design)
    column = g.T[:, :, None]
    residual = column - basis @ (basis.mT @ column)
    # The residual of three examples may be tiny; its terms are of the size of g.
    return (Reference(residual[:, :, 0].T, float(g.abs().max())),)


# What the answers in one expression may be made from: the forward pass and `dhpreact`.
_FORWARD = ("hprebn", "n", "bnmeani", "bnvar", "bnvar_inv", "bnraw", "bngain", "bnbias", "hpreact")
_BIASED_FORWARD = ("bnvar_biased", "bnvar_inv_biased", "bnraw_biased", "hpreact_biased")
_AT_INFERENCE = ("bnmean_running", "bnvar_running", "hpreact_inference")

STAGE = Stage(
    name="03_batchnorm",
    title="Batch norm in one expression",
    steps=(
        GradientStep("dbnraw", GRAPH),
        GradientStep("dbnvar", GRAPH),
        GradientStep("dbnmeani", GRAPH),
        ValueStep("dhprebn_paths", GRAPH.inputs, _dhprebn_paths),
        ManualStep("derivation", points=2.0),
        GradientStep("dhprebn", GRAPH, reads=(*_FORWARD, "dhpreact")),
        FunctionStep("project", _draw_projections, _project, own=2),
        GradientStep(
            "dhprebn_biased",
            BIASED,
            variable="hprebn",
            reads=(*_FORWARD, *_BIASED_FORWARD, "dhpreact"),
        ),
        GradientStep(
            "dhprebn_inference",
            INFERENCE,
            variable="hprebn",
            reads=(*_FORWARD, *_AT_INFERENCE, "dhpreact"),
        ),
    ),
)
