"""Right answers, typed in ways that are not the course's."""

RIGHT = (
    ("00_warmup", "dz", "dh - dh * torch.tanh(z).square()"),
    ("00_warmup", "da", "torch.stack([2 * a * dleft, c * dright]).sum(0)"),
    ("00_warmup", "dA", "(dproduct[:, None, :] * B[None]).sum(-1)"),
    ("00_warmup", "dtable", "F.one_hot(rows, len(table)).double().T @ dpicked"),
    (
        "00_warmup",
        "unbroadcast",
        """
        def unbroadcast(gradient, shape):
            padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
            over = [d for d, size in enumerate(padded) if size == 1]
            if over:
                gradient = gradient.sum(over, keepdim=True)
            return gradient.reshape(shape)
        """,
    ),
    (
        "01_unrolled",
        "dlogprobs",
        "torch.zeros_like(logprobs).scatter_(1, Yb[:, None], -1 / n)",
    ),
    ("01_unrolled", "dprobs", "torch.where(dlogprobs == 0, 0.0, dlogprobs / probs)"),
    ("01_unrolled", "dcounts_sum_inv", "(counts[:, None, :] @ dprobs[:, :, None])[:, :, 0]"),
    ("01_unrolled", "dcounts_sum", "-dcounts_sum_inv * counts_sum_inv * counts_sum_inv"),
    ("01_unrolled", "dcounts", "dprobs / counts_sum + dcounts_sum.expand_as(counts)"),
    (
        "01_unrolled",
        "dlogits",
        "dnorm_logits.scatter_add(1, logits.argmax(1, keepdim=True), dlogit_maxes)",
    ),
    ("01_unrolled", "dh", "(W2 @ dlogits.mT).mT"),
    ("01_unrolled", "dW2", "sum(torch.outer(h[i], dlogits[i]) for i in range(n))"),
    ("01_unrolled", "db2", "torch.ones(n) @ dlogits"),
    ("01_unrolled", "dhpreact", "dh * (1 - h) * (1 + h)"),
    ("01_unrolled", "dbngain", "torch.diag(bnraw.T @ dhpreact)[None]"),
    ("01_unrolled", "dbnvar", "dbnvar_inv * bnvar_inv / (bnvar + 1e-5) * -1 / 2"),
    ("01_unrolled", "dbndiff2", "dbnvar.repeat(n, 1).div(n - 1)"),
    ("01_unrolled", "dhprebn", "torch.add(dbndiff, dbnmeani, alpha=1 / n)"),
    ("01_unrolled", "demb", "torch.stack(dembcat.split(emb.shape[-1], 1), 1)"),
    (
        "01_unrolled",
        "dC",
        "torch.einsum('npv,npe->ve', F.one_hot(Xb, len(C)).to(demb.dtype), demb)",
    ),
    (
        "02_cross_entropy",
        "dlogits",
        """
        rows = torch.arange(n)
        dlogits = F.log_softmax(logits, -1).exp()
        dlogits.index_put_((rows, Yb), torch.tensor(-1.0), accumulate=True)
        dlogits = dlogits.mul(1 / n)
        """,
    ),
    (
        "03_batchnorm",
        "dhprebn",
        """
        g = dhpreact * bngain
        slope = torch.einsum('nh,nh->h', g, bnraw) / (n - 1)
        dhprebn = (g - g.mean(0) - slope * bnraw) / (bnvar + 1e-5).sqrt()
        """,
    ),
    ("03_batchnorm", "dhprebn_inference", "dhpreact * bngain * torch.rsqrt(bnvar_running + 1e-5)"),
    (
        "04_training",
        "backward",
        """
        def backward(parameters, kept, Xb, Yb):
            C, W1, b1, W2, b2, gain, bias = parameters
            embcat, inverse, raw, h, logits = kept
            n, v = logits.shape
            hot = torch.eye(v, dtype=logits.dtype)
            dlogits = (logits.softmax(-1) - hot[Yb]).div(n)
            dact = (dlogits @ W2.T).mul(1 - h.square())
            draw = dact * gain
            slope = (draw * raw).sum(0, keepdim=True) / (n - 1)
            dpre = inverse * (draw - draw.mean(0, keepdim=True) - raw * slope)
            dC = hot[Xb.reshape(-1)].T @ (dpre @ W1.T).reshape(-1, C.shape[1])
            return (
                dC,
                embcat.T @ dpre,
                dpre.sum(0),
                h.T @ dlogits,
                dlogits.sum(0),
                (dact * raw).sum(0, keepdim=True),
                dact.sum(0, keepdim=True),
            )
        """,
    ),
)
