"""Stage 04, the whole backward pass with one line changed: (step, codes, formula)."""

__all__ = ["BACKWARD", "MISTAKES"]

BACKWARD = """
def backward(parameters, kept, Xb, Yb):
    C, W1, _, W2, _, bngain, _ = parameters
    embcat, bnvar_inv, bnraw, h, logits = kept
    n = len(Xb)
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits = dlogits / n
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1 - h**2) * dh
    dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
    dbnbias = dhpreact.sum(0, keepdim=True)
    removed = dbnbias / n + bnraw * dbngain / (n - 1)
    dhprebn = bngain * bnvar_inv * (dhpreact - removed)
    dembcat = dhprebn @ W1.T
    dW1 = embcat.T @ dhprebn
    db1 = dhprebn.sum(0)
    demb = dembcat.view(-1, C.shape[1])
    dC = torch.zeros_like(C)
    dC.index_add_(0, Xb.flatten(), demb)
    return dC, dW1, db1, dW2, db2, dbngain, dbnbias
"""


def _changed(old: str, new: str) -> str:
    if BACKWARD.count(old) != 1:
        raise ValueError(f"{old!r} does not stand once in the backward pass")
    return BACKWARD.replace(old, new)


MISTAKES = (
    ("backward", "missing_mean_factor", _changed("    dlogits = dlogits / n\n", "")),
    ("backward", "wrong_variable", _changed("h.T @ dlogits", "bnraw.T @ dlogits")),
    ("backward", "all_rows_indexed", _changed("dlogits[range(n), Yb]", "dlogits[:, Yb]")),
    ("backward", "precedence", _changed("(1 - h**2) * dh", "1 - h**2 * dh")),
    ("backward", "bessel", _changed("bnraw * dbngain / (n - 1)", "bnraw * dbngain / n")),
    ("backward", "missing_branch", _changed(" + bnraw * dbngain / (n - 1)", "")),
    ("backward", "wrong_upstream", _changed("(dhpreact - removed)", "(dh - removed)")),
    (
        "backward",
        "lost_duplicates",
        _changed("dC.index_add_(0, Xb.flatten(), demb)", "dC[Xb.flatten()] += demb"),
    ),
    ("backward", "mean_instead_of_sum", _changed("dlogits.sum(0)", "dlogits.mean(0)")),
    ("backward", "hard_coded_size", _changed("dlogits / n", "dlogits / 32")),
)
