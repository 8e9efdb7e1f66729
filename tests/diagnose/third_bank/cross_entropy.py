"""Stage 02: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    ("probs", "wrong_axis", "torch.softmax(logits, dim=0)"),
    ("probs", "other_function", "F.log_softmax(logits, 1)"),
    (
        "probs",
        "extra_sum",
        """
        counts = logits.exp()
        probs = counts / counts.sum()
        """,
    ),
    ("probs", "mean_instead_of_sum", "logits.exp() / logits.exp().mean(1, keepdim=True)"),
    (
        "softmax_jacobian",
        "wrong_sign",
        """
        def softmax_jacobian(x):
            p = torch.softmax(x, 0)
            J = torch.zeros(len(x), len(x), dtype=x.dtype)
            for i in range(len(x)):
                for j in range(len(x)):
                    J[i, j] = p[i] * (1 - p[i]) if i == j else p[i] * p[j]
            return J
        """,
    ),
    (
        "softmax_jacobian",
        "missing_branch",
        """
        def softmax_jacobian(x):
            p = F.softmax(x, dim=-1)
            return torch.diag(p * (1 - p))
        """,
    ),
    (
        "softmax_jacobian",
        "elementwise_for_matmul",
        """
        def softmax_jacobian(x):
            p = F.softmax(x, 0)
            return torch.diag(p) - p * p
        """,
    ),
    (
        "softmax_jacobian",
        "wrong_variable",
        """
        def softmax_jacobian(x):
            return torch.diag(x) - torch.outer(x, x)
        """,
    ),
    (
        "example_gradient",
        "wrong_sign",
        """
        def example_gradient(x, y):
            p = torch.softmax(x, 0)
            return F.one_hot(torch.tensor(y), len(x)) - p
        """,
    ),
    (
        "example_gradient",
        "overwritten_accumulation",
        """
        def example_gradient(x, y):
            p = F.softmax(x, 0)
            p[y] = -1
            return p
        """,
    ),
    # The target's entry has the sign of the pull, 1 - p, and the others that of the push.
    (
        "example_gradient",
        "wrong_sign",
        """
        def example_gradient(x, y):
            gradient = F.softmax(x, 0)
            gradient[y] = 1 - gradient[y]
            return gradient
        """,
    ),
    (
        "example_gradient",
        "missing_upstream",
        """
        def example_gradient(x, y):
            p = F.softmax(x, 0)
            J = torch.diag(p) - torch.outer(p, p)
            return J[y]
        """,
    ),
    (
        "example_gradient",
        "missing_branch",
        """
        def example_gradient(x, y):
            e = (x - x.max()).exp()
            return e / e.sum()
        """,
    ),
    (
        "dlogits",
        "missing_mean_factor",
        "torch.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])",
    ),
    (
        "dlogits",
        "wrong_sign",
        """
        dlogits = -F.softmax(logits, 1)
        dlogits[range(n), Yb] += 1
        dlogits /= n
        """,
    ),
    ("dlogits", "missing_branch", "F.softmax(logits, 1) / n"),
    (
        "dlogits",
        "all_rows_indexed",
        """
        dlogits = F.softmax(logits, 1)
        dlogits[:, Yb] -= 1
        dlogits /= n
        """,
    ),
    ("dlogits", "wrong_axis", "(logits.softmax(0) - F.one_hot(Yb, logits.shape[1])) / n"),
    # The division binds to one term only, so that the mean's factor is missing from the other.
    (
        "dlogits",
        "precedence missing_mean_factor",
        "F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1]) / n",
    ),
    (
        "dlogits",
        "other_function",
        "(F.log_softmax(logits, 1) - F.one_hot(Yb, num_classes=logits.shape[1])) / n",
    ),
    (
        "dlogits",
        "overwritten_accumulation",
        """
        p = F.softmax(logits, 1)
        p[torch.arange(n), Yb] = -1
        dlogits = p / n
        """,
    ),
    (
        "dlogits",
        "wrong_index",
        """
        guess = logits.argmax(1)
        dlogits = (F.softmax(logits, 1) - F.one_hot(guess, logits.shape[1])) / n
        """,
    ),
    (
        "dlogits",
        "wrong_variable",
        """
        p = F.softmax(logits, 1)
        dlogits = p * (p - F.one_hot(Yb, logits.shape[1])) / n
        """,
    ),
    # The mean over all entries: one over the row's length too many, which is no 1/n.
    (
        "dlogits",
        "wrong_constant extra_mean_factor",
        "(F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / logits.numel()",
    ),
    ("dlogits", "hard_coded_size", "(F.softmax(logits, 1) - F.one_hot(Yb, 27)) / 32"),
    (
        "logsumexp",
        "not_finite",
        """
        def logsumexp(x):
            return torch.log(torch.exp(x).sum(dim=1))
        """,
    ),
    (
        "logsumexp",
        "missing_branch",
        """
        def logsumexp(x):
            c = x.max(1, keepdim=True).values
            return (x - c).exp().sum(1).log()
        """,
    ),
    (
        "logsumexp",
        "wrong_sign",
        """
        def logsumexp(x):
            c = x.amax(1)
            return (x - c[:, None]).exp().sum(1).log() - c
        """,
    ),
)
