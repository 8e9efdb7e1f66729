"""Stage 01, from `hpreact` to `hprebn`: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    ("dbngain", "wrong_variable", 'torch.einsum("ij,ij->j", bndiff, dhpreact).unsqueeze(0)'),
    ("dbngain", "wrong_axis", "(dhpreact * bnraw).sum(1, keepdim=True)"),
    ("dbngain", "missing_sum", "bnraw.mul(dhpreact)"),
    ("dbngain", "missing_local_derivative", "dhpreact.sum(0, keepdim=True)"),
    ("dbngain", "matmul_for_elementwise", "bnraw.T @ dhpreact"),
    ("dbngain", "wrong_upstream", "torch.sum(bnraw * dh, 0, keepdim=True)"),
    ("dbnraw", "wrong_variable", "bnraw * dhpreact"),
    ("dbnraw", "missing_upstream", "bngain.repeat(n, 1)"),
    # Divided where it should be multiplied: exponent -1 for 1.
    ("dbnraw", "wrong_power other_function", "dhpreact / bngain"),
    ("dbnraw", "extra_sum", "(bngain * dhpreact).sum(0, keepdim=True)"),
    ("dbnbias", "wrong_axis", "dhpreact.sum(dim=1, keepdim=True)"),
    ("dbnbias", "wrong_variable", "bnbias * dhpreact.sum(0, keepdim=True)"),
    ("dbnbias", "extra_sum", "dhpreact.sum().view(1, 1).expand_as(bnbias)"),
    ("dbnvar_inv", "wrong_variable", "(bnraw * dbnraw).sum(0, keepdim=True)"),
    ("dbnvar_inv", "missing_local_derivative", "dbnraw.sum(0)[None, :]"),
    ("dbnvar_inv", "wrong_upstream", "(dhpreact * bndiff).sum(0, keepdim=True)"),
    # A sum divided by the number of its terms: a mean, or a 1/n too many.
    (
        "dbnvar_inv",
        "mean_instead_of_sum extra_mean_factor",
        "1 / n * (bndiff * dbnraw).sum(0, keepdim=True)",
    ),
    ("dbnvar", "missing_epsilon", "dbnvar_inv * -0.5 / bnvar.sqrt() ** 3"),
    ("dbnvar", "wrong_sign", "0.5 * (bnvar + 1e-5) ** (-3 / 2) * dbnvar_inv"),
    ("dbnvar", "wrong_power", "-0.5 * bnvar_inv * dbnvar_inv"),
    ("dbnvar", "wrong_constant", "-((bnvar + 1e-5) ** -1.5) * dbnvar_inv"),
    ("dbnvar", "missing_upstream", "-0.5 * torch.pow(bnvar + 1e-5, -1.5)"),
    # One over twice the power, typed without its brackets: the exponent comes out as 1.5.
    ("dbnvar", "precedence wrong_power", "-1 / 2 * (bnvar + 1e-5) ** 1.5 * dbnvar_inv"),
    ("dbnvar", "precedence", "-0.5 * bnvar + 1e-5**-1.5 * dbnvar_inv"),
    ("dbndiff2", "missing_mean_factor", "dbnvar.repeat(n, 1)"),
    ("dbndiff2", "bessel", "torch.ones_like(bndiff2) * dbnvar / n"),
    ("dbndiff2", "broadcast_shape", "dbnvar / (n - 1)"),
    ("dbndiff2", "missing_upstream", "torch.full_like(bndiff2, 1 / (n - 1))"),
    ("dbndiff2", "wrong_variable", "bndiff2 * (1 / (n - 1)) * dbnvar"),
    ("dbndiff2", "precedence", "(1.0 / n - 1) * dbnvar.expand_as(bndiff2)"),
    ("dbndiff2", "hard_coded_size", "dbnvar.expand_as(bndiff2) / 31"),
    ("dbndiff", "missing_branch", "dbnraw * bnvar_inv"),
    (
        "dbndiff",
        "overwritten_accumulation",
        """
        dbndiff = bnvar_inv * dbnraw
        dbndiff = 2 * bndiff * dbndiff2
        """,
    ),
    ("dbndiff", "wrong_constant", "bnvar_inv * dbnraw + bndiff * dbndiff2"),
    ("dbndiff", "missing_local_derivative", "bnvar_inv * dbnraw + dbndiff2"),
    ("dbndiff", "wrong_sign", "bnvar_inv * dbnraw - dbndiff2 * (bndiff + bndiff)"),
    # The square's rule at the square itself: another variable, and another exponent.
    ("dbndiff", "wrong_variable wrong_power", "bnvar_inv * dbnraw + 2 * bndiff2 * dbndiff2"),
    ("dbndiff", "wrong_upstream", "dbnraw * bnvar_inv + 2 * bndiff * dbnvar"),
    ("dbndiff", "wrong_variable", "bnvar_inv * (dbnraw + 2 * bndiff * dbndiff2)"),
    ("dbndiff", "missing_upstream", "bnvar_inv * dbnraw + 2 * bndiff"),
    ("dbnmeani", "wrong_sign", "torch.sum(dbndiff, dim=0, keepdim=True)"),
    ("dbnmeani", "mean_instead_of_sum", "-dbndiff.mean(0, keepdim=True)"),
    ("dbnmeani", "missing_sum", "-1.0 * dbndiff"),
    ("dbnmeani", "wrong_upstream", "-(dbnraw.sum(0, keepdim=True))"),
    ("dhprebn", "missing_branch", "dbndiff + torch.zeros_like(hprebn)"),
    ("dhprebn", "missing_mean_factor", "dbndiff + dbnmeani.expand(n, -1)"),
    ("dhprebn", "bessel", "dbndiff + 1 / (n - 1) * torch.ones_like(hprebn) * dbnmeani"),
    ("dhprebn", "wrong_sign", "dbndiff - dbnmeani / hprebn.shape[0]"),
    ("dhprebn", "extra_mean_factor", "(dbndiff + dbnmeani) / n"),
    ("dhprebn", "wrong_variable", "dbndiff + hprebn / n * dbnmeani"),
    (
        "dhprebn",
        "overwritten_accumulation",
        """
        dhprebn = dbndiff.clone()
        for i in range(n):
            dhprebn[i] = dbnmeani[0] / n
        """,
    ),
)
