"""Stage 02: what students type wrongly for cross entropy in one expression."""

from tests.mutants.kinds import Mistakes, edited

__all__ = ["MISTAKES"]

_ONE_HOT = "F.one_hot(Yb, logits.shape[1])"
_LOGSUMEXP = "largest = x.max(1).values\nreturn largest + (x - largest[:, None]).exp().sum(1).log()"
_AT_TARGETS = "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n"
_EXAMPLE = "gradient = F.softmax(x, 0)\ngradient[y] -= 1\nreturn gradient"
_JACOBIAN = "p = F.softmax(x, 0)\nreturn torch.diag(p) - torch.outer(p, p)"

MISTAKES: Mistakes = {
    "probs": {
        "wrong_axis": ["F.softmax(logits, 0)", "logits.exp() / logits.exp().sum(0, keepdim=True)"],
        "extra_sum": ["logits.exp() / logits.exp().sum()"],
        "missing_local_derivative": ["(logits - logits.max(1, keepdim=True).values).exp()"],
        "other_function": ["F.log_softmax(logits, 1)", "torch.sigmoid(logits)"],
        "mean_instead_of_sum": ["logits.exp() / logits.exp().mean(1, keepdim=True)"],
        "missing_sum": ["logits.exp() / logits.exp().max(1, keepdim=True).values"],
        "wrong_variable": ["logits / logits.sum(1, keepdim=True)"],
        "wrong_index": ["F.softmax(logits, 1)[range(n), Yb]"],
        "aliasing": ["logits -= logits.max(1, keepdim=True).values\nprobs = F.softmax(logits, 1)"],
        "wrong_sign": ["F.softmax(-logits, 1)"],
        "transposed": ["F.softmax(logits, 1).T"],
    },
    "softmax_jacobian": {
        "missing_branch": [
            "p = F.softmax(x, 0)\nreturn torch.diag(p * (1 - p))",
            "p = F.softmax(x, 0)\nreturn -torch.outer(p, p)",
            "p = F.softmax(x, 0)\nreturn torch.diag(p)",
        ],
        "wrong_sign": [
            edited(_JACOBIAN, ("- torch", "+ torch")),
            f"{_JACOBIAN} * -1 - torch.diag(p)",
        ],
        "missing_local_derivative": [edited(_JACOBIAN, ("torch.diag(p)", "torch.eye(len(x))"))],
        "elementwise_for_matmul": [edited(_JACOBIAN, ("torch.outer(p, p)", "p * p"))],
        "missing_sum": ["p = F.softmax(x, 0)\nreturn p * (1 - p)"],
        "other_function": ["p = torch.sigmoid(x)\nreturn torch.diag(p) - torch.outer(p, p)"],
        "hard_coded_size": [
            "p = F.softmax(x, 0)\nreturn torch.eye(27) * p - torch.outer(p, p)",
        ],
        "forward_value_returned": ["F.softmax(x, 0)"],
        "used_autograd": [
            "torch.autograd.functional.jacobian(lambda z: F.softmax(z, 0), x)",
            "torch.func.jacrev(lambda z: F.softmax(z, 0))(x)",
        ],
        "precedence": ["p = F.softmax(x, 0)\nreturn torch.diag(p - torch.outer(p, p))"],
    },
    "example_gradient": {
        "wrong_sign": ["F.one_hot(torch.tensor(y), len(x)) - F.softmax(x, 0)"],
        "missing_branch": ["F.softmax(x, 0)", "-1.0 * F.one_hot(torch.tensor(y), len(x))"],
        "wrong_index": [
            edited(_EXAMPLE, ("[y]", "[0]")),
            edited(_EXAMPLE, ("[y]", "[x.argmax()]")),
        ],
        "all_rows_indexed": ["F.softmax(x, 0) - 1"],
        "wrong_constant": [edited(_EXAMPLE, ("-= 1", "-= 1 / len(x)"))],
        "overwritten_accumulation": [edited(_EXAMPLE, ("-= 1", "= -1"))],
        "wrong_variable": ["gradient = x.clone()\ngradient[y] -= 1\nreturn gradient"],
        "aliasing": ["x[y] -= 0.5\nx[y] += 0.5\nx += 1\n" + _EXAMPLE],
        "missing_classes": [
            "F.softmax(x, 0) - F.one_hot(torch.tensor([y, 0]))[0]",
        ],
        "forward_value_returned": ["-F.log_softmax(x, 0)[y]"],
        "used_autograd": [
            "z = x.clone().requires_grad_()\n"
            "F.cross_entropy(z, torch.tensor(y)).backward()\n"
            "return z.grad"
        ],
    },
    "dlogits": {
        "missing_mean_factor": [f"F.softmax(logits, 1) - {_ONE_HOT}"],
        "wrong_sign": [f"({_ONE_HOT} - F.softmax(logits, 1)) / n"],
        "wrong_axis": [f"(F.softmax(logits, 0) - {_ONE_HOT}) / n"],
        "missing_branch": [f"-{_ONE_HOT} / n", "F.softmax(logits, 1) / n"],
        "wrong_variable": [f"(logits - {_ONE_HOT}) / n", f"(logits.exp() - {_ONE_HOT}) / n"],
        "extra_mean_factor": [f"(F.softmax(logits, 1) - {_ONE_HOT}) / logits.numel()"],
        "all_rows_indexed": [edited(_AT_TARGETS, ("range(n)", ":"))],
        "bessel": [f"(F.softmax(logits, 1) - {_ONE_HOT}) / (n - 1)"],
        "precedence": [f"F.softmax(logits, 1) - {_ONE_HOT} / n"],
        "overwritten_accumulation": [edited(_AT_TARGETS, ("-= 1", "= -1"))],
        "hard_coded_size": [
            f"(F.softmax(logits, 1) - {_ONE_HOT}) / 32",
            "(F.softmax(logits, 1) - F.one_hot(Yb, 27)) / n",
        ],
        "missing_classes": ["(F.softmax(logits, 1) - F.one_hot(Yb)) / n"],
        "wrong_index": [edited(_AT_TARGETS, ("Yb", "logits.argmax(1)"))],
        "raised": [f"(probs - {_ONE_HOT}) / n"],
        "aliasing": [edited(_AT_TARGETS, ("F.softmax(logits, 1)", "logits.exp_()")) + "\n"],
    },
    "breaking_scale": {
        "too_small": ["1.0", "10.0"],
        "too_large": ["1000.0", "1e6"],
        "wrong_sign": ["-100.0"],
        "zero_answer": ["0.0"],
        "not_attempted": ["None"],
        "not_a_tensor": ["'about 100'"],
        "wrong_constant": ["708 / float(logits.max() - logits.min())"],
    },
    "logsumexp": {
        "not_finite": ["x.exp().sum(1).log()"],
        "wrong_axis": ["torch.logsumexp(x, 0)"],
        "missing_branch": ["(x - x.amax(1, keepdim=True)).exp().sum(1).log()", "x.amax(1)"],
        "wrong_sign": [edited(_LOGSUMEXP, ("largest + ", "largest - "))],
        "mean_instead_of_sum": [edited(_LOGSUMEXP, ("sum(1)", "mean(1)"))],
        "precedence": [
            "m = x.amax(1, keepdim=True)\nreturn (m + (x - m).exp().sum(1, keepdim=True)).log()"
        ],
        "missing_sum": ["x.amax(1, keepdim=True) + (x - x.amax(1, keepdim=True)).exp().log()"],
        "aliasing": ["m = x.max(1).values\nx -= m[:, None]\nreturn m + x.exp().sum(1).log()"],
        "wrong_variable": ["x.mean(1) + (x - x.mean(1, keepdim=True)).exp().sum(1).log()"],
        "extra_sum": ["torch.logsumexp(x, 1).sum()"],
        "transposed": ["torch.logsumexp(x.T, 1)"],
        "wrong_index": ["x[:, 0] + (x - x[:, :1]).exp().sum(1).log()"],
        "wrong_constant": ["torch.log1p((x - x.amax(1, keepdim=True)).exp().sum(1)) + x.amax(1)"],
    },
}
