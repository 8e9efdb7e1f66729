"""Formulas of the first bank that a second code describes as truthfully, and why."""

from collections.abc import Mapping

__all__ = ["ALSO"]

# (step, formula) -> further codes.
ALSO: Mapping[tuple[str, str], tuple[str, ...]] = {
    # A column of -1/n is also the right answer summed over each row, which holds one -1/n.
    ("dlogprobs", "torch.full((n, 1), -1.0 / n)"): ("extra_sum",),
    # The derivative of a product where there is a sum: a forward variable is a factor too many.
    ("dcounts", "counts_sum_inv * dprobs + counts * dcounts_sum"): ("wrong_variable",),
    # The square has a name of its own, and stands where the variable should.
    ("dbnvar_inv", "(bndiff2 * dbnraw).sum(0, keepdim=True)"): ("wrong_variable",),
    # `bnraw` holds one more factor `bnvar_inv`: one power of it too many.
    ("dbnvar", "-0.5 * bnvar_inv**3 * (dbnraw * bnraw).sum(0, keepdim=True)"): ("wrong_power",),
    # `bnraw` sums to zero, so the product of the sums is a term that is missing.
    (
        "dhprebn",
        "bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0) "
        "- n / (n - 1) * bnraw * dhpreact.sum(0) * bnraw.sum(0))",
    ): ("missing_branch",),
    # The part of `bnmeani` in the variance is zero if written with `hprebn - bnmeani`.
    (
        "dbnmeani",
        "-(bnvar_inv * dbnraw).sum(0, keepdim=True) - 2 * n / (n - 1) * bnmeani * dbnvar",
    ): ("wrong_variable",),
    # Divided by the largest count these are the counts after the maximum was subtracted.
    ("probs", "logits.exp() / logits.exp().max(1, keepdim=True).values"): (
        "missing_local_derivative",
    ),
    # The diagonal of the table, in either order: a row where a table is due.
    ("softmax_jacobian", "p = F.softmax(x, 0)\nreturn torch.diag(p - torch.outer(p, p))"): (
        "missing_sum",
    ),
    # There is no sum in a change of shape: the division is one too many as well.
    ("demb", "dembcat.view(emb.shape) / Xb.shape[1]"): ("extra_mean_factor",),
}
