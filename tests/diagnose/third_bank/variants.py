"""Right answers, typed in other ways than the course's: (stage, step, formula)."""

from .training import BACKWARD

__all__ = ["RIGHT"]

RIGHT = (
    ("00_warmup", "da", "dleft * (a + a) + dright.mul(c)"),
    ("00_warmup", "dA", 'torch.einsum("ij,kj->ik", dproduct, B)'),
    ("00_warmup", "dtable", "F.one_hot(rows, len(table)).to(dpicked.dtype).T @ dpicked"),
    (
        "01_unrolled",
        "dlogprobs",
        "torch.zeros_like(logprobs).scatter_(1, Yb.view(-1, 1), -1 / len(Yb))",
    ),
    ("01_unrolled", "dprobs", "dlogprobs / probs"),
    ("01_unrolled", "dcounts_sum_inv", 'torch.einsum("ij,ij->i", counts, dprobs)[:, None]'),
    ("01_unrolled", "dcounts_sum", "-dcounts_sum_inv * counts_sum_inv.square()"),
    ("01_unrolled", "dcounts", "dprobs / counts_sum + dcounts_sum.expand_as(counts)"),
    ("01_unrolled", "dnorm_logits", "torch.exp(norm_logits) * dcounts"),
    ("01_unrolled", "dlogit_maxes", "-(dnorm_logits @ torch.ones(logits.shape[1], 1))"),
    (
        "01_unrolled",
        "dlogits",
        """
        dlogits = dnorm_logits.clone()
        for i in range(n):
            dlogits[i, logits[i].argmax()] += dlogit_maxes[i, 0]
        """,
    ),
    (
        "01_unrolled",
        "dlogits",
        "torch.where(logits == logit_maxes, dnorm_logits + dlogit_maxes, dnorm_logits)",
    ),
    ("01_unrolled", "dh", "(W2 @ dlogits.T).T"),
    ("01_unrolled", "dW2", "sum(torch.outer(h[i], dlogits[i]) for i in range(n))"),
    ("01_unrolled", "db2", "torch.ones(n) @ dlogits"),
    ("01_unrolled", "dhpreact", "dh / torch.cosh(hpreact) ** 2"),
    ("01_unrolled", "dhpreact", "dh - dh * h * h"),
    ("01_unrolled", "dbngain", "torch.diag(bnraw.T @ dhpreact).unsqueeze(0)"),
    ("01_unrolled", "dbnvar", "-1 / (2 * (bnvar + 1e-5).sqrt() ** 3) * dbnvar_inv"),
    ("01_unrolled", "dbndiff2", "(dbnvar / (n - 1)).repeat(n, 1)"),
    ("01_unrolled", "dbndiff", "dbnraw * bnvar_inv + bndiff * dbndiff2 + dbndiff2 * bndiff"),
    ("01_unrolled", "dhprebn", "dbndiff + dbnmeani.expand_as(hprebn) / n"),
    (
        "01_unrolled",
        "dC",
        """
        rows = F.one_hot(Xb.flatten(), len(C)).to(demb.dtype)
        dC = rows.T @ demb.reshape(-1, C.shape[1])
        """,
    ),
    ("01_unrolled", "dC", "torch.zeros_like(C).index_put_((Xb,), demb, accumulate=True)"),
    (
        "02_cross_entropy",
        "dlogits",
        """
        logprobs = logits - logits.logsumexp(1, keepdim=True)
        dlogits = logprobs.exp() / n
        dlogits[range(n), Yb] -= 1 / n
        """,
    ),
    (
        "02_cross_entropy",
        "example_gradient",
        """
        def example_gradient(x, y):
            p = F.softmax(x, 0)
            upstream = torch.zeros_like(x)
            upstream[y] = -1 / p[y]
            return upstream @ (torch.diag(p) - p[:, None] * p[None, :])
        """,
    ),
    (
        "03_batchnorm",
        "dbnvar",
        "-(bnvar + 1e-5) ** -1.5 / 2 * ((hprebn - bnmeani) * dbnraw).sum(0, keepdim=True)",
    ),
    (
        "03_batchnorm",
        "dhprebn",
        """
        g = bngain * dhpreact
        along = (g * bnraw).sum(0, keepdim=True) / (n - 1)
        dhprebn = (g - g.mean(0, keepdim=True) - bnraw * along) * bnvar_inv
        """,
    ),
    ("03_batchnorm", "dhprebn_inference", "dhpreact * bngain / torch.sqrt(bnvar_running + 1e-5)"),
    ("04_training", "backward", BACKWARD),
)
