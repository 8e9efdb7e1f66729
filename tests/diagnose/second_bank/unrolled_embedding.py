"""Stage 01, from the row of a context back to the table of characters."""

STAGE = "01_unrolled"

_ZEROS = "dC = torch.zeros_like(C)\n"
_FLAT = "Xb.view(-1), demb.reshape(-1, C.shape[1])"

MISTAKES = {
    "demb": [
        ("wrong_layout", "dembcat.view(emb.shape[0], emb.shape[2], emb.shape[1])"),
        (
            "wrong_layout",
            "dembcat.view(emb.shape[0], emb.shape[2], emb.shape[1]).transpose(1, 2)",
        ),
        ("wrong_layout", "dembcat.view(emb.shape[1], emb.shape[0], -1).transpose(0, 1)"),
        # Read down the columns: a wrong layout by a transposed operand.
        (("wrong_layout", "transposed"), "dembcat.T.reshape(emb.shape)"),
        ("wrong_layout", "torch.stack(dembcat.split(emb.shape[2], dim=1))"),
        # Never cut into positions at all.
        (("wrong_layout", "wrong_shape"), "dembcat.clone()"),
        (("wrong_layout", "wrong_shape"), "dembcat.view(-1, emb.shape[2])"),
        ("forward_value_returned", "embcat.view(emb.shape)"),
        ("wrong_variable", "emb * dembcat.view(emb.shape)"),
        ("wrong_sign", "-dembcat.view(emb.shape)"),
        ("hard_coded_size", "dembcat.view(32, 3, 10)"),
        ("extra_sum", "dembcat.view(emb.shape).sum(0, keepdim=True)"),
        # A mean over the context's positions where there is none.
        (("extra_mean_factor", "wrong_constant"), "dembcat.view(emb.shape) / emb.shape[1]"),
    ],
    "dC": [
        ("lost_duplicates", _ZEROS + "dC[Xb] += demb"),  # published
        # Assigning to a row that is picked several times: the last one stays.
        (("lost_duplicates", "overwritten_accumulation"), _ZEROS + "dC[Xb] = demb"),
        (
            ("lost_duplicates", "overwritten_accumulation"),
            _ZEROS + "for i in range(Xb.shape[0]):\n    for p in range(Xb.shape[1]):\n"
            "        dC[Xb[i, p]] = demb[i, p]",
        ),
        (
            "lost_duplicates",
            _ZEROS + "for p in range(Xb.shape[1]):\n    dC[Xb[:, p]] += demb[:, p]",
        ),
        ("lost_duplicates", _ZEROS + "for i in range(n):\n    dC[Xb[i]] += demb[i]"),
        # Only one place of the context: rows not picked, and a part of the sum missing.
        (
            ("wrong_index", "missing_branch"),
            _ZEROS + "dC.index_add_(0, Xb[:, 0], demb[:, 0])",
        ),
        (
            ("wrong_index", "missing_branch"),
            _ZEROS + "for i in range(Xb.shape[0]):\n    for p in range(Xb.shape[1] - 1):\n"
            "        dC[Xb[i, p]] += demb[i, p]",
        ),
        (
            "wrong_layout",
            _ZEROS + "dC.index_add_(0, Xb.T.reshape(-1), demb.reshape(-1, C.shape[1]))",
        ),
        ("wrong_index", _ZEROS + "dC.index_add_(0, Yb, demb.sum(1))"),
        ("wrong_sign", _ZEROS + f"dC.index_add_(0, {_FLAT}, alpha=-1)"),
        (
            "mean_instead_of_sum",
            _ZEROS + f"dC.index_add_(0, {_FLAT})\n"
            "dC /= torch.bincount(Xb.view(-1), minlength=len(C)).clamp(min=1)[:, None]",
        ),
        ("extra_mean_factor", _ZEROS + f"dC.index_add_(0, {_FLAT})\ndC /= n"),
        (
            "aliasing",
            "dC = C\nfor i in range(n):\n    for p in range(Xb.shape[1]):\n"
            "        dC[Xb[i, p]] += demb[i, p]",
        ),
        (
            ("missing_upstream", "wrong_variable"),
            _ZEROS + "dC.index_add_(0, Xb.view(-1), emb.view(-1, C.shape[1]))",
        ),
        (
            "missing_upstream",
            _ZEROS + "for i in Xb.view(-1):\n    dC[i] += 1",
        ),
        ("wrong_variable", f"C * torch.zeros_like(C).index_add_(0, {_FLAT})"),
        ("zero_answer", "torch.zeros_like(C)"),
        (("extra_sum", "broadcast_shape"), "demb.sum((0, 1))"),
        (
            "missing_classes",
            "F.one_hot(Xb.view(-1)).to(C.dtype).T @ demb.reshape(-1, C.shape[1])",
        ),
        (
            "hard_coded_size",
            _ZEROS + "for i in range(32):\n    for p in range(3):\n"
            "        dC[Xb[i, p]] += demb[i, p]",
        ),
    ],
}

COMBINED = {
    "demb": [(("wrong_sign", "wrong_layout"), "-dembcat.T.reshape(emb.shape)")],
    "dC": [
        (("lost_duplicates", "wrong_sign"), _ZEROS + "dC[Xb] -= demb"),
        (("lost_duplicates", "extra_mean_factor"), _ZEROS + "dC[Xb] += demb / n"),
    ],
}

RIGHT = {
    "demb": [
        "dembcat.unflatten(1, emb.shape[1:])",
        "torch.stack(dembcat.split(emb.shape[2], dim=1), 1)",
    ],
    "dC": [
        _ZEROS + f"dC.index_add_(0, {_FLAT})",
        _ZEROS + "dC.index_put_((Xb,), demb, accumulate=True)",
        "torch.einsum('npc,npe->ce', F.one_hot(Xb, num_classes=len(C)).to(demb.dtype), demb)",
        "torch.stack([demb[Xb == c].sum(0) for c in range(C.shape[0])])",
        _ZEROS + "dC.scatter_add_(0, Xb.reshape(-1, 1).expand(-1, C.shape[1]), demb.flatten(0, 1))",
    ],
}
