"""Stage 01, the two linear layers and the embedding: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    ("dh", "transposed", "W2 @ dlogits.T"),
    ("dh", "product_of_sums", "dlogits.sum(1, keepdim=True) * W2.sum(1)"),
    ("dh", "extra_mean_factor", 'torch.einsum("ij,kj->ik", dlogits, W2) / n'),
    ("dh", "wrong_upstream", "dnorm_logits @ W2.T"),
    ("dh", "wrong_variable", "h * (dlogits @ W2.T)"),
    ("dh", "missing_upstream", "W2.sum(1).repeat(n, 1)"),
    ("dW2", "transposed", "dlogits.T @ h"),
    ("dW2", "wrong_variable", "hpreact.T @ dlogits"),
    (
        "dW2",
        "overwritten_accumulation",
        """
        dW2 = torch.zeros_like(W2)
        for i in range(n):
            dW2 = torch.outer(h[i], dlogits[i])
        """,
    ),
    ("dW2", "missing_sum", "h.unsqueeze(2) * dlogits.unsqueeze(1)"),
    # The mean over the examples is their sum with a 1/n too many.
    (
        "dW2",
        "mean_instead_of_sum extra_mean_factor",
        'torch.einsum("ik,ij->ikj", h, dlogits).mean(0)',
    ),
    ("dW2", "missing_local_derivative", "torch.ones_like(h).T @ dlogits"),
    ("dW2", "product_of_sums", "torch.outer(h.sum(0), dlogits.sum(0))"),
    ("db2", "wrong_axis", "dlogits.sum(1)"),
    ("db2", "mean_instead_of_sum", "dlogits.mean(dim=0)"),
    ("db2", "extra_sum", "torch.ones_like(b2) * dlogits.sum()"),
    ("db2", "wrong_variable", "(dlogits * b2).sum(0)"),
    ("db2", "missing_sum", "torch.ones_like(dlogits) * dlogits"),
    ("dhpreact", "precedence", "1.0 - h**2 * dh"),
    ("dhpreact", "wrong_power", "(1 - h) * dh"),
    ("dhpreact", "wrong_variable", "(1 - torch.tanh(h) ** 2) * dh"),
    ("dhpreact", "other_function", "torch.mul(h * (1 - h), dh)"),
    ("dhpreact", "missing_upstream", "dh - h * h"),
    ("dhpreact", "wrong_sign", "dh + h.square() * dh"),
    ("dhpreact", "other_function", "dh / (1 + hpreact**2)"),
    ("dhpreact", "other_function", "torch.where(hpreact > 0, dh, 0.0)"),
    ("dembcat", "transposed", "W1.mm(dhprebn.T)"),
    ("dembcat", "wrong_upstream", "torch.matmul(dhpreact, W1.t())"),
    ("dembcat", "missing_upstream", "(W1 @ torch.ones(W1.shape[1])).expand(n, -1)"),
    ("dW1", "transposed", "(embcat.T @ dhprebn).T"),
    ("dW1", "extra_mean_factor", "1 / n * embcat.T @ dhprebn"),
    ("dW1", "wrong_upstream", "embcat.T @ dbndiff"),
    ("dW1", "product_of_sums", "embcat.sum(0)[:, None] * dhprebn.sum(0)[None, :]"),
    ("db1", "zero_answer", "torch.zeros(b1.shape)"),
    ("db1", "wrong_axis", "dhprebn.sum(-1)"),
    ("db1", "wrong_upstream", "torch.ones(n) @ dbndiff"),
    ("demb", "wrong_layout", "dembcat.view(n, emb.shape[2], emb.shape[1]).transpose(1, 2)"),
    ("demb", "wrong_layout", "torch.stack(dembcat.chunk(emb.shape[1], 1)).reshape(emb.shape)"),
    ("demb", "wrong_layout", "dembcat.T.reshape(emb.shape)"),
    ("demb", "wrong_variable", "emb * dembcat.reshape_as(emb)"),
    (
        "dC",
        "lost_duplicates",
        """
        dC = torch.zeros_like(C)
        dC[Xb.view(-1)] += demb.view(-1, C.shape[1])
        """,
    ),
    # Written where it should be added, and that is how the duplicates are lost.
    (
        "dC",
        "lost_duplicates overwritten_accumulation",
        """
        dC = torch.zeros_like(C)
        for i in range(n):
            for p in range(Xb.shape[1]):
                dC[Xb[i, p]] = demb[i, p]
        """,
    ),
    (
        "dC",
        "lost_duplicates",
        """
        dC = torch.zeros_like(C)
        for p in range(Xb.shape[1]):
            dC[Xb[:, p]] += demb[:, p]
        """,
    ),
    # Of the context's positions only the first: wrong entries, and the other uses are missing.
    (
        "dC",
        "wrong_index missing_branch",
        "torch.zeros_like(C).index_add_(0, Xb[:, 0], demb[:, 0])",
    ),
    # The rows are listed position by position, the gradients example by example.
    (
        "dC",
        "wrong_layout wrong_index",
        "torch.zeros_like(C).index_add_(0, Xb.T.flatten(), demb.flatten(0, 1))",
    ),
    (
        "dC",
        "mean_instead_of_sum",
        """
        dC = torch.zeros_like(C).index_add_(0, Xb.flatten(), demb.flatten(0, 1))
        dC /= torch.bincount(Xb.flatten(), minlength=len(C)).clamp(min=1)[:, None]
        """,
    ),
    (
        "dC",
        "wrong_variable",
        'torch.einsum("ipv,ipe->ve", F.one_hot(Xb, len(C)).to(C.dtype), emb * demb)',
    ),
    ("dC", "missing_upstream", "F.one_hot(Xb, len(C)).sum((0, 1))[:, None] * torch.ones_like(C)"),
)
