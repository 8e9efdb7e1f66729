"""Stage 01, batch norm: the variance, the differences, the mean, and what goes into it."""

MISTAKES = (
    # dbnvar
    ("dbnvar", "missing_epsilon", "-0.5 * bnvar**-1.5 * dbnvar_inv"),
    ("dbnvar", "wrong_power", "-0.5 * bnvar_inv * dbnvar_inv"),
    ("dbnvar", "wrong_constant", "-(bnvar_inv**3) * dbnvar_inv"),
    # -1.5 belongs to the variance; with its inverse root as the base, the power would be 3.
    ("dbnvar", "wrong_variable wrong_power", "-0.5 * bnvar_inv**-1.5 * dbnvar_inv"),
    (
        "dbnvar",
        "wrong_sign",
        """
        root = torch.sqrt(bnvar + 1e-5)
        dbnvar = dbnvar_inv / (2 * root**3)
        """,
    ),
    ("dbnvar", "missing_upstream", "-0.5 * (bnvar + 1e-5).pow(-1.5)"),
    # dbndiff2
    ("dbndiff2", "bessel", "(dbnvar / n).expand_as(bndiff2)"),
    # The factor is all of the local derivative.
    (
        "dbndiff2",
        "missing_mean_factor missing_local_derivative",
        "torch.ones_like(bndiff2) * dbnvar",
    ),
    ("dbndiff2", "broadcast_shape", "dbnvar / (n - 1)"),
    ("dbndiff2", "precedence", "1.0 / n - 1 * torch.ones_like(bndiff2) * dbnvar"),
    ("dbndiff2", "missing_upstream", "torch.full_like(bndiff2, 1 / (n - 1))"),
    ("dbndiff2", "wrong_variable", "bndiff2 * dbnvar / (n - 1)"),
    # dbndiff
    ("dbndiff", "missing_branch", "bnvar_inv * dbnraw"),
    ("dbndiff", "wrong_constant", "bnvar_inv * dbnraw + bndiff * dbndiff2"),
    # The second assignment drops the first term.
    (
        "dbndiff",
        "overwritten_accumulation missing_branch",
        """
        dbndiff = dbnraw * bnvar_inv
        dbndiff = 2 * bndiff * dbndiff2
        """,
    ),
    # The derivative of the square taken at the square: another variable, and an exponent too high.
    ("dbndiff", "wrong_variable wrong_power", "bnvar_inv * dbnraw + 2 * bndiff2 * dbndiff2"),
    ("dbndiff", "missing_local_derivative", "dbnraw + 2.0 * bndiff * dbndiff2"),
    (
        "dbndiff",
        "branch_twice",
        """
        dbndiff = bnvar_inv * dbnraw
        dbndiff += bnvar_inv * dbnraw + 2 * bndiff * dbndiff2
        """,
    ),
    # dbnmeani
    ("dbnmeani", "wrong_sign", "dbndiff.sum(0, keepdim=True)"),
    ("dbnmeani", "missing_sum", "-torch.ones_like(hprebn) * dbndiff"),
    # A mean for the sum, which is the same as a 1/n too many.
    ("dbnmeani", "mean_instead_of_sum extra_mean_factor", "-dbndiff.mean(0)[None, :]"),
    ("dbnmeani", "wrong_upstream", "-dbnraw.sum(0, keepdim=True)"),
    ("dbnmeani", "wrong_variable", "(-bnmeani * dbndiff).sum(0, keepdim=True)"),
    # dhprebn
    ("dhprebn", "missing_branch", "dbndiff + 0"),
    # The factor is all of the mean's local derivative.
    ("dhprebn", "missing_mean_factor missing_local_derivative", "dbndiff + dbnmeani"),
    (
        "dhprebn",
        "bessel",
        """
        dhprebn = dbndiff.clone()
        dhprebn += dbnmeani.repeat(n, 1) / (n - 1)
        """,
    ),
    ("dhprebn", "extra_mean_factor", "(dbndiff + dbnmeani) / n"),
    ("dhprebn", "wrong_upstream", "dbnraw + dbnmeani / n"),
    ("dhprebn", "missing_upstream", "dbndiff + torch.ones_like(hprebn) / n"),
)
