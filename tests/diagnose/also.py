"""Formulas that a second code describes as truthfully as the one in the bank, and why.

Where two banks give one formula two names, both are right.
"""

from collections.abc import Mapping

__all__ = ["ALSO"]

_ROW = "def softmax_jacobian(x):\n    p = F.softmax(x, 0)\n    return p * (1 - p)\n"
_TWICE = (
    "def softmax_jacobian(x):\n"
    "    p = F.softmax(x, 0)\n"
    "    return torch.diag(p) - 2 * torch.outer(p, p)\n"
)

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
    # A value in the place of its gradient: a forward variable as a factor.
    ("dA", "product @ B.T"): ("wrong_variable",),
    ("dB", "A.T @ product"): ("wrong_variable",),
    ("dtable", "torch.zeros_like(table).index_add(0, rows, picked)"): ("wrong_variable",),
    ("dC", "torch.zeros_like(C).index_add(0, Xb.flatten(), emb.flatten(0, 1))"): (
        "wrong_variable",
    ),
    # The second bank. Each of these has its other name in the first one.
    ("dA", "dproduct[:, None, :] * B"): ("elementwise_for_matmul",),
    ("dh", "dlogits[:, None, :] * W2"): ("elementwise_for_matmul",),
    ("dlogprobs", "-torch.ones_like(logprobs) / n"): ("other_function",),
    ("dcounts", "counts_sum_inv * dprobs + dcounts_sum / counts.shape[1]"): (
        "mean_instead_of_sum",
    ),
    ("demb", "dembcat.view(emb.shape) / emb.shape[1]"): ("mean_instead_of_sum",),
    ("softmax_jacobian", _ROW): ("missing_sum",),
    # Every entry of every row instead of the targets'.
    ("dlogits", "(F.softmax(logits, 1) - 1) / n"): ("all_rows_indexed",),
    # Two dimensions have changed places: a transposition, and a layout.
    ("demb", "torch.stack(dembcat.split(emb.shape[2], dim=1))"): ("transposed",),
    # `counts_sum` is a sum, and a variable.
    ("dcounts_sum_inv", "counts_sum * dprobs.sum(1, keepdim=True)"): ("wrong_variable",),
    # `logit_maxes` sums to itself: a forward variable with a sign.
    ("dlogit_maxes", "-logit_maxes.sum(dim=1, keepdim=True)"): ("forward_value_returned",),
    # One of two terms times 2: a factor too many, and a term that counts twice.
    ("softmax_jacobian", _TWICE): ("branch_twice",),
    (
        "dlogits",
        "p = F.softmax(logits, 1)\np[range(n), Yb] -= 1\np[range(n), Yb] -= 1\ndlogits = p / n",
    ): ("wrong_constant",),
    (
        "dhprebn",
        "bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0) "
        "- 2 * n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))",
    ): ("branch_twice",),
    # The third bank. Each of these has its other name in the first one or in the second.
    ("dlogprobs", "torch.full_like(logprobs, -1 / n)"): ("other_function",),
    # A sum where a mean is due: the first bank calls it so, the other three by the 1/n left out.
    ("project", "g - g.sum(0) - (g * r).sum(0) / (r * r).sum(0) * r"): ("missing_mean_factor",),
    # The fourth bank. By the order of operations what is left is the gradient before it.
    ("dcounts_sum", "-dcounts_sum_inv / counts_sum * counts_sum"): ("missing_local_derivative",),
    # A squared error's gradient has this factor too many.
    (
        "dlogits",
        "p = F.softmax(logits, 1)\ndlogits = p * (p - F.one_hot(Yb, logits.shape[1])) / n",
    ): ("other_function",),
}
