"""Stage 01: other right ways that students write."""

from tests.mutants.kinds import Across, Right

__all__ = ["ACROSS", "RIGHT"]

_AT_TARGETS = "dlogprobs = torch.zeros_like(logprobs)\n"

RIGHT: Right = {
    "dlogprobs": [
        "-F.one_hot(Yb, logprobs.shape[1]) / n",
        "torch.zeros_like(logprobs).scatter(1, Yb[:, None], -1.0 / n)",
        "torch.where(torch.arange(logprobs.shape[1]) == Yb[:, None], -1.0 / n, 0.0)",
        _AT_TARGETS + "for i, y in enumerate(Yb):\n    dlogprobs[i, y] = -1 / len(Yb)",
        _AT_TARGETS + "dlogprobs.index_put_((torch.arange(n), Yb), torch.tensor(-1.0 / n))",
    ],
    "dprobs": [
        "dlogprobs / probs",
        "dlogprobs * probs**-1",
        "dlogprobs * torch.exp(-logprobs)",
        # Straight from the loss, which is next door.
        "dprobs = torch.zeros_like(probs)\ndprobs[range(n), Yb] = -1 / (n * probs[range(n), Yb])",
        "(dlogprobs / probs).float()",
    ],
    "dcounts_sum_inv": [
        "torch.einsum('ij,ij->i', counts, dprobs)[:, None]",
        "(dprobs * counts).sum(1)",
        "(counts * dlogprobs / probs).sum(1, keepdim=True)",
        "torch.bmm(counts[:, None, :], dprobs[:, :, None]).squeeze(2)",
        "torch.stack([counts[i] @ dprobs[i] for i in range(n)])",
    ],
    "dcounts_sum": [
        "-dcounts_sum_inv / counts_sum**2",
        "-(counts_sum_inv**2) * dcounts_sum_inv",
        "1 / (n * counts_sum)",
        "(-(counts_sum**-2) * dcounts_sum_inv).squeeze(1)",
    ],
    "dcounts": [
        "dprobs * counts_sum_inv + dcounts_sum",
        "dcounts = dcounts_sum.expand_as(counts).clone()\ndcounts += dprobs / counts_sum",
        "dp = dlogprobs / probs\n"
        "dcounts = counts_sum_inv * dp - (counts * dp).sum(1, keepdim=True) * counts_sum**-2",
        "torch.addcmul(dcounts_sum.expand_as(counts), dprobs, counts_sum_inv)",
    ],
    "dnorm_logits": [
        "norm_logits.exp() * dcounts",
        "torch.mul(dcounts, counts)",
        "dnorm_logits = dcounts.clone()\ndnorm_logits *= counts",
        "probs * dprobs + counts * dcounts_sum",
        "dcounts.float() * counts.float()",
    ],
    "dlogit_maxes": [
        "-dnorm_logits.sum(1, keepdim=True)",
        "-dnorm_logits.sum(1)",
        "dnorm_logits @ -torch.ones(logits.shape[1], 1)",
        "torch.einsum('nv->n', -dnorm_logits)[:, None]",
    ],
    "dlogits": [
        "dnorm_logits + (logits == logit_maxes) * dlogit_maxes",
        "dnorm_logits.scatter_add(1, logits.argmax(1, keepdim=True), dlogit_maxes)",
        "dlogits = 1 * dnorm_logits\ndlogits[range(n), logits.argmax(1)] += dlogit_maxes[:, 0]",
        "dlogits = dnorm_logits.clone()\n"
        "for i in range(n):\n    dlogits[i, logits[i].argmax()] += dlogit_maxes[i, 0]",
        "torch.index_put(dnorm_logits, (torch.arange(n), logits.max(1).indices), "
        "dlogit_maxes.view(-1), accumulate=True)",
    ],
    "dh": [
        "torch.einsum('ij,kj->ik', dlogits, W2)",
        "(W2 @ dlogits.T).T",
        "F.linear(dlogits, W2)",
        # Each row's maximum has no effect on the loss: this is the same gradient.
        "dnorm_logits @ W2.T",
        "dlogits.float() @ W2.float().T",
    ],
    "dW2": [
        "(dlogits.T @ h).T",
        "(h[:, :, None] * dlogits[:, None, :]).sum(0)",
        "sum(torch.outer(h[i], dlogits[i]) for i in range(n))",
        "torch.einsum('nh,nv->hv', h, dlogits)",
        "dW2 = torch.zeros_like(W2)\nfor i in range(n):\n    dW2 += h[i][:, None] * dlogits[i]",
    ],
    "db2": [
        "dlogits.sum(0, keepdim=True)",
        "torch.ones(n) @ dlogits",
        "torch.einsum('ij->j', dlogits)",
        "n * dlogits.mean(0)",
        "dnorm_logits.sum(0)",  # see dh
    ],
    "dhpreact": [
        "dh * (1 - torch.tanh(hpreact) ** 2)",
        "dh - dh * h * h",
        "dh / hpreact.cosh() ** 2",
        "dhpreact = dh.clone()\ndhpreact *= (1 - h) * (1 + h)",
    ],
    "dbngain": [
        "(dhpreact * bnraw).sum(0)",
        "torch.einsum('ij,ij->j', bnraw, dhpreact)[None]",
        "torch.diagonal(bnraw.T @ dhpreact)",
        "(bndiff * bnvar_inv * (1 - h**2) * dh).sum(0, keepdim=True)",
    ],
    "dbnraw": [
        "dhpreact * bngain",
        "dhpreact * bngain.expand(n, -1)",
        "dhpreact @ torch.diag(bngain[0])",
        "bngain * (1 - h**2) * dh",
    ],
    "dbnbias": ["dhpreact.sum(0)", "torch.ones(1, n) @ dhpreact", "dhpreact.mean(0) * len(h)"],
    "dbnvar_inv": [
        "(dbnraw * bndiff).sum(0)",
        "(bngain * bndiff * dhpreact).sum(0, keepdim=True)",
        "dbngain * bngain / bnvar_inv",
    ],
    "dbnvar": [
        "-0.5 * bnvar_inv**3 * dbnvar_inv",
        "dbnvar_inv * -0.5 / (bnvar + 1e-5).sqrt() ** 3",
        "-(((bnvar + 1e-5) ** (-3 / 2)) * dbnvar_inv) / 2",
    ],
    "dbndiff2": [
        "(dbnvar / (n - 1)).expand_as(bndiff2)",
        "dbnvar.repeat(n, 1) / (n - 1)",
        "torch.ones(n, 1) @ dbnvar / (len(Xb) - 1)",
    ],
    "dbndiff": [
        "dbnraw * bnvar_inv + dbndiff2 * 2 * bndiff",
        "bnvar_inv * dbnraw + 2 / (n - 1) * bndiff * dbnvar",
        "dbndiff = 2 * bndiff * dbndiff2\ndbndiff += dbnraw * bnvar_inv",
    ],
    "dbnmeani": [
        "-dbndiff.sum(0)",
        "-dbndiff.sum(0, keepdim=True)",
        "-torch.ones(1, n) @ dbndiff",
    ],
    "dhprebn": [
        "dbndiff + dbnmeani / n",
        "dbndiff - dbndiff.mean(0)",
        "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)\n"
        "    - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))",
    ],
    "dembcat": ["(W1 @ dhprebn.T).T", "torch.einsum('ij,kj->ik', dhprebn, W1)"],
    "dW1": [
        "torch.einsum('ik,ij->kj', embcat, dhprebn)",
        "(dhprebn.T @ embcat).mT",
        "emb.view(n, -1).T @ dhprebn",
    ],
    "db1": ["dhprebn.sum(0, keepdim=True)", "torch.ones(n) @ dhprebn"],
    "demb": [
        "dembcat.reshape(*Xb.shape, -1)",
        "torch.stack(dembcat.split(C.shape[1], 1), 1)",
        "dembcat.unflatten(1, emb.shape[1:])",
        "torch.cat([dembcat[:, None, p * C.shape[1] : (p + 1) * C.shape[1]]\n"
        "    for p in range(Xb.shape[1])], 1)",
    ],
    "dC": [
        "F.one_hot(Xb.flatten(), len(C)).to(demb.dtype).T @ demb.flatten(0, 1)",
        "torch.zeros_like(C).index_put((Xb,), demb, accumulate=True)",
        "torch.stack([demb[Xb == row].sum(0) for row in range(len(C))])",
        "torch.einsum('npr,npe->re', F.one_hot(Xb, len(C)).double(), demb)",
        "dC = torch.zeros_like(C)\nfor row, arriving in zip(Xb.view(-1), demb.flatten(0, 1)):\n"
        "    dC[row] += arriving",
        "torch.zeros_like(C).scatter_add(0, Xb.view(-1, 1).expand(-1, C.shape[1]),\n"
        "    demb.flatten(0, 1))",
    ],
}

ACROSS = (
    Across(
        "a helper variable",
        {
            "dprobs": "inverse = 1 / probs\ndprobs = inverse * dlogprobs",
            "dcounts_sum_inv": "(counts * inverse * dlogprobs).sum(1, keepdim=True)",
        },
    ),
    Across(
        "added cells",
        {"dcounts_sum_inv": "over_rows(counts * dprobs)", "dh": "product(dlogits, W2)"},
        {
            "dprobs": ["def over_rows(x):\n    return x.sum(1, keepdim=True)"],
            "dh": ["product = lambda a, b: a @ b.T", "print(dlogits.shape, W2.shape)"],
        },
    ),
    Across(
        "two steps in one cell",
        {
            "dbndiff2": "dbndiff2 = (dbnvar / (n - 1)).expand_as(bndiff2)\n"
            "dbndiff = bnvar_inv * dbnraw + 2 * bndiff * dbndiff2",
            "dbndiff": "# see above",
        },
    ),
    Across("prints", {"dh": "dh = dlogits @ W2.T\nprint(dh.shape)\ndh.abs().max()"}),
    Across("numbers in float32", {}, {"dlogprobs": ["torch.set_default_dtype(torch.float32)"]}),
    Across("another name for n", {"dhprebn": "m = n\ndhprebn = dbndiff + dbnmeani / m"}),
    Across(
        "imports",
        {
            "dW2": "import numpy as np\n"
            "dW2 = torch.from_numpy(np.matmul(h.numpy().T, dlogits.numpy()))"
        },
    ),
)
