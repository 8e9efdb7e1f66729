"""Stage 01, from the loss to the logits: what students type wrongly."""

from tests.mutants.kinds import Mistakes

__all__ = ["MISTAKES"]

_AT_TARGETS = "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[{place}] = {value}"
_MAXIMA = "F.one_hot(logits.argmax(1), logits.shape[1])"


def _at(place: str, value: str) -> str:
    return _AT_TARGETS.format(place=place, value=value)


MISTAKES: Mistakes = {
    "dlogprobs": {
        "missing_mean_factor": [_at("range(n), Yb", "-1.0")],
        "wrong_sign": [_at("range(n), Yb", "1.0 / n")],
        "all_rows_indexed": [_at(":, Yb", "-1.0 / n")],
        "bessel": [_at("range(n), Yb", "-1.0 / (n - 1)")],
        "extra_mean_factor": ["-F.one_hot(Yb, logprobs.shape[1]) / logprobs.numel()"],
        "wrong_index": [_at("range(n), logits.argmax(1)", "-1.0 / n")],
        "other_function": ["torch.full_like(logprobs, -1.0 / n)"],
        "zero_answer": ["torch.zeros_like(logprobs)"],
        "broadcast_shape": ["torch.full((n, 1), -1.0 / n)"],
        "forward_value_returned": ["logprobs.clone()"],
        "hard_coded_size": [_at("range(32), Yb", "-1.0 / 32"), "-F.one_hot(Yb, 27) / n"],
        "missing_classes": ["-F.one_hot(Yb) / n"],
        "missing_local_derivative": ["-logprobs / n"],
        "not_attempted": ["raise NotImplementedError()"],
        "transposed": ["(-F.one_hot(Yb, logprobs.shape[1]) / n).T"],
    },
    "dprobs": {
        "missing_upstream": ["1.0 / probs"],
        "missing_local_derivative": ["dlogprobs.clone()"],
        "wrong_variable": ["dlogprobs / logprobs", "dlogprobs / counts"],
        "wrong_sign": ["-dlogprobs / probs"],
        "other_function": ["dlogprobs * probs", "dlogprobs * probs.exp()"],
        "wrong_power": ["dlogprobs / probs**2"],
        "extra_sum": ["(dlogprobs / probs).sum(1, keepdim=True)"],
        "matmul_for_elementwise": ["dlogprobs @ (1.0 / probs).T"],
        "extra_mean_factor": ["dlogprobs / probs / n"],
        "aliasing": ["dprobs = dlogprobs\ndprobs /= probs"],
        "not_finite": ["dlogprobs / (probs - probs)"],
        "transposed": ["(dlogprobs / probs).T"],
        "raised": ["dlogprobs @ probs"],
        "not_a_tensor": ["(dlogprobs / probs).tolist()"],
    },
    "dcounts_sum_inv": {
        "missing_sum": ["counts * dprobs"],
        "mean_instead_of_sum": ["(counts * dprobs).mean(1, keepdim=True)"],
        "wrong_axis": ["(counts * dprobs).sum(0, keepdim=True)"],
        "extra_sum": ["(counts * dprobs).sum()"],
        "missing_local_derivative": ["dprobs.sum(1, keepdim=True)"],
        "missing_upstream": ["counts.sum(1, keepdim=True)"],
        "product_of_sums": ["counts.sum(1, keepdim=True) * dprobs.sum(1, keepdim=True)"],
        "wrong_variable": [
            "(probs * dprobs).sum(1, keepdim=True)",
            "(norm_logits * dprobs).sum(1, keepdim=True)",
        ],
        "wrong_upstream": ["(counts * dlogprobs).sum(1, keepdim=True)"],
        "wrong_sign": ["-(counts * dprobs).sum(1, keepdim=True)"],
        "matmul_for_elementwise": ["(counts @ dprobs.T).sum(1, keepdim=True)"],
        "forward_value_returned": ["counts_sum_inv.clone()"],
    },
    "dcounts_sum": {
        "wrong_sign": ["counts_sum**-2 * dcounts_sum_inv"],
        "wrong_power": [
            "-(counts_sum**-1) * dcounts_sum_inv",
            "-(counts_sum**-3) * dcounts_sum_inv",
        ],
        "wrong_variable": ["-(counts_sum_inv**-2) * dcounts_sum_inv"],
        "missing_upstream": ["-(counts_sum**-2)"],
        "missing_local_derivative": ["dcounts_sum_inv.clone()"],
        "other_function": ["dcounts_sum_inv / counts_sum"],
        "precedence": ["-(counts_sum ** (-2 * dcounts_sum_inv))"],
        "wrong_constant": ["-2 * counts_sum**-2 * dcounts_sum_inv"],
        "aliasing": ["dcounts_sum = -counts_sum.pow_(-2) * dcounts_sum_inv"],
        "extra_sum": ["(-(counts_sum**-2) * dcounts_sum_inv).sum()"],
        "not_attempted": ["dcounts_sum = ..."],
    },
    "dcounts": {
        "missing_branch": ["counts_sum_inv * dprobs", "dcounts_sum.expand_as(counts)"],
        "branch_twice": ["counts_sum_inv * dprobs + 2 * dcounts_sum"],
        "overwritten_accumulation": [
            "dcounts = counts_sum_inv * dprobs\ndcounts = torch.ones_like(counts) * dcounts_sum"
        ],
        "wrong_variable": ["counts_sum * dprobs + dcounts_sum"],
        "wrong_sign": ["counts_sum_inv * dprobs - dcounts_sum"],
        "missing_local_derivative": ["dprobs + dcounts_sum"],
        "wrong_upstream": [
            "counts_sum_inv * dlogprobs + dcounts_sum",
            "counts_sum_inv * dprobs + dcounts_sum_inv",
        ],
        "missing_upstream": ["counts_sum_inv * dprobs + 1.0"],
        "other_function": ["counts_sum_inv * dprobs + counts * dcounts_sum"],
        "mean_instead_of_sum": ["counts_sum_inv * dprobs + dcounts_sum / counts.shape[1]"],
        "aliasing": ["dcounts = dprobs\ndcounts *= counts_sum_inv\ndcounts += dcounts_sum"],
        "wrong_axis": ["counts_sum_inv * dprobs + dcounts_sum.view(-1)[: counts.shape[1]]"],
    },
    "dnorm_logits": {
        "missing_local_derivative": ["dcounts.clone()"],
        "missing_upstream": ["counts.clone()"],
        "wrong_variable": ["norm_logits * dcounts", "logits.exp() * dcounts", "probs * dcounts"],
        "other_function": ["dcounts / counts", "dcounts.exp()"],
        "wrong_upstream": ["counts * dprobs"],
        "wrong_sign": ["-counts * dcounts"],
        "shortcut": ["(probs - F.one_hot(Yb, probs.shape[1])) / n"],
        "matmul_for_elementwise": ["counts @ dcounts.T"],
        "aliasing": ["dnorm_logits = counts\ndnorm_logits *= dcounts"],
        "extra_sum": ["(counts * dcounts).sum(1, keepdim=True)"],
        "broadcast_shape": ["(counts * dcounts)[:1]"],
    },
    "dlogit_maxes": {
        "missing_sum": ["-dnorm_logits"],
        "wrong_sign": ["dnorm_logits.sum(1, keepdim=True)"],
        "wrong_axis": ["-dnorm_logits.sum(0, keepdim=True)"],
        "mean_instead_of_sum": ["-dnorm_logits.mean(1, keepdim=True)"],
        "extra_sum": ["-dnorm_logits.sum()"],
        "zero_answer": ["torch.zeros_like(logit_maxes)"],
        "wrong_upstream": ["-dcounts.sum(1, keepdim=True)"],
        "other_function": ["-dnorm_logits.max(1, keepdim=True).values"],
        "wrong_index": ["-dnorm_logits[range(n), logits.argmax(1)][:, None]"],
        "missing_upstream": ["torch.full_like(logit_maxes, -logits.shape[1])"],
        "forward_value_returned": ["logit_maxes.clone()"],
        "product_of_sums": ["-dnorm_logits.sum(1, keepdim=True) * norm_logits.sum(1, True)"],
    },
    "dlogits": {
        "missing_branch": ["dnorm_logits.clone()", f"{_MAXIMA} * dlogit_maxes"],
        "shortcut": ["(F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n"],
        "branch_twice": [f"dnorm_logits + 2 * {_MAXIMA} * dlogit_maxes"],
        "overwritten_accumulation": [
            "dlogits = dnorm_logits.clone()\n"
            "dlogits[range(n), logits.argmax(1)] = dlogit_maxes[:, 0]"
        ],
        "aliasing": [f"dlogits = dnorm_logits\ndlogits += {_MAXIMA} * dlogit_maxes"],
        "wrong_sign": [f"dnorm_logits - {_MAXIMA} * dlogit_maxes"],
        "all_rows_indexed": [
            "dlogits = dnorm_logits.clone()\ndlogits[:, logits.argmax(1)] += dlogit_maxes"
        ],
        "wrong_index": [
            "dnorm_logits + F.one_hot(Yb, logits.shape[1]) * dlogit_maxes",
            "dnorm_logits + F.one_hot(logits.argmin(1), logits.shape[1]) * dlogit_maxes",
        ],
        "missing_upstream": [f"dnorm_logits + {_MAXIMA}"],
        "missing_local_derivative": ["dnorm_logits + dlogit_maxes"],
        "missing_classes": ["dnorm_logits + F.one_hot(logits.argmax(1)) * dlogit_maxes"],
        "hard_coded_size": ["dnorm_logits + F.one_hot(logits.argmax(1), 27) * dlogit_maxes"],
        "wrong_upstream": [f"dnorm_logits + {_MAXIMA} * dcounts_sum"],
        "wrong_axis": ["dnorm_logits + (logits == logits.max(0).values) * dlogit_maxes"],
    },
}
