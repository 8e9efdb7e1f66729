"""Stage 04: the whole backward pass as one function, with one line typed wrong."""

from textwrap import indent

_LINES = {
    "logits": "dlogits = (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n",
    "h": "dh = dlogits @ W2.T",
    "W2": "dW2 = h.T @ dlogits",
    "b2": "db2 = dlogits.sum(0)",
    "hpreact": "dhpreact = (1 - h**2) * dh",
    "bngain": "dbngain = (bnraw * dhpreact).sum(0, keepdim=True)",
    "bnbias": "dbnbias = dhpreact.sum(0, keepdim=True)",
    "norm": "centered = dhpreact - dbnbias / n - bnraw * dbngain / (n - 1)",
    "hprebn": "dhprebn = bngain * bnvar_inv * centered",
    "W1": "dW1 = embcat.T @ dhprebn",
    "b1": "db1 = dhprebn.sum(0)",
    "emb": "demb = (dhprebn @ W1.T).view(*Xb.shape, -1)",
    "C": "dC = torch.zeros_like(C).index_add_(0, Xb.flatten(), demb.flatten(0, 1))",
}


def _backward(**typed: str) -> str:
    """The function with these lines in place of the right ones."""
    body = [
        "C, W1, _, W2, _, bngain, _ = parameters",
        "embcat, bnvar_inv, bnraw, h, logits = kept",
        "n = len(Xb)",
        *(_LINES | typed).values(),
        "return dC, dW1, db1, dW2, db2, dbngain, dbnbias",
    ]
    return "def backward(parameters, kept, Xb, Yb):\n" + indent("\n".join(body), "    ")


MISTAKES = (
    (
        "backward",
        "wrong_sign",
        _backward(logits="dlogits = (F.one_hot(Yb, logits.shape[1]) - F.softmax(logits, 1)) / n"),
    ),
    (
        "backward",
        "missing_mean_factor",
        _backward(logits="dlogits = torch.softmax(logits, 1)\ndlogits[torch.arange(n), Yb] -= 1.0"),
    ),
    # Every example's row gets every example's target.
    (
        "backward",
        "all_rows_indexed",
        _backward(logits="dlogits = F.softmax(logits, 1)\ndlogits[:, Yb] -= 1\ndlogits /= n"),
    ),
    ("backward", "wrong_power", _backward(hpreact="dhpreact = dh - dh * h")),
    ("backward", "precedence", _backward(hpreact="dhpreact = 1 - h * h * dh")),
    # Without tanh's derivative the gradient of h is passed on as it is.
    ("backward", "missing_local_derivative", _backward(hpreact="dhpreact = dh.clone()")),
    # The mean's path through batch norm is missing.
    (
        "backward",
        "missing_branch",
        _backward(norm="centered = dhpreact - bnraw * dbngain / (n - 1)"),
    ),
    (
        "backward",
        "bessel",
        _backward(norm="centered = dhpreact - (dbnbias + bnraw * dbngain) / n"),
    ),
    ("backward", "wrong_upstream", _backward(W1="dW1 = embcat.T @ dhpreact")),
    # A mean for the sum, which is the same as a 1/n too many.
    (
        "backward",
        "mean_instead_of_sum extra_mean_factor",
        _backward(b2="db2 = dlogits.mean(0)"),
    ),
    # The assignment keeps one of several equal indices and loses the others.
    (
        "backward",
        "lost_duplicates",
        _backward(C="dC = torch.zeros_like(C)\ndC[Xb] += demb"),
    ),
)
