"""Stage 01, from the loss back to the logits."""

MISTAKES = (
    # dlogprobs
    (
        "dlogprobs",
        "missing_mean_factor",
        """
        dlogprobs = torch.zeros_like(logprobs)
        dlogprobs[torch.arange(n), Yb] -= 1
        """,
    ),
    ("dlogprobs", "wrong_sign", "F.one_hot(Yb, logprobs.shape[1]) / n"),
    (
        "dlogprobs",
        "all_rows_indexed",
        """
        dlogprobs = torch.zeros(logprobs.shape)
        dlogprobs[:, Yb] = -1 / n
        """,
    ),
    # The mean is taken over all entries: a further 1/(vocabulary), which is the factor of a mean
    # too many, and also just a wrong number.
    (
        "dlogprobs",
        "extra_mean_factor wrong_constant",
        "-F.one_hot(Yb, num_classes=logprobs.size(1)).double() / logprobs.numel()",
    ),
    (
        "dlogprobs",
        "wrong_index",
        """
        dlogprobs = torch.zeros_like(logprobs)
        for i in range(n):
            dlogprobs[i, logprobs[i].argmax()] = -1.0 / n
        """,
    ),
    ("dlogprobs", "missing_classes", "-1 / n * F.one_hot(Yb)"),
    # dprobs
    ("dprobs", "missing_upstream", "probs.pow(-1)"),
    ("dprobs", "wrong_power", "dlogprobs * probs**-2"),
    ("dprobs", "wrong_variable", "dlogprobs / logprobs"),
    # Multiplied where it should divide: the exponent is 1 instead of -1, and the quotient of
    # log's derivative is the wrong way round.
    ("dprobs", "wrong_power other_function", "torch.mul(probs, dlogprobs)"),
    ("dprobs", "wrong_sign", "-(1.0 / probs) * dlogprobs"),
    # dcounts_sum_inv
    ("dcounts_sum_inv", "missing_sum", "counts * dprobs"),
    # The row sums are those of counts, that is `counts_sum`: another variable for `counts`.
    (
        "dcounts_sum_inv",
        "product_of_sums wrong_variable",
        "counts_sum * dprobs.sum(1, keepdim=True)",
    ),
    (
        "dcounts_sum_inv",
        "wrong_variable",
        "torch.einsum('ij,ij->i', probs, dprobs).unsqueeze(1)",
    ),
    (
        "dcounts_sum_inv",
        "missing_local_derivative",
        "torch.sum(dprobs, dim=1, keepdim=True)",
    ),
    # One number for all rows: summed over the rows too, and of a shape that only broadcasts.
    ("dcounts_sum_inv", "extra_sum broadcast_shape", "(counts * dprobs).sum()"),
    ("dcounts_sum_inv", "mean_instead_of_sum", "(dprobs * counts).mean(1, keepdim=True)"),
    # dcounts_sum
    ("dcounts_sum", "wrong_sign", "dcounts_sum_inv / counts_sum**2"),
    ("dcounts_sum", "wrong_power", "-dcounts_sum_inv / counts_sum"),
    ("dcounts_sum", "missing_upstream", "-1 / torch.square(counts_sum)"),
    # The parentheses of the denominator are missing; what is left is the power 0 of the sum.
    ("dcounts_sum", "precedence wrong_power", "-dcounts_sum_inv / counts_sum * counts_sum"),
    (
        "dcounts_sum",
        "wrong_upstream",
        "-(counts_sum**-2) * dprobs.sum(1, keepdim=True)",
    ),
    # dcounts
    # The second line assigns, so that the first term is missing.
    (
        "dcounts",
        "overwritten_accumulation missing_branch",
        """
        dcounts = counts_sum_inv * dprobs
        dcounts = torch.ones_like(counts) * dcounts_sum
        """,
    ),
    ("dcounts", "missing_local_derivative", "dprobs + dcounts_sum"),
    (
        "dcounts",
        "missing_upstream",
        """
        dcounts = dprobs * counts_sum_inv
        dcounts += torch.ones_like(counts)
        """,
    ),
    # `counts_sum` for its inverse: another variable, and the exponent 1 of it instead of -1.
    ("dcounts", "wrong_variable wrong_power", "dprobs * counts_sum + dcounts_sum"),
    ("dcounts", "wrong_upstream", "counts_sum_inv * dprobs + dcounts_sum_inv"),
    # dnorm_logits
    # exp's derivative alone, which is the forward variable `counts`.
    ("dnorm_logits", "missing_upstream forward_value_returned", "torch.exp(norm_logits)"),
    ("dnorm_logits", "wrong_variable", "logits.exp() * dcounts"),
    # Divided where it should multiply: exponent -1 for 1, or the quotient of log's derivative.
    ("dnorm_logits", "wrong_power other_function", "dcounts / counts"),
    ("dnorm_logits", "missing_local_derivative", "1.0 * dcounts"),
    ("dnorm_logits", "wrong_upstream", "norm_logits.exp() * dprobs"),
    # dlogit_maxes
    ("dlogit_maxes", "wrong_sign", "dnorm_logits.sum(dim=1)[:, None]"),
    ("dlogit_maxes", "missing_sum", "-1 * dnorm_logits"),
    ("dlogit_maxes", "wrong_axis", "-dnorm_logits.sum(0, keepdim=True)"),
    ("dlogit_maxes", "wrong_variable", "-(logit_maxes * dnorm_logits).sum(1, keepdim=True)"),
    ("dlogit_maxes", "zero_answer", "torch.zeros_like(logit_maxes)"),
    # dlogits
    (
        "dlogits",
        "wrong_index",
        "dnorm_logits + F.one_hot(Yb, logits.shape[1]) * dlogit_maxes",
    ),
    ("dlogits", "missing_local_derivative", "dnorm_logits + dlogit_maxes"),
    (
        "dlogits",
        "overwritten_accumulation",
        """
        dlogits = dnorm_logits.clone()
        dlogits[range(n), logits.argmax(1)] = dlogit_maxes.squeeze(1)
        """,
    ),
    (
        "dlogits",
        "all_rows_indexed",
        """
        dlogits = dnorm_logits.clone()
        dlogits[:, logits.max(1).indices] += dlogit_maxes
        """,
    ),
    ("dlogits", "shortcut", "(probs - F.one_hot(Yb, probs.shape[1])) / n"),
    (
        "dlogits",
        "missing_upstream",
        """
        winner = F.one_hot(logits.argmax(dim=1), num_classes=logits.shape[1])
        dlogits = dnorm_logits + winner
        """,
    ),
)
