"""Stage 00: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    ("dz", "wrong_variable", "(1 - z**2) * dh"),
    ("dz", "precedence", "1 - h * h * dh"),
    ("dw", "wrong_variable", "w * dz"),
    ("da", "missing_upstream", "2 * a + c"),
    ("da", "wrong_upstream", "2 * a * dright + c * dleft"),
    (
        "numerical_gradient",
        "one_sided",
        """
        def numerical_gradient(function, x, step):
            gradient = torch.zeros_like(x)
            start = function(x)
            for i in range(x.numel()):
                moved = x.clone()
                moved.view(-1)[i] += step
                gradient.view(-1)[i] = (function(moved) - start) / step
            return gradient
        """,
    ),
    (
        "unbroadcast",
        "missing_sum",
        """
        def unbroadcast(gradient, shape):
            while gradient.dim() > len(shape):
                gradient = gradient.sum(0)
            return gradient
        """,
    ),
    ("dA", "transposed", "B @ dproduct.T"),
    (
        "dtable",
        "lost_duplicates",
        """
        dtable = torch.zeros_like(table)
        dtable[rows] += dpicked
        """,
    ),
)
