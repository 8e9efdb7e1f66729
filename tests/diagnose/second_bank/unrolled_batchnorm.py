"""Stage 01, batch norm in single operations."""

STAGE = "01_unrolled"

MISTAKES = {
    "dbnvar_inv": [
        ("missing_sum", "bndiff * dbnraw"),
        ("wrong_axis", "(bndiff * dbnraw).sum(1, keepdim=True)"),
        ("mean_instead_of_sum", "(bndiff * dbnraw).mean(0, keepdim=True)"),
        ("missing_local_derivative", "dbnraw.sum(0, keepdim=True)"),
        # The columns of bndiff sum to zero, so these two are zero up to rounding, too.
        (("missing_upstream", "zero_answer"), "bndiff.sum(0, keepdim=True)"),
        (
            ("product_of_sums", "zero_answer"),
            "bndiff.sum(0, keepdim=True) * dbnraw.sum(0, keepdim=True)",
        ),
        ("wrong_variable", "(bnraw * dbnraw).sum(0, keepdim=True)"),
        ("wrong_variable", "(hprebn * dbnraw).sum(0, keepdim=True)"),
        ("wrong_upstream", "(bndiff * dhpreact).sum(0, keepdim=True)"),
        (("missing_upstream", "wrong_variable"), "(bndiff * bnraw).sum(0, keepdim=True)"),
        ("matmul_for_elementwise", "bndiff.T @ dbnraw"),
        ("extra_sum", "(bndiff * dbnraw).sum()"),
        # Published: two operations at once and no sum. Negative numbers to a broken power.
        (("not_finite", "missing_sum"), "bndiff * (-0.5) * (bndiff + 1e-5) ** -1.5 * dbnraw"),
    ],
    "dbnvar": [
        ("missing_epsilon", "-0.5 * bnvar**-1.5 * dbnvar_inv"),
        ("wrong_power", "-0.5 * (bnvar + 1e-5) ** -0.5 * dbnvar_inv"),
        ("wrong_power", "-0.5 * bnvar_inv**2 * dbnvar_inv"),
        ("wrong_power", "-0.5 * (bnvar + 1e-5) ** 0.5 * dbnvar_inv"),
        ("wrong_sign", "0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv"),
        ("wrong_constant", "-1.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv"),
        ("wrong_constant", "-((bnvar + 1e-5) ** -1.5) * dbnvar_inv"),
        ("missing_upstream", "-0.5 * (bnvar + 1e-5) ** -1.5"),
        ("missing_local_derivative", "dbnvar_inv.clone()"),
        ("precedence", "-0.5 * bnvar + 1e-5**-1.5 * dbnvar_inv"),
        ("wrong_variable", "-0.5 * (bnvar_inv + 1e-5) ** -1.5 * dbnvar_inv"),
        (("missing_upstream", "wrong_variable"), "-0.5 * (bnvar + 1e-5) ** -1.5 * bnvar_inv"),
        ("extra_sum", "(-0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv).sum()"),
    ],
    "dbndiff2": [
        ("bessel", "1.0 / n * torch.ones_like(bndiff2) * dbnvar"),  # published
        ("missing_mean_factor", "torch.ones_like(bndiff2) * dbnvar"),
        ("precedence", "1.0 / n - 1 * torch.ones_like(bndiff2) * dbnvar"),
        ("missing_upstream", "1.0 / (n - 1) * torch.ones_like(bndiff2)"),
        ("broadcast_shape", "1.0 / (n - 1) * dbnvar"),
        ("wrong_variable", "1.0 / (n - 1) * bndiff2 * dbnvar"),
        ("wrong_upstream", "1.0 / (n - 1) * torch.ones_like(bndiff2) * dbnvar_inv"),
        ("wrong_sign", "-1.0 / (n - 1) * torch.ones_like(bndiff2) * dbnvar"),
        ("hard_coded_size", "torch.ones_like(bndiff2) * dbnvar / 31"),
        ("extra_mean_factor", "torch.ones_like(bndiff2) * dbnvar / (n - 1) / n"),
        (("missing_upstream", "wrong_variable"), "torch.ones_like(bndiff2) * bnvar / (n - 1)"),
        ("wrong_constant", "(2.0 / (n - 1)) * torch.ones_like(bndiff2) * dbnvar"),
    ],
    "dbndiff": [
        ("missing_branch", "bnvar_inv * dbnraw"),
        ("missing_branch", "2.0 * bndiff * dbndiff2"),
        (
            "overwritten_accumulation",
            "dbndiff = bnvar_inv * dbnraw\ndbndiff = 2.0 * bndiff * dbndiff2",
        ),
        ("wrong_constant", "bnvar_inv * dbnraw + bndiff * dbndiff2"),
        ("missing_local_derivative", "bnvar_inv * dbnraw + dbndiff2"),
        ("missing_local_derivative", "dbnraw + 2 * bndiff * dbndiff2"),
        ("missing_upstream", "bnvar_inv * dbnraw + 2 * bndiff"),
        ("wrong_variable", "bnvar_inv * dbnraw + 2 * hprebn * dbndiff2"),
        # The square squared: the exponent of the local derivative is 2 for 1.
        (("wrong_variable", "wrong_power"), "bnvar_inv * dbnraw + 2 * bndiff2 * dbndiff2"),
        ("wrong_variable", "bnvar * dbnraw + 2 * bndiff * dbndiff2"),
        ("wrong_upstream", "bnvar_inv * dhpreact + 2 * bndiff * dbndiff2"),
        ("wrong_sign", "bnvar_inv * dbnraw - 2 * bndiff * dbndiff2"),
        (
            "branch_twice",
            "dbndiff = bnvar_inv * dbnraw\ndbndiff += dbndiff + 2 * bndiff * dbndiff2",
        ),
        (("missing_upstream", "wrong_variable"), "bnvar_inv * bnraw + 2 * bndiff * dbndiff2"),
    ],
    "dbnmeani": [
        ("wrong_sign", "dbndiff.sum(0, keepdim=True)"),
        ("missing_sum", "-dbndiff"),
        ("wrong_axis", "-dbndiff.sum(1, keepdim=True)"),
        ("mean_instead_of_sum", "-dbndiff.mean(0, keepdim=True)"),
        ("zero_answer", "torch.zeros_like(bnmeani)"),
        ("wrong_upstream", "-dbnraw.sum(0, keepdim=True)"),
        # And zero, since the columns of bndiff sum to zero.
        (
            ("missing_upstream", "wrong_variable", "zero_answer"),
            "-bndiff.sum(0, keepdim=True)",
        ),
        ("missing_upstream", "-torch.ones_like(bndiff).sum(0, keepdim=True)"),
        ("wrong_variable", "(-hprebn * dbndiff).sum(0, keepdim=True)"),
        ("extra_sum", "-dbndiff.sum()"),
    ],
    "dhprebn": [
        ("missing_branch", "dbndiff.clone()"),
        ("missing_branch", "1.0 / n * torch.ones_like(hprebn) * dbnmeani"),
        (
            "overwritten_accumulation",
            "dhprebn = dbndiff.clone()\ndhprebn = 1.0 / n * torch.ones_like(hprebn) * dbnmeani",
        ),
        ("missing_mean_factor", "dbndiff + torch.ones_like(hprebn) * dbnmeani"),
        ("bessel", "dbndiff + dbnmeani / (n - 1)"),
        ("wrong_sign", "dbndiff - dbnmeani / n"),
        ("wrong_sign", "-dbndiff + dbnmeani / n"),
        ("missing_upstream", "dbndiff + torch.ones_like(hprebn) / n"),
        ("wrong_upstream", "dbnraw + dbnmeani / n"),
        ("wrong_variable", "dbndiff + hprebn * dbnmeani / n"),
        (("missing_upstream", "wrong_variable"), "dbndiff + bnmeani / n"),
        ("branch_twice", "dhprebn = dbndiff + dbnmeani / n\ndhprebn += dbnmeani / n"),
        # The bracket in the wrong place puts the 1/n on both terms.
        (("precedence", "extra_mean_factor"), "(dbndiff + dbnmeani) / n"),
    ],
}

COMBINED = {
    "dbnvar_inv": [(("missing_sum", "wrong_upstream"), "bndiff * dhpreact")],
    "dbnvar": [
        (("missing_epsilon", "wrong_sign"), "0.5 * bnvar**-1.5 * dbnvar_inv"),
        (("wrong_constant", "wrong_sign"), "(bnvar + 1e-5) ** -1.5 * dbnvar_inv"),
        (("missing_epsilon", "wrong_constant"), "-(bnvar**-1.5) * dbnvar_inv"),
    ],
    "dbndiff2": [(("bessel", "broadcast_shape"), "dbnvar / n")],
    "dbndiff": [
        (("wrong_constant", "wrong_sign"), "bnvar_inv * dbnraw - bndiff * dbndiff2"),
        (("missing_branch", "wrong_constant"), "bndiff * dbndiff2"),
    ],
    "dbnmeani": [(("missing_sum", "wrong_sign"), "dbndiff.clone()")],
    "dhprebn": [
        (("missing_mean_factor", "wrong_sign"), "dbndiff - dbnmeani"),
        (("bessel", "wrong_sign"), "dbndiff - 1.0 / (n - 1) * dbnmeani"),
    ],
}

RIGHT = {
    "dbnvar_inv": ["torch.einsum('ij,ij->j', bndiff, dbnraw)[None]"],
    "dbnvar": ["-0.5 * bnvar_inv**3 * dbnvar_inv", "-dbnvar_inv / (2 * (bnvar + 1e-5) ** (3 / 2))"],
    "dbndiff2": ["(dbnvar / (n - 1)).expand(n, -1)", "dbnvar.repeat(n, 1) / (len(bndiff2) - 1)"],
    "dbndiff": ["dbnraw * bnvar_inv + dbndiff2 * bndiff + bndiff * dbndiff2"],
    "dbnmeani": ["0 - torch.sum(dbndiff, dim=0)"],
    "dhprebn": [
        "dbndiff + dbnmeani / hprebn.shape[0]",
        "torch.add(dbndiff, dbnmeani, alpha=1 / n)",
    ],
}
