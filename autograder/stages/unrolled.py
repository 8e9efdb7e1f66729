"""Stage 01: the whole network, one operation a node, one gradient a step.

The network and the names of its variables are those of the exercise in the fourth lecture of the
"makemore" series: embedding, linear, batch norm, tanh, linear, cross entropy.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.graph import Graph
from autograder.steps import GradientStep, Stage

__all__ = ["GRAPH", "SIZES", "STAGE", "Sizes", "draw_inputs", "draw_parameters"]

GRAPH = Graph()


@GRAPH.node
def emb(C: Tensor, Xb: Tensor) -> Tensor:
    return C[Xb]


@GRAPH.node
def embcat(emb: Tensor) -> Tensor:
    return emb.view(emb.shape[0], -1)


@GRAPH.node
def hprebn(embcat: Tensor, W1: Tensor, b1: Tensor) -> Tensor:
    return embcat @ W1 + b1


@GRAPH.node
def bnmeani(hprebn: Tensor, n: int) -> Tensor:
    return 1 / n * hprebn.sum(0, keepdim=True)


@GRAPH.node
def bndiff(hprebn: Tensor, bnmeani: Tensor) -> Tensor:
    return hprebn - bnmeani


@GRAPH.node
def bndiff2(bndiff: Tensor) -> Tensor:
    return bndiff**2


@GRAPH.node
def bnvar(bndiff2: Tensor, n: int) -> Tensor:
    return 1 / (n - 1) * bndiff2.sum(0, keepdim=True)


@GRAPH.node
def bnvar_inv(bnvar: Tensor) -> Tensor:
    return (bnvar + 1e-5) ** -0.5


@GRAPH.node
def bnraw(bndiff: Tensor, bnvar_inv: Tensor) -> Tensor:
    return bndiff * bnvar_inv


@GRAPH.node
def hpreact(bngain: Tensor, bnraw: Tensor, bnbias: Tensor) -> Tensor:
    return bngain * bnraw + bnbias


@GRAPH.node
def h(hpreact: Tensor) -> Tensor:
    return torch.tanh(hpreact)


@GRAPH.node
def logits(h: Tensor, W2: Tensor, b2: Tensor) -> Tensor:
    return h @ W2 + b2


@GRAPH.node
def logit_maxes(logits: Tensor) -> Tensor:
    return logits.max(1, keepdim=True).values


@GRAPH.node
def norm_logits(logits: Tensor, logit_maxes: Tensor) -> Tensor:
    return logits - logit_maxes


@GRAPH.node
def counts(norm_logits: Tensor) -> Tensor:
    return norm_logits.exp()


@GRAPH.node
def counts_sum(counts: Tensor) -> Tensor:
    return counts.sum(1, keepdim=True)


@GRAPH.node
def counts_sum_inv(counts_sum: Tensor) -> Tensor:
    return counts_sum**-1


@GRAPH.node
def probs(counts: Tensor, counts_sum_inv: Tensor) -> Tensor:
    return counts * counts_sum_inv


@GRAPH.node
def logprobs(probs: Tensor) -> Tensor:
    return probs.log()


@GRAPH.node
def loss(logprobs: Tensor, Yb: Tensor, n: int) -> Tensor:
    return -logprobs[range(n), Yb].mean()


@dataclass(frozen=True)
class Sizes:
    """Sizes of one minibatch and of the network."""

    n: int = 32
    context: int = 3
    embedding: int = 10
    hidden: int = 64
    vocabulary: int = 27


SIZES = Sizes()


def draw_parameters(
    generator: torch.Generator, sizes: Sizes = SIZES, dtype: torch.dtype = torch.float64
) -> dict[str, Tensor]:
    """The seven parameters at their start, small random numbers where zeros would hide a mistake.

    Shapes: C (vocabulary, embedding), W1 (context * embedding, hidden), b1 (hidden,),
    W2 (hidden, vocabulary), b2 (vocabulary,), bngain and bnbias (1, hidden).
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=dtype)

    fan_in = sizes.context * sizes.embedding
    return {
        "C": normal(sizes.vocabulary, sizes.embedding),
        "W1": normal(fan_in, sizes.hidden) * (5 / 3) / fan_in**0.5,
        "b1": normal(sizes.hidden) * 0.1,
        "W2": normal(sizes.hidden, sizes.vocabulary) * 0.1,
        "b2": normal(sizes.vocabulary) * 0.1,
        "bngain": normal(1, sizes.hidden) * 0.1 + 1.0,
        "bnbias": normal(1, sizes.hidden) * 0.1,
    }


def draw_inputs(
    generator: torch.Generator, sizes: Sizes = SIZES, dtype: torch.dtype = torch.float64
) -> dict[str, Any]:
    """Every input of the graph at random: the parameters, ``Xb`` (n, context), ``Yb`` (n,), ``n``.

    Contexts and targets are uniform over the vocabulary, int64.
    """
    parameters = draw_parameters(generator, sizes, dtype)
    shape = (sizes.n, sizes.context + 1)
    characters = torch.randint(0, sizes.vocabulary, shape, generator=generator)
    # Contiguous, as a minibatch of the notebook is: a student may call `Xb.view(-1)`.
    Xb, Yb = characters[:, :-1].contiguous(), characters[:, -1].contiguous()
    return {**parameters, "Xb": Xb, "Yb": Yb, "n": sizes.n}


# Backward order: the order in which a student can work.
_STEPS = """
    dlogprobs dprobs dcounts_sum_inv dcounts_sum dcounts dnorm_logits dlogit_maxes dlogits
    dh dW2 db2 dhpreact dbngain dbnraw dbnbias dbnvar_inv dbnvar dbndiff2 dbndiff dbnmeani
    dhprebn dembcat dW1 db1 demb dC
"""

# The softmax does not see a shift of its row, nor batch norm one of its column: for any loss the
# gradients of the maximum and of `b1` are zero, and the maximum's part of `dlogits` and the
# variance's part of `dbnmeani` as well.
_DEGENERATE = ("dlogit_maxes", "dlogits", "dbnmeani", "db1")
# Beyond these the way from the loss is the one expression of stage 02, and not this stage's.
_FROM_LOSS = ("dlogprobs", "dprobs", "dcounts_sum_inv", "dcounts_sum", "dcounts")

STAGE = Stage(
    name="01_unrolled",
    title="The backward pass, one operation at a time",
    steps=tuple(
        GradientStep(name, GRAPH, degenerate=name in _DEGENERATE, from_loss=name in _FROM_LOSS)
        for name in _STEPS.split()
    ),
)
