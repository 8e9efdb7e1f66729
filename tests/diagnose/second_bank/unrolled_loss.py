"""Stage 01, from the loss to the logits."""

STAGE = "01_unrolled"

_ZEROS = "dlogprobs = torch.zeros_like(logprobs)\n"
_LARGEST = "F.one_hot(logits.max(1).indices, num_classes=logits.shape[1])"

MISTAKES = {
    "dlogprobs": [
        ("wrong_sign", _ZEROS + "dlogprobs[range(n), Yb] = 1.0 / n"),
        ("missing_mean_factor", _ZEROS + "dlogprobs[range(n), Yb] = -1.0"),
        ("bessel", _ZEROS + "dlogprobs[range(n), Yb] = -1.0 / (n - 1)"),
        ("all_rows_indexed", _ZEROS + "dlogprobs[:, Yb] = -1.0 / n"),
        ("wrong_index", _ZEROS + "dlogprobs[range(n), Xb[:, -1]] = -1.0 / n"),
        ("wrong_index", "-torch.ones_like(logprobs) / n"),
        # A mean over all entries: 1/27 too many, and so another constant.
        (
            ("extra_mean_factor", "wrong_constant"),
            _ZEROS + "dlogprobs[range(n), Yb] = -1.0 / logprobs.numel()",
        ),
        ("wrong_constant", _ZEROS + "dlogprobs[range(n), Yb] = -1.0 / logprobs.shape[1]"),
        ("extra_mean_factor", _ZEROS + "dlogprobs[range(n), Yb] = -1.0 / n**2"),
        ("wrong_variable", _ZEROS + "dlogprobs[range(n), Yb] = -logprobs[range(n), Yb] / n"),
        ("hard_coded_size", _ZEROS + "dlogprobs[range(n), Yb] = -1.0 / 32"),
        ("zero_answer", _ZEROS.strip()),
        ("missing_classes", "-F.one_hot(Yb) / n"),
    ],
    "dprobs": [
        ("missing_upstream", "1.0 / probs"),
        ("missing_local_derivative", "dlogprobs.clone()"),
        ("wrong_variable", "dlogprobs / logprobs"),
        ("wrong_variable", "dlogprobs / counts"),
        # The function itself in place of its derivative, which is another variable, too.
        (("other_function", "wrong_variable"), "probs.log() * dlogprobs"),
        # The exponential's derivative; or the exponent 1 for -1.
        (("other_function", "wrong_power"), "probs * dlogprobs"),
        ("wrong_sign", "-dlogprobs / probs"),
        ("wrong_power", "dlogprobs / probs**2"),
        ("extra_mean_factor", "dlogprobs / probs / n"),
        # `d` forgotten: no upstream gradient, and a forward variable in its place.
        (("missing_upstream", "wrong_variable"), "(1.0 / probs) * logprobs"),
        # The quotient turned round; where dlogprobs is zero that is infinite.
        (("other_function", "not_finite"), "probs / dlogprobs"),
    ],
    "dcounts_sum_inv": [
        ("missing_sum", "counts * dprobs"),
        ("wrong_axis", "(counts * dprobs).sum(0, keepdim=True)"),
        ("mean_instead_of_sum", "(counts * dprobs).mean(1, keepdim=True)"),
        ("product_of_sums", "counts_sum * dprobs.sum(1, keepdim=True)"),
        # The local derivative alone, summed: that is counts_sum.
        (("missing_upstream", "forward_value_returned"), "counts.sum(1, keepdim=True)"),
        ("missing_local_derivative", "dprobs.sum(1, keepdim=True)"),
        ("wrong_variable", "(probs * dprobs).sum(1, keepdim=True)"),
        ("wrong_upstream", "(counts * dlogprobs).sum(1, keepdim=True)"),
        ("extra_sum", "(counts * dprobs).sum()"),
        ("matmul_for_elementwise", "counts @ dprobs.T"),
        ("wrong_sign", "-(counts * dprobs).sum(1, keepdim=True)"),
        (("missing_upstream", "wrong_variable"), "(counts * probs).sum(1, keepdim=True)"),
    ],
    "dcounts_sum": [
        ("wrong_sign", "counts_sum**-2 * dcounts_sum_inv"),
        ("missing_upstream", "-(counts_sum**-2)"),
        ("missing_local_derivative", "dcounts_sum_inv"),
        ("wrong_power", "-counts_sum_inv * dcounts_sum_inv"),
        ("wrong_power", "-(counts_sum**2) * dcounts_sum_inv"),
        ("other_function", "counts_sum.log() * dcounts_sum_inv"),
        ("wrong_constant", "-2.0 * counts_sum**-2 * dcounts_sum_inv"),
        ("extra_sum", "(-(counts_sum**-2) * dcounts_sum_inv).sum(0, keepdim=True)"),
        ("wrong_variable", "(-(counts**-2) * dcounts_sum_inv).sum(1, keepdim=True)"),
        (("missing_upstream", "wrong_variable"), "-(counts_sum**-2) * counts_sum_inv"),
    ],
    "dcounts": [
        ("missing_branch", "counts_sum_inv * dprobs"),
        ("missing_branch", "torch.ones_like(counts) * dcounts_sum"),
        (
            "overwritten_accumulation",
            "dcounts = dprobs * counts_sum_inv\ndcounts = torch.ones_like(counts) * dcounts_sum",
        ),
        ("wrong_sign", "counts_sum_inv * dprobs - dcounts_sum"),
        ("wrong_variable", "counts_sum_inv * dprobs + counts * dcounts_sum"),
        ("wrong_variable", "counts_sum * dprobs + dcounts_sum"),
        (
            "branch_twice",
            "dcounts = counts_sum_inv * dprobs + dcounts_sum\ndcounts += dcounts_sum",
        ),
        ("missing_local_derivative", "dprobs + dcounts_sum"),
        ("missing_upstream", "counts_sum_inv * dprobs + torch.ones_like(counts)"),
        ("wrong_upstream", "counts_sum_inv * dlogprobs + dcounts_sum"),
        ("wrong_upstream", "counts_sum_inv * dprobs + dcounts_sum_inv"),
        # The sum taken for a mean over the 27 characters: 1/27 too many.
        (
            ("extra_mean_factor", "wrong_constant"),
            "counts_sum_inv * dprobs + dcounts_sum / counts.shape[1]",
        ),
    ],
    "dnorm_logits": [
        ("missing_local_derivative", "dcounts.clone()"),
        # The local derivative alone: that is counts.
        (("missing_upstream", "forward_value_returned"), "norm_logits.exp()"),
        ("wrong_variable", "norm_logits * dcounts"),
        ("wrong_variable", "logits.exp() * dcounts"),
        ("wrong_variable", "probs * dcounts"),
        # The logarithm's derivative, at counts; or the exponent -1 for 1.
        (("other_function", "wrong_power"), "dcounts / counts"),
        ("other_function", "counts * (1 - counts) * dcounts"),
        ("wrong_sign", "-counts * dcounts"),
        ("wrong_upstream", "counts * dprobs"),
        ("extra_sum", "(counts * dcounts).sum(1, keepdim=True)"),
        # The power rule on an exponential: also a factor too many.
        (("other_function", "wrong_variable"), "norm_logits * counts * dcounts"),
    ],
    "dlogit_maxes": [
        ("wrong_sign", "dnorm_logits.sum(1, keepdim=True)"),
        ("missing_sum", "-dnorm_logits"),
        ("wrong_axis", "-dnorm_logits.sum(0, keepdim=True)"),
        ("mean_instead_of_sum", "-dnorm_logits.mean(1, keepdim=True)"),
        ("wrong_variable", "(-dnorm_logits * logit_maxes).sum(1, keepdim=True)"),  # published
        # Published: a forward variable stands where the upstream gradient should.
        (("missing_upstream", "wrong_variable"), "-logit_maxes.sum(dim=1, keepdim=True)"),
        (("missing_upstream", "wrong_variable"), "-norm_logits.sum(1, keepdim=True)"),
        ("missing_upstream", "-torch.ones_like(norm_logits).sum(1, keepdim=True)"),
        ("zero_answer", "torch.zeros_like(logit_maxes)"),
        ("wrong_upstream", "-dcounts.sum(1, keepdim=True)"),
        ("wrong_index", "-dnorm_logits[range(n), logits.argmax(1)].view(-1, 1)"),
        ("extra_sum", "-dnorm_logits.sum()"),
    ],
    "dlogits": [
        ("missing_branch", "dnorm_logits.clone()"),
        ("missing_branch", f"{_LARGEST} * dlogit_maxes"),
        (
            "overwritten_accumulation",
            f"dlogits = dnorm_logits.clone()\ndlogits = {_LARGEST} * dlogit_maxes",
        ),
        (
            "overwritten_accumulation",
            "dlogits = dnorm_logits.clone()\n"
            "dlogits[range(n), logits.max(1).indices] = dlogit_maxes.squeeze(1)",
        ),
        ("wrong_sign", f"dnorm_logits.clone() - {_LARGEST} * dlogit_maxes"),  # published
        ("missing_local_derivative", "dnorm_logits + dlogit_maxes"),
        ("missing_upstream", f"dnorm_logits + {_LARGEST}"),
        (
            "wrong_index",
            "dnorm_logits + F.one_hot(Yb, num_classes=logits.shape[1]) * dlogit_maxes",
        ),
        # The largest of each column: another dimension, and so other entries.
        (
            ("wrong_axis", "wrong_index"),
            "dnorm_logits + (logits == logits.max(0, keepdim=True).values) * dlogit_maxes",
        ),
        ("wrong_index", "dnorm_logits + (logits == logits.max()) * dlogit_maxes"),
        (
            "all_rows_indexed",
            "dlogits = dnorm_logits.clone()\ndlogits[:, logits.max(1).indices] += dlogit_maxes",
        ),
        (
            "branch_twice",
            f"dlogits = dnorm_logits + {_LARGEST} * dlogit_maxes\ndlogits += dnorm_logits",
        ),
        ("shortcut", "(F.softmax(logits, 1) - F.one_hot(Yb, num_classes=logits.shape[1])) / n"),
        (("missing_upstream", "wrong_variable"), f"dnorm_logits + {_LARGEST} * logit_maxes"),
        ("wrong_upstream", f"dcounts + {_LARGEST} * dlogit_maxes"),
    ],
}

COMBINED = {
    "dlogprobs": [
        (("wrong_sign", "missing_mean_factor"), _ZEROS + "dlogprobs[range(n), Yb] = 1.0"),
        (("wrong_sign", "all_rows_indexed"), _ZEROS + "dlogprobs[:, Yb] = 1.0 / n"),
    ],
    "dcounts_sum_inv": [
        (("missing_sum", "wrong_variable"), "probs * dprobs"),
        (("wrong_axis", "wrong_sign"), "-(counts * dprobs).sum(0, keepdim=True)"),
    ],
    "dcounts": [(("missing_local_derivative", "wrong_sign"), "dprobs - dcounts_sum")],
    "dlogit_maxes": [
        (("missing_sum", "wrong_sign"), "dnorm_logits"),
        (("mean_instead_of_sum", "wrong_sign"), "dnorm_logits.mean(1, keepdim=True)"),
    ],
}

RIGHT = {
    "dlogprobs": ["-F.one_hot(Yb, num_classes=logprobs.shape[1]).to(logprobs.dtype) / n"],
    "dprobs": ["dlogprobs / probs", "torch.exp(-logprobs) * dlogprobs"],
    "dcounts_sum_inv": [
        "torch.einsum('nv,nv->n', counts, dprobs).view(-1, 1)",
        "torch.stack([counts[i] @ dprobs[i] for i in range(n)])[:, None]",
    ],
    "dcounts_sum": ["-counts_sum_inv**2 * dcounts_sum_inv", "-dcounts_sum_inv / counts_sum**2"],
    "dcounts": ["dprobs / counts_sum + dcounts_sum"],
    "dnorm_logits": ["dcounts * norm_logits.exp()"],
    "dlogit_maxes": ["-(dnorm_logits @ torch.ones(logits.shape[1], 1, dtype=logits.dtype))"],
    "dlogits": [
        "dnorm_logits + torch.where(logits == logit_maxes, dlogit_maxes, 0.0)",
        "dlogits = dnorm_logits.clone()\n"
        "dlogits[range(n), logits.argmax(1)] += dlogit_maxes.squeeze(1)",
        "dnorm_logits.scatter_add(1, logits.argmax(1, keepdim=True), dlogit_maxes)",
    ],
}
