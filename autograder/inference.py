"""The trained network in use: batch norm with fixed statistics, the loss of a data set.

While the network trains, a unit is normalized with the mean and variance of its minibatch. In use
there may be one example only, so both are measured once, on training data ("calibration"), and
kept. Parameters are seven tensors in the order of PARAMETER_NAMES.
"""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["PARAMETER_NAMES", "bigram_loss", "calibrate", "mean_loss"]

PARAMETER_NAMES = ("C", "W1", "b1", "W2", "b2", "bngain", "bnbias")

_EPSILON = 1e-5
# Windows taken at a time, so that memory stays small however long the list of names is.
_CHUNK = 16_384


@torch.no_grad()
def calibrate(parameters: Sequence[Tensor], X: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of the hidden layer before batch norm over the windows ``X``.

    ``X`` (N, context) is int64. Returns two tensors (1, hidden) of the parameters' dtype; the
    variance has Bessel's correction. Raises ValueError for fewer than two windows.
    """
    if len(X) < 2:
        raise ValueError("a variance needs at least two windows")
    total = sum(chunk.double().sum(0, keepdim=True) for chunk in _before_norm(parameters, X))
    mean = torch.as_tensor(total) / len(X)
    squares = sum(
        (chunk.double() - mean).square().sum(0, keepdim=True)
        for chunk in _before_norm(parameters, X)
    )
    variance = torch.as_tensor(squares) / (len(X) - 1)
    dtype = parameters[0].dtype
    return mean.to(dtype), variance.to(dtype)


@torch.no_grad()
def mean_loss(
    parameters: Sequence[Tensor], statistics: tuple[Tensor, Tensor], X: Tensor, Y: Tensor
) -> float:
    """Mean cross entropy in nats of ``Y`` (N,) given the windows ``X`` (N, context).

    ``statistics`` are the mean and variance that :func:`calibrate` returns.
    """
    _, _, _, W2, b2, bngain, bnbias = parameters
    mean, variance = statistics
    scale = bngain / (variance + _EPSILON).sqrt()
    total = 0.0
    for hprebn, targets in zip(_before_norm(parameters, X), torch.split(Y, _CHUNK), strict=True):
        h = torch.tanh((hprebn - mean) * scale + bnbias)
        total += float(F.cross_entropy(h @ W2 + b2, targets, reduction="sum"))
    return total / len(X)


def bigram_loss(X: Tensor, Y: Tensor, held_out_X: Tensor, held_out_Y: Tensor) -> float:
    """Mean cross entropy of the bigram model, which looks at one character of context only.

    The model counts pairs in ``X`` (N, context) and ``Y`` (N,), starting every count at one, and
    is measured on the held-out windows. A yardstick that fits any list of names.
    """
    size = 1 + max(int(tensor.max()) for tensor in (X, Y, held_out_X, held_out_Y))
    pairs = torch.bincount(X[:, -1] * size + Y, minlength=size * size)
    probabilities = F.normalize((pairs + 1).view(size, size).double(), p=1.0, dim=1)
    return -float(probabilities[held_out_X[:, -1], held_out_Y].log().mean())


def _before_norm(parameters: Sequence[Tensor], X: Tensor) -> Iterator[Tensor]:
    """The hidden layer before batch norm, some rows at a time."""
    C, W1, b1, *_ = parameters
    for chunk in torch.split(X, _CHUNK):
        yield torch.addmm(b1, F.embedding(chunk, C).flatten(1), W1)
