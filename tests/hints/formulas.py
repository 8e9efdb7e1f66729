"""Each formula of the third hints in executable form: the same sums over the same indices.

Parameters are the variables that the formula names. What is written here with `einsum` and loops
stands term by term as in the LaTeX, so that the two can be read side by side; the tests compare
it with autograd. None of this is part of the package.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, einsum

__all__ = ["FORMULAS"]

EPSILON = 1e-5


def _one_hot(indices: Tensor, like: Tensor) -> Tensor:
    """1[j = indices_i]."""
    columns = torch.arange(like.shape[1])
    return (columns == indices[:, None]).to(like.dtype)


def _scatter(rows: Tensor, gradients: Tensor, table: Tensor) -> Tensor:
    """The sum of the gradients at all places that show the same row of the table."""
    flat = gradients.reshape(-1, gradients.shape[-1])
    places = torch.stack([(rows.reshape(-1) == r).to(flat.dtype) for r in range(len(table))])
    return einsum("rp,pe->re", places, flat)


def _softmax(x: Tensor) -> Tensor:
    powers = (x - x.amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


def _dlogprobs(Yb: Tensor, n: int, logprobs: Tensor) -> Tensor:
    result = torch.empty_like(logprobs)
    for i in range(n):
        for j in range(logprobs.shape[1]):
            result[i, j] = -1 / n if j == Yb[i] else 0.0
    return result


def _dlogits(dnorm_logits: Tensor, logits: Tensor, dlogit_maxes: Tensor) -> Tensor:
    m = torch.tensor([int(row.argmax()) for row in logits])
    return dnorm_logits + _one_hot(m, logits) * dlogit_maxes


def _demb(dembcat: Tensor, emb: Tensor) -> Tensor:
    result = torch.empty_like(emb)
    E = emb.shape[2]
    for p in range(emb.shape[1]):
        for e in range(E):
            result[:, p, e] = dembcat[:, E * p + e]
    return result


def _columns(total: Tensor) -> Tensor:
    """A number for each column, shape (1, columns)."""
    return total[None, :]


def _in_one(bngain: Tensor, s: Tensor, g: Tensor, r: Tensor, n: int, correction: float) -> Tensor:
    rest = n * g - einsum("kj->j", g) - correction * r * einsum("kj,kj->j", g, r)
    return bngain * s / n * rest


def _paths(
    dbnraw: Tensor,
    dbnmeani: Tensor,
    dbnvar: Tensor,
    bnvar_inv: Tensor,
    hprebn: Tensor,
    bnmeani: Tensor,
    n: int,
) -> Tensor:
    direct = dbnraw * bnvar_inv
    mean = dbnmeani / n + torch.zeros_like(hprebn)
    variance = dbnvar * 2 * (hprebn - bnmeani) / (n - 1)
    return torch.stack([direct, mean, variance])


def _numerical_gradient(function: Callable[[Tensor], Tensor], x: Tensor, step: float) -> Tensor:
    units = torch.eye(x.numel(), dtype=x.dtype).reshape(x.numel(), *x.shape)
    slopes = [(function(x + step * u) - function(x - step * u)) / (2 * step) for u in units]
    return torch.stack(slopes).reshape(x.shape)


def _unbroadcast(gradient: Tensor, shape: tuple[int, ...]) -> Tensor:
    entries = torch.arange(torch.Size(shape).numel()).reshape(shape)
    copied_from = entries.expand(gradient.shape)
    sums = [gradient[copied_from == q].sum() for q in range(entries.numel())]
    return torch.stack(sums).reshape(shape)


def _logsumexp(x: Tensor) -> Tensor:
    c = x.amax(1)
    return c + einsum("ij->i", (x - c[:, None]).exp()).log()


def _softmax_jacobian(x: Tensor) -> Tensor:
    p = _softmax(x)
    return p[:, None] * (torch.eye(len(x), dtype=x.dtype) - p[None, :])


def _example_gradient(x: Tensor, y: int) -> Tensor:
    return _softmax(x) - (torch.arange(len(x)) == y).to(x.dtype)


def _backward(parameters: tuple[Tensor, ...], kept: Any, Xb: Tensor, Yb: Tensor) -> Any:
    C, W1, _, W2, _, bngain, _ = parameters
    embcat, bnvar_inv, bnraw, h, logits = kept
    n = len(Xb)
    dlogits = (_softmax(logits) - _one_hot(Yb, logits)) / n
    dh = einsum("ij,kj->ik", dlogits, W2)
    dW2, db2 = einsum("ik,ij->kj", h, dlogits), einsum("ij->j", dlogits)
    dhpreact = (1 - h**2) * dh
    dbngain = _columns(einsum("ij,ij->j", dhpreact, bnraw))
    dbnbias = _columns(einsum("ij->j", dhpreact))
    dhprebn = bngain * bnvar_inv * (dhpreact - dbnbias / n - bnraw * dbngain / (n - 1))
    dembcat = einsum("ij,kj->ik", dhprebn, W1)
    dW1, db1 = einsum("ik,ij->kj", embcat, dhprebn), einsum("ij->j", dhprebn)
    demb = _demb(dembcat, torch.empty(*Xb.shape, C.shape[1], dtype=C.dtype))
    return _scatter(Xb, demb, C), dW1, db1, dW2, db2, dbngain, dbnbias


FORMULAS: dict[str, dict[str, Callable[..., Any]]] = {
    "00_warmup": {
        "dside": lambda side: 2 * side,
        "de": lambda e: 2 * e,
        "dh": lambda de: de * 1,
        "dz": lambda h, dh: (1 - h**2) * dh,
        "dw": lambda s, dz: s * dz,
        "numerical_gradient": _numerical_gradient,
        "good_step": lambda: 2.2e-16 ** (1 / 3),
        "da": lambda a, c, dleft, dright: dleft * 2 * a + dright * c,
        "unbroadcast": _unbroadcast,
        "dA": lambda dproduct, B: einsum("ij,kj->ik", dproduct, B),
        "dB": lambda A, dproduct: einsum("ik,ij->kj", A, dproduct),
        "dtable": lambda rows, dpicked, table: _scatter(rows, dpicked, table),
    },
    "01_unrolled": {
        "dlogprobs": _dlogprobs,
        "dprobs": lambda probs, dlogprobs: 1 / probs * dlogprobs,
        "dcounts_sum_inv": lambda dprobs, counts: einsum("ij,ij->i", dprobs, counts)[:, None],
        "dcounts_sum": lambda counts_sum, dcounts_sum_inv: -(counts_sum**-2) * dcounts_sum_inv,
        "dcounts": lambda dprobs, counts_sum_inv, dcounts_sum: (
            dprobs * counts_sum_inv + dcounts_sum
        ),
        "dnorm_logits": lambda counts, dcounts: counts * dcounts,
        "dlogit_maxes": lambda dnorm_logits: -einsum("ij->i", dnorm_logits)[:, None],
        "dlogits": _dlogits,
        "dh": lambda dlogits, W2: einsum("ij,kj->ik", dlogits, W2),
        "dW2": lambda h, dlogits: einsum("ik,ij->kj", h, dlogits),
        "db2": lambda dlogits: einsum("ij->j", dlogits),
        "dhpreact": lambda h, dh: (1 - h**2) * dh,
        "dbngain": lambda dhpreact, bnraw: _columns(einsum("ij,ij->j", dhpreact, bnraw)),
        "dbnraw": lambda dhpreact, bngain: dhpreact * bngain,
        "dbnbias": lambda dhpreact: _columns(einsum("ij->j", dhpreact)),
        "dbnvar_inv": lambda dbnraw, bndiff: _columns(einsum("ij,ij->j", dbnraw, bndiff)),
        "dbnvar": lambda bnvar, dbnvar_inv: -1 / 2 * (bnvar + EPSILON) ** (-3 / 2) * dbnvar_inv,
        "dbndiff2": lambda n, dbnvar, bndiff2: 1 / (n - 1) * dbnvar.expand_as(bndiff2),
        "dbndiff": lambda dbnraw, bnvar_inv, bndiff, dbndiff2: (
            dbnraw * bnvar_inv + 2 * bndiff * dbndiff2
        ),
        "dbnmeani": lambda dbndiff: _columns(-einsum("ij->j", dbndiff)),
        "dhprebn": lambda dbndiff, dbnmeani, n: dbndiff + 1 / n * dbnmeani,
        "dembcat": lambda dhprebn, W1: einsum("ij,kj->ik", dhprebn, W1),
        "dW1": lambda embcat, dhprebn: einsum("ik,ij->kj", embcat, dhprebn),
        "db1": lambda dhprebn: einsum("ij->j", dhprebn),
        "demb": _demb,
        "dC": lambda Xb, demb, C: _scatter(Xb, demb, C),
    },
    "02_cross_entropy": {
        "probs": lambda logits: logits.exp() / einsum("ik->i", logits.exp())[:, None],
        "softmax_jacobian": _softmax_jacobian,
        "example_gradient": _example_gradient,
        "dlogits": lambda logits, Yb, n: 1 / n * (_softmax(logits) - _one_hot(Yb, logits)),
        "breaking_scale": lambda logits: (
            745.13 / float((logits.amax(1, keepdim=True) - logits).max())
        ),
        "logsumexp": _logsumexp,
    },
    "03_batchnorm": {
        "dbnraw": lambda bngain, dhpreact: bngain * dhpreact,
        "dbnvar": lambda bnvar_inv, hprebn, bnmeani, dbnraw: (
            -1 / 2 * bnvar_inv**3 * _columns(einsum("ij,ij->j", dbnraw, hprebn - bnmeani))
        ),
        "dbnmeani": lambda bnvar_inv, dbnraw: -bnvar_inv * _columns(einsum("ij->j", dbnraw)),
        "dhprebn_paths": _paths,
        "dhprebn": lambda bngain, bnvar_inv, dhpreact, bnraw, n: _in_one(
            bngain, bnvar_inv, dhpreact, bnraw, n, n / (n - 1)
        ),
        "project": lambda g, r: (
            g - einsum("kj->j", g) / len(g) - einsum("kj,kj->j", g, r) / einsum("kj->j", r**2) * r
        ),
        "dhprebn_biased": lambda bngain, bnvar_inv_biased, dhpreact, bnraw_biased, n: _in_one(
            bngain, bnvar_inv_biased, dhpreact, bnraw_biased, n, 1.0
        ),
        "dhprebn_inference": lambda bngain, bnvar_running, dhpreact: (
            bngain * (bnvar_running + EPSILON) ** (-1 / 2) * dhpreact
        ),
    },
    "04_training": {
        "backward": _backward,
        "parameters": lambda theta, gradient, eta: theta - eta * gradient,
    },
}
