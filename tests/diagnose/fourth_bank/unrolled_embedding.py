"""Stage 01, the first linear layer and the embedding."""

MISTAKES = (
    # dembcat
    ("dembcat", "wrong_upstream", "dhpreact @ W1.T"),
    ("dembcat", "transposed", "W1 @ dhprebn.transpose(0, 1)"),
    ("dembcat", "wrong_layout", "dhprebn @ W1.view(W1.shape[1], W1.shape[0])"),
    ("dembcat", "wrong_variable", "embcat * (dhprebn @ W1.T)"),
    ("dembcat", "missing_upstream", "torch.ones_like(dhprebn) @ W1.T"),
    # dW1
    ("dW1", "transposed", "dhprebn.T @ embcat"),
    (
        "dW1",
        "wrong_index",
        """
        dW1 = torch.zeros_like(W1)
        for i in range(1, n):
            dW1 += embcat[i].unsqueeze(1) * dhprebn[i].unsqueeze(0)
        """,
    ),
    ("dW1", "product_of_sums", "embcat.sum(0)[:, None] * dhprebn.sum(0)[None, :]"),
    ("dW1", "wrong_upstream", "torch.einsum('ni,nj->ij', embcat, dhpreact)"),
    ("dW1", "wrong_layout", "embcat.reshape(-1, n) @ dhprebn"),
    # db1
    ("db1", "wrong_axis", "dhprebn.sum(1)"),
    ("db1", "missing_sum", "dhprebn.clone()"),
    ("db1", "zero_answer", "torch.zeros_like(b1)"),
    ("db1", "wrong_upstream", "torch.sum(dhpreact, dim=0)"),
    ("db1", "wrong_sign", "-dhprebn.sum(0)"),
    # demb
    (
        "demb",
        "wrong_layout",
        "dembcat.view(n, emb.shape[2], emb.shape[1]).transpose(1, 2)",
    ),
    # The transpose is too many; read off row by row it is also a layout mixed up.
    ("demb", "wrong_layout transposed", "dembcat.T.reshape(emb.shape)"),
    # Without the d: what comes out is the forward variable emb, and nothing of the upstream.
    ("demb", "forward_value_returned missing_upstream", "embcat.view(emb.shape)"),
    # The positions come back in reverse: a layout mixed up, or the wrong blocks picked.
    (
        "demb",
        "wrong_layout wrong_index",
        """
        blocks = dembcat.split(emb.shape[2], dim=1)
        demb = torch.stack(blocks[::-1], dim=1)
        """,
    ),
    ("demb", "wrong_variable", "dembcat.view_as(emb) * emb"),
    # dC
    # The last of the equal indices stays, because the loop assigns instead of adding.
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
        "mean_instead_of_sum",
        """
        flat = Xb.view(-1)
        total = torch.zeros_like(C).index_add(0, flat, demb.view(-1, C.shape[1]))
        times = torch.bincount(flat, minlength=len(C)).clamp(min=1)
        dC = total / times[:, None]
        """,
    ),
    ("dC", "wrong_index", "torch.zeros_like(C).index_add_(0, Xb[:, 0], demb[:, 0])"),
    # Indices and gradients in different orders: one is transposed, the layouts do not match, and
    # the gradients go to the wrong rows.
    (
        "dC",
        "wrong_layout transposed wrong_index",
        "torch.zeros_like(C).index_add_(0, Xb.T.reshape(-1), demb.reshape(-1, C.shape[1]))",
    ),
    (
        "dC",
        "product_of_sums",
        """
        hot = F.one_hot(Xb, num_classes=C.shape[0]).to(demb.dtype)
        dC = hot.sum(1).T @ demb.sum(1)
        """,
    ),
    (
        "dC",
        "missing_sum",
        "torch.einsum('npv,npe->nve', F.one_hot(Xb, len(C)).double(), demb)",
    ),
)
