"""Stage 01, from `counts` to `logits`: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    ("dcounts", "missing_branch", "torch.mul(dprobs, counts_sum_inv)"),
    ("dcounts", "missing_branch", "dcounts_sum.expand(-1, counts.shape[1]).clone()"),
    (
        "dcounts",
        "overwritten_accumulation",
        """
        dcounts = counts_sum_inv * dprobs
        dcounts = torch.ones_like(counts) * dcounts_sum
        """,
    ),
    ("dcounts", "missing_local_derivative", "dprobs + dcounts_sum"),
    ("dcounts", "wrong_sign", "dprobs / counts_sum - dcounts_sum"),
    ("dcounts", "wrong_variable", "counts_sum_inv * dprobs + counts * dcounts_sum"),
    # A sum taken for a mean: a mean's factor too many, though of the row's length, not of n.
    (
        "dcounts",
        "extra_mean_factor wrong_constant",
        "counts_sum_inv * dprobs + dcounts_sum / counts.shape[1]",
    ),
    (
        "dcounts",
        "branch_twice",
        """
        dcounts = counts_sum_inv * dprobs
        dcounts += dcounts_sum
        dcounts += torch.ones_like(counts) * dcounts_sum
        """,
    ),
    ("dcounts", "wrong_upstream", "dprobs * counts_sum_inv + dcounts_sum_inv"),
    ("dcounts", "missing_upstream", "counts_sum_inv.expand_as(counts) + dcounts_sum"),
    ("dnorm_logits", "missing_local_derivative", "1.0 * dcounts"),
    ("dnorm_logits", "wrong_variable", "counts.exp() * dcounts"),
    ("dnorm_logits", "wrong_variable", "norm_logits.mul(dcounts)"),
    # One over the result: the exponent of `counts` is wrong, and that is the logarithm's way.
    ("dnorm_logits", "other_function wrong_power", "dcounts / counts"),
    # The local derivative is at the same time the forward variable `counts`.
    ("dnorm_logits", "missing_upstream forward_value_returned", "torch.exp(norm_logits)"),
    ("dnorm_logits", "other_function", "norm_logits * (norm_logits - 1).exp() * dcounts"),
    ("dlogit_maxes", "wrong_sign", "dnorm_logits.sum(dim=1, keepdim=True)"),
    ("dlogit_maxes", "missing_sum", "dnorm_logits.neg()"),
    ("dlogit_maxes", "zero_answer", "torch.zeros_like(logit_maxes)"),
    ("dlogit_maxes", "wrong_axis", "-1 * dnorm_logits.sum(0, keepdim=True)"),
    ("dlogit_maxes", "wrong_index", "-dnorm_logits.gather(1, logits.argmax(1, keepdim=True))"),
    ("dlogit_maxes", "mean_instead_of_sum", "torch.mean(-dnorm_logits, 1, keepdim=True)"),
    ("dlogit_maxes", "missing_upstream", "(-torch.ones_like(logits)).sum(1, keepdim=True)"),
    ("dlogit_maxes", "wrong_upstream", "-dcounts.sum(1, keepdim=True)"),
    ("dlogits", "missing_branch", "dnorm_logits.clone()"),
    ("dlogits", "missing_local_derivative", "dnorm_logits + dlogit_maxes"),
    (
        "dlogits",
        "wrong_index",
        """
        dlogits = dnorm_logits.clone()
        dlogits[range(n), Yb] += dlogit_maxes.squeeze(1)
        """,
    ),
    (
        "dlogits",
        "wrong_sign",
        """
        winner = F.one_hot(logits.argmax(1), num_classes=logits.shape[1])
        dlogits = dnorm_logits - winner * dlogit_maxes
        """,
    ),
    (
        "dlogits",
        "shortcut",
        """
        dlogits = F.softmax(logits, 1)
        dlogits[range(n), Yb] -= 1
        dlogits /= n
        """,
    ),
    (
        "dlogits",
        "all_rows_indexed",
        """
        through_max = torch.zeros_like(logits)
        through_max[:, logits.argmax(1)] = dlogit_maxes
        dlogits = dnorm_logits + through_max
        """,
    ),
    # The maximum over the wrong dimension: of each column, so that wrong entries are picked.
    (
        "dlogits",
        "wrong_index wrong_axis",
        "dnorm_logits + F.one_hot(logits.max(0).indices, n).T * dlogit_maxes",
    ),
    (
        "dlogits",
        "overwritten_accumulation",
        """
        dlogits = dnorm_logits.clone()
        dlogits[torch.arange(n), logits.max(1).indices] = dlogit_maxes.flatten()
        """,
    ),
    # The same without a second assignment: what came by the subtraction is lost at the maximum.
    (
        "dlogits",
        "missing_branch overwritten_accumulation",
        "torch.where(logits == logit_maxes, dlogit_maxes, dnorm_logits)",
    ),
    ("dlogits", "missing_upstream", "dnorm_logits + (logits == logit_maxes) * 1.0"),
)
