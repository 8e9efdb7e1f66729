"""Stage 01, from the loss to `counts_sum`: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    (
        "dlogprobs",
        "missing_mean_factor",
        """
        dlogprobs = torch.zeros_like(logprobs)
        dlogprobs[torch.arange(n), Yb] = -1.0
        """,
    ),
    ("dlogprobs", "wrong_sign", "F.one_hot(Yb, num_classes=logprobs.shape[1]) / n"),
    (
        "dlogprobs",
        "all_rows_indexed",
        """
        dlogprobs = torch.zeros(logprobs.shape)
        dlogprobs[:, Yb] = -1 / n
        """,
    ),
    # The mean is taken over all entries: one over the row's length too many, which is no 1/n.
    (
        "dlogprobs",
        "wrong_constant extra_mean_factor",
        "-F.one_hot(Yb, logprobs.shape[1]) / logprobs.numel()",
    ),
    ("dlogprobs", "wrong_index", "torch.full_like(logprobs, -1 / n)"),
    (
        "dlogprobs",
        "wrong_index",
        """
        dlogprobs = torch.zeros_like(logprobs)
        dlogprobs[Yb] = -1.0 / n
        """,
    ),
    (
        "dlogprobs",
        "wrong_variable",
        """
        dlogprobs = torch.zeros_like(logprobs)
        for i in range(n):
            dlogprobs[i, Yb[i]] = -logprobs[i, Yb[i]] / n
        """,
    ),
    ("dlogprobs", "missing_classes", "-1.0 / n * F.one_hot(Yb)"),
    (
        "dlogprobs",
        "bessel",
        "torch.zeros_like(logprobs).scatter(1, Yb.unsqueeze(1), -1.0 / (n - 1))",
    ),
    ("dprobs", "missing_upstream", "torch.where(dlogprobs != 0, 1 / probs, 0.0)"),
    # x in place of 1/x: the exponent is wrong, and the quotient the wrong way round.
    ("dprobs", "other_function wrong_power", "probs * dlogprobs"),
    # log(x) is taken for its own derivative, which is to multiply by the result.
    ("dprobs", "other_function wrong_variable", "torch.log(probs) * dlogprobs"),
    ("dprobs", "wrong_power", "dlogprobs / probs.square()"),
    ("dprobs", "wrong_sign", "-(1 / probs) * dlogprobs"),
    ("dprobs", "wrong_variable", "torch.div(dlogprobs, counts)"),
    ("dprobs", "missing_local_derivative", "dlogprobs.clone()"),
    ("dcounts_sum_inv", "missing_sum", "counts * dprobs"),
    ("dcounts_sum_inv", "wrong_axis", "torch.sum(counts * dprobs, dim=0, keepdim=True)"),
    ("dcounts_sum_inv", "missing_local_derivative", "dprobs.sum(1, keepdim=True)"),
    ("dcounts_sum_inv", "product_of_sums", 'torch.einsum("ij,ik->i", counts, dprobs)[:, None]'),
    ("dcounts_sum_inv", "mean_instead_of_sum", "(dprobs * counts).mean(dim=1, keepdim=True)"),
    ("dcounts_sum_inv", "wrong_variable", "(norm_logits * dprobs).sum(1).unsqueeze(1)"),
    ("dcounts_sum_inv", "extra_sum", "(counts * dprobs).sum().expand(n, 1)"),
    ("dcounts_sum_inv", "matmul_for_elementwise", "(counts @ dprobs.T).sum(1, keepdim=True)"),
    (
        "dcounts_sum_inv",
        "wrong_upstream",
        """
        each = counts * dlogprobs
        dcounts_sum_inv = each.sum(1, keepdim=True)
        """,
    ),
    ("dcounts_sum", "wrong_power", "-(1 / counts_sum) * dcounts_sum_inv"),
    ("dcounts_sum", "wrong_sign", "dcounts_sum_inv / counts_sum**2"),
    ("dcounts_sum", "missing_upstream", "-torch.pow(counts_sum, -2)"),
    ("dcounts_sum", "other_function", "counts_sum.log() * dcounts_sum_inv"),
    # The rule of the power at the result: minus counts_sum squared, so the exponent is wrong too.
    ("dcounts_sum", "wrong_variable wrong_power", "-(counts_sum_inv**-2) * dcounts_sum_inv"),
    ("dcounts_sum", "wrong_constant", "-2 * counts_sum_inv**2 * dcounts_sum_inv"),
)
