"""Stage 02: softmax, its derivatives, and the log of a sum of exponentials."""

MISTAKES = (
    ("probs", "wrong_axis", "F.softmax(logits, dim=0)"),
    (
        "probs",
        "mean_instead_of_sum",
        """
        counts = logits.exp()
        probs = counts / counts.mean(1, keepdim=True)
        """,
    ),
    ("probs", "extra_sum", "logits.exp() / logits.exp().sum()"),
    ("probs", "other_function", "F.log_softmax(logits, 1)"),
    # The diagonal is forgotten: one of the two parts of the fused expression.
    (
        "softmax_jacobian",
        "missing_branch",
        """
        def softmax_jacobian(x):
            p = torch.softmax(x, -1)
            return -p[:, None] * p[None, :]
        """,
    ),
    # p_i (1 - p_i) and zeros elsewhere: the outer part is missing off the diagonal, and each
    # entry is the derivative of a sigmoid.
    (
        "softmax_jacobian",
        "missing_branch other_function",
        """
        def softmax_jacobian(x):
            p = x.exp() / x.exp().sum()
            return torch.diag(p * (1 - p))
        """,
    ),
    (
        "softmax_jacobian",
        "wrong_sign",
        """
        def softmax_jacobian(x):
            p = F.softmax(x, 0)
            J = torch.zeros(len(p), len(p), dtype=x.dtype)
            for i in range(len(p)):
                for j in range(len(p)):
                    J[i, j] = p[i] * (i == j) + p[i] * p[j]
            return J
        """,
    ),
    (
        "example_gradient",
        "overwritten_accumulation",
        """
        def example_gradient(x, y):
            p = torch.softmax(x, 0)
            p[y] = -1
            return p
        """,
    ),
    (
        "example_gradient",
        "wrong_sign",
        """
        def example_gradient(x, y):
            hot = F.one_hot(torch.tensor(y), len(x))
            return hot - F.softmax(x, dim=0)
        """,
    ),
    # The logits where the probabilities belong.
    (
        "example_gradient",
        "wrong_variable",
        """
        def example_gradient(x, y):
            g = x.clone()
            g[y] -= 1
            return g
        """,
    ),
    ("dlogits", "missing_mean_factor", "F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])"),
    # The parentheses are missing, so that 1/n is left out of the softmax.
    (
        "dlogits",
        "precedence missing_mean_factor",
        "F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1]) / n",
    ),
    ("dlogits", "missing_branch", "logits.softmax(1) / n"),
    ("dlogits", "bessel", "(logits.softmax(1) - F.one_hot(Yb, logits.size(1))) / (n - 1)"),
    ("dlogits", "wrong_axis", "(logits.softmax(0) - F.one_hot(Yb, logits.size(1))) / n"),
    (
        "dlogits",
        "all_rows_indexed",
        """
        dlogits = torch.softmax(logits, 1)
        dlogits[:, Yb] -= 1
        dlogits /= n
        """,
    ),
    # The counts where the probabilities belong.
    ("dlogits", "wrong_variable", "(logits.exp() - F.one_hot(Yb, logits.shape[1])) / n"),
    (
        "dlogits",
        "wrong_index",
        """
        dlogits = F.softmax(logits, dim=1)
        dlogits[range(n), logits.argmax(1)] -= 1
        dlogits /= n
        """,
    ),
    (
        "logsumexp",
        "not_finite",
        """
        def logsumexp(x):
            return x.exp().sum(1).log()
        """,
    ),
    # The shift is taken off and not added again: a term of the sum is missing.
    (
        "logsumexp",
        "missing_branch",
        """
        def logsumexp(x):
            m = x.max(1, keepdim=True).values
            return torch.log(torch.exp(x - m).sum(1))
        """,
    ),
    (
        "logsumexp",
        "mean_instead_of_sum",
        """
        def logsumexp(x):
            top = x.amax(1)
            return (x - top[:, None]).exp().mean(1).log() + top
        """,
    ),
)
