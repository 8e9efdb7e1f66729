"""Stage 04: the whole backward pass as one function.

Each source is the right function with one line (or two) mistyped, as it happens when everything
is put together. The first wrong line names the mistake; what it feeds is wrong as well.
"""

STAGE = "04_training"

_FRONT = "dhprebn = bngain * bnvar_inv * "
_LINES = {
    "probs": "dlogits = torch.softmax(logits, 1)",
    "target": "dlogits[range(n), Yb] -= 1",
    "mean": "dlogits /= n",
    "dh": "dh = dlogits @ W2.T",
    "dW2": "dW2 = h.T @ dlogits",
    "db2": "db2 = dlogits.sum(0)",
    "dhpreact": "dhpreact = (1 - h**2) * dh",
    "dbngain": "dbngain = (bnraw * dhpreact).sum(0, keepdim=True)",
    "dbnbias": "dbnbias = dhpreact.sum(0, keepdim=True)",
    "dhprebn": _FRONT + "(dhpreact - dbnbias / n - bnraw * dbngain / (n - 1))",
    "dembcat": "dembcat = dhprebn @ W1.T",
    "dW1": "dW1 = embcat.T @ dhprebn",
    "db1": "db1 = dhprebn.sum(0)",
    "demb": "demb = dembcat.view(n, -1, C.shape[1])",
    "zeros": "dC = torch.zeros_like(C)",
    "dC": "dC.index_add_(0, Xb.flatten(), demb.flatten(0, 1))",
}


def _backward(**changed: str) -> str:
    """The function with these of its lines typed otherwise."""
    lines = "\n    ".join((_LINES | changed).values())
    return (
        "def backward(parameters, kept, Xb, Yb):\n"
        "    C, W1, _, W2, _, bngain, _ = parameters\n"
        "    embcat, bnvar_inv, bnraw, h, logits = kept\n"
        "    n = len(Xb)\n"
        f"    {lines}\n"
        "    return dC, dW1, db1, dW2, db2, dbngain, dbnbias\n"
    )


MISTAKES = {
    "backward": [
        ("missing_mean_factor", _backward(mean="dlogits = dlogits * 1.0")),
        ("missing_branch", _backward(target="")),
        ("wrong_sign", _backward(target="dlogits[range(n), Yb] += 1")),
        ("all_rows_indexed", _backward(target="dlogits[:, Yb] -= 1")),
        ("wrong_axis", _backward(probs="dlogits = torch.softmax(logits, 0)")),
        ("wrong_upstream", _backward(dW1="dW1 = embcat.T @ dhpreact")),
        ("wrong_upstream", _backward(db1="db1 = dhpreact.sum(0)")),
        ("precedence", _backward(dhpreact="dhpreact = 1 - h**2 * dh")),
        ("wrong_power", _backward(dhpreact="dhpreact = (1 - h) * dh")),
        ("missing_local_derivative", _backward(dhpreact="dhpreact = dh")),
        (
            "missing_local_derivative",
            _backward(dbngain="dbngain = dhpreact.sum(0, keepdim=True)"),
        ),
        (
            "bessel",
            _backward(dhprebn=_FRONT + "(dhpreact - dbnbias / n - bnraw * dbngain / n)"),
        ),
        ("missing_branch", _backward(dhprebn=_FRONT + "(dhpreact - dbnbias / n)")),
        ("missing_branch", _backward(dhprebn=_FRONT + "dhpreact")),
        (
            "missing_local_derivative",
            _backward(
                dhprebn="dhprebn = bnvar_inv * (dhpreact - dbnbias / n - bnraw * dbngain / (n - 1))"
            ),
        ),
        (
            "wrong_sign",
            _backward(dhprebn=_FRONT + "(dhpreact - dbnbias / n + bnraw * dbngain / (n - 1))"),
        ),
        ("lost_duplicates", _backward(dC="dC[Xb] += demb")),
        (
            "wrong_layout",
            _backward(demb="demb = dembcat.view(n, C.shape[1], -1).transpose(1, 2)"),
        ),
        ("mean_instead_of_sum", _backward(dbnbias="dbnbias = dhpreact.mean(0, keepdim=True)")),
        ("mean_instead_of_sum", _backward(db2="db2 = dlogits.mean(0)")),
        ("transposed", _backward(dW2="dW2 = dlogits.T @ h")),
        ("hard_coded_size", _backward(mean="dlogits /= 32")),
        # An assignment to rows that are picked several times.
        (("lost_duplicates", "overwritten_accumulation"), _backward(dC="dC[Xb] = demb")),
        ("wrong_index", _backward(dC="dC.index_add_(0, Yb, demb.sum(1))")),
    ],
}

COMBINED = {
    "backward": [
        (
            ("lost_duplicates", "missing_mean_factor"),
            _backward(dC="dC[Xb] += demb", mean="dlogits = dlogits * 1.0"),
        ),
    ],
}

RIGHT = {
    "backward": [
        _backward(
            probs="dlogits = torch.log_softmax(logits, 1).exp()",
            target="dlogits = dlogits - F.one_hot(Yb, num_classes=logits.shape[1])",
            dC="dC.index_put_((Xb,), demb, accumulate=True)",
            dhpreact="dhpreact = dh - h * h * dh",
        ),
        _backward(
            dW2="dW2 = torch.einsum('nh,nv->hv', h, dlogits)",
            dhprebn=_FRONT
            + "(dhpreact - dhpreact.mean(0) - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))",
            dC="for i in range(n):\n        for p in range(Xb.shape[1]):\n"
            "            dC[Xb[i, p]] += demb[i, p]",
        ),
    ],
}
