"""Stage 02: softmax, its Jacobian, the fused gradient, and log-sum-exp."""

STAGE = "02_cross_entropy"

_PROBS = "p = F.softmax(logits, 1)\n"
_TARGETS = "F.one_hot(Yb, num_classes=logits.shape[1])"


def _function(head: str, *lines: str) -> str:
    """A function of these lines."""
    return f"def {head}:\n" + "".join(f"    {line}\n" for line in lines)


def _jacobian(result: str) -> str:
    return _function("softmax_jacobian(x)", "p = F.softmax(x, 0)", f"return {result}")


def _example(*lines: str) -> str:
    return _function("example_gradient(x, y)", *lines, "return gradient")


def _at_target(value: str) -> str:
    """The function that fills nothing but the target's entry."""
    return _example(
        "p = F.softmax(x, 0)", "gradient = torch.zeros_like(x)", f"gradient[y] = {value}"
    )


def _logsumexp(result: str, *, largest: str = "x.max(1).values") -> str:
    return _function("logsumexp(x)", f"largest = {largest}", f"return {result}")


MISTAKES = {
    "probs": [
        ("wrong_axis", "F.softmax(logits, 0)"),
        ("other_function", "torch.sigmoid(logits)"),
        ("other_function", "F.log_softmax(logits, 1)"),
        ("extra_sum", "counts = (logits - logits.max()).exp()\nprobs = counts / counts.sum()"),
        ("mean_instead_of_sum", "counts = logits.exp()\nprobs = counts / counts.mean(1, True)"),
        ("wrong_axis", "counts = logits.exp()\nprobs = counts / counts.sum(0, keepdim=True)"),
        # The logits themselves made to sum to one: no exponential, logits for counts.
        (("other_function", "wrong_variable"), "logits / logits.sum(1, keepdim=True)"),
        ("other_function", "counts = logits.exp()\nprobs = counts.sum(1, keepdim=True) / counts"),
        ("extra_mean_factor", "F.softmax(logits, 1) / n"),
    ],
    "softmax_jacobian": [
        # One number for each probability: only the diagonal, as for a sigmoid.
        (("missing_branch", "other_function"), _jacobian("torch.diag(p * (1 - p))")),
        ("missing_branch", _jacobian("torch.diag(p)")),
        ("missing_branch", _jacobian("-torch.outer(p, p)")),
        ("wrong_sign", _jacobian("torch.diag(p) + torch.outer(p, p)")),
        ("wrong_sign", _jacobian("torch.outer(p, p) - torch.diag(p)")),
        ("wrong_variable", _jacobian("torch.diag(x) - torch.outer(p, p)")),
        ("wrong_variable", _jacobian("torch.diag(p) - torch.outer(x, x)")),
        ("elementwise_for_matmul", _jacobian("torch.diag(p) - p * p")),
        ("other_function", _jacobian("torch.eye(len(x)) - p")),
        ("wrong_constant", _jacobian("torch.diag(p) - 2 * torch.outer(p, p)")),
        (("broadcast_shape", "missing_branch"), _jacobian("p * (1 - p)")),
    ],
    "example_gradient": [
        ("missing_branch", _example("gradient = F.softmax(x, 0)")),
        ("wrong_sign", _example("gradient = F.softmax(x, 0)", "gradient[y] += 1")),
        ("wrong_sign", _example("gradient = -F.softmax(x, 0)", "gradient[y] += 1")),
        ("wrong_index", _example("gradient = F.softmax(x, 0) - y")),
        ("wrong_index", _example("gradient = F.softmax(x, 0)", "gradient[0] -= 1")),
        ("overwritten_accumulation", _example("gradient = F.softmax(x, 0)", "gradient[y] = -1")),
        (
            "missing_branch",
            _at_target("p[y] - 1"),
        ),
        # The gradient for the probabilities: the step through the softmax is missing.
        (
            "missing_local_derivative",
            _at_target("-1 / p[y]"),
        ),
        ("wrong_variable", _example("gradient = x.clone()", "gradient[y] -= 1")),
        (
            ("other_function", "wrong_variable"),
            _example("gradient = F.log_softmax(x, 0)", "gradient[y] -= 1"),
        ),
        ("other_function", _example("gradient = torch.sigmoid(x)", "gradient[y] -= 1")),
        (
            "extra_mean_factor",
            _example(
                "gradient = F.softmax(x, 0)", "gradient[y] -= 1", "gradient = gradient / len(x)"
            ),
        ),
    ],
    "dlogits": [
        ("missing_mean_factor", f"F.softmax(logits, 1) - {_TARGETS}"),
        # Division binds first: one of the two terms stays without its 1/n.
        (("precedence", "missing_mean_factor"), f"F.softmax(logits, 1) - {_TARGETS} / n"),
        (
            "missing_mean_factor",
            _PROBS + "dlogits = p / n\ndlogits[range(n), Yb] -= 1",
        ),
        ("missing_branch", "F.softmax(logits, 1) / n"),
        ("missing_branch", f"-{_TARGETS} / n"),
        ("wrong_sign", f"({_TARGETS} - F.softmax(logits, 1)) / n"),
        ("wrong_sign", _PROBS + "p[range(n), Yb] += 1\ndlogits = p / n"),
        ("wrong_axis", f"(F.softmax(logits, 0) - {_TARGETS}) / n"),
        ("all_rows_indexed", _PROBS + "p[:, Yb] -= 1\ndlogits = p / n"),
        ("overwritten_accumulation", _PROBS + "p[range(n), Yb] = -1\ndlogits = p / n"),
        ("bessel", f"(F.softmax(logits, 1) - {_TARGETS}) / (n - 1)"),
        (
            ("extra_mean_factor", "wrong_constant"),
            f"(F.softmax(logits, 1) - {_TARGETS}) / logits.numel()",
        ),
        ("wrong_constant", f"(F.softmax(logits, 1) - {_TARGETS}) / logits.shape[1]"),
        ("wrong_variable", f"(logits - {_TARGETS}) / n"),
        (("other_function", "wrong_variable"), f"(F.log_softmax(logits, 1) - {_TARGETS}) / n"),
        ("other_function", f"(torch.sigmoid(logits) - {_TARGETS}) / n"),
        ("wrong_index", "(F.softmax(logits, 1) - 1) / n"),
        (
            "wrong_index",
            _PROBS + "p[range(n), logits.argmax(1)] -= 1\ndlogits = p / n",
        ),
        ("hard_coded_size", f"(F.softmax(logits, 1) - {_TARGETS}) / 32"),
        # Only the target's column: the rest of the softmax is a part left out.
        ("missing_branch", f"(F.softmax(logits, 1) - 1) * {_TARGETS} / n"),
        ("branch_twice", _PROBS + "p[range(n), Yb] -= 1\np[range(n), Yb] -= 1\ndlogits = p / n"),
    ],
    "logsumexp": [
        ("not_finite", _function("logsumexp(x)", "return x.exp().sum(1).log()")),
        ("missing_branch", _logsumexp("(x - largest[:, None]).exp().sum(1).log()")),
        ("wrong_sign", _logsumexp("(x - largest[:, None]).exp().sum(1).log() - largest")),
        ("mean_instead_of_sum", _logsumexp("largest + (x - largest[:, None]).exp().mean(1).log()")),
        ("missing_branch", _logsumexp("largest")),
        # Another base: the natural logarithm times a constant.
        (
            ("other_function", "wrong_constant"),
            _logsumexp("largest + (x - largest[:, None]).exp().sum(1).log2()"),
        ),
        ("extra_sum", _logsumexp("largest + (x - largest[:, None]).exp().sum().log()")),
        ("not_finite", _logsumexp("largest + (x - largest).exp().sum(1).log()", largest="x.max()")),
        (
            "not_finite",
            _logsumexp("largest + (x - largest[:, None]).exp().sum(1).log()", largest="x[:, 0]"),
        ),
        (
            "other_function",
            _logsumexp("largest + (x - largest[:, None]).exp().sum(1)"),
        ),
    ],
}

COMBINED = {
    "dlogits": [
        (("wrong_sign", "missing_mean_factor"), f"{_TARGETS} - F.softmax(logits, 1)"),
        (("wrong_axis", "missing_mean_factor"), f"F.softmax(logits, 0) - {_TARGETS}"),
        (("missing_branch", "missing_mean_factor"), "F.softmax(logits, 1)"),
        (("all_rows_indexed", "missing_mean_factor"), _PROBS + "p[:, Yb] -= 1\ndlogits = p"),
    ],
    "softmax_jacobian": [
        (("missing_branch", "wrong_sign"), _jacobian("torch.outer(p, p)")),
    ],
}

RIGHT = {
    "probs": [
        "F.log_softmax(logits, dim=-1).exp()",
        "shifted = logits - logits.amax(1, keepdim=True)\n"
        "probs = torch.stack([row.exp() / row.exp().sum() for row in shifted])",
    ],
    "softmax_jacobian": [
        _jacobian("p[:, None] * (torch.eye(len(x), dtype=x.dtype) - p)"),
        _function(
            "softmax_jacobian(x)",
            "p = x.exp() / x.exp().sum()",
            "jacobian = -p[:, None] * p[None, :]",
            "for i in range(len(x)):",
            "    jacobian[i, i] = p[i] * (1 - p[i])",
            "return jacobian",
        ),
    ],
    "example_gradient": [
        _example("gradient = F.softmax(x, 0) - F.one_hot(torch.tensor(y), num_classes=len(x))"),
        _example(
            "p = F.softmax(x, 0)", "gradient = torch.where(torch.arange(len(x)) == y, p - 1, p)"
        ),
    ],
    "dlogits": [
        _PROBS
        + "dlogits = torch.where(torch.arange(logits.shape[1]) == Yb[:, None], p - 1, p) / n",
        "F.softmax(logits, 1).scatter_add(1, Yb[:, None], -torch.ones(n, 1, dtype=logits.dtype))"
        ".div(n)",
        _PROBS
        + "dlogits = p.clone()\nfor i in range(n):\n    dlogits[i, Yb[i]] -= 1\ndlogits /= n",
    ],
    "logsumexp": [
        _function(
            "logsumexp(x)",
            "x = torch.sort(x, dim=1, descending=True).values",
            "return x[:, 0] + (x - x[:, :1]).exp().sum(dim=-1).log()",
        ),
    ],
}
