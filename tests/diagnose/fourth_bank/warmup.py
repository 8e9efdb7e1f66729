"""Stage 00: the square, one neuron, finite differences, and the four rules."""

MISTAKES = (
    # The 2 is missing, and what is left is the forward variable as it is.
    ("dside", "wrong_constant forward_value_returned", "side.clone()"),
    # 2 * side**2: the derivative taken at the area, or with an exponent too high.
    ("dside", "wrong_variable wrong_power", "2 * area"),
    ("de", "wrong_sign", "2 * (y - h)"),
    ("de", "wrong_variable", "h * 2"),
    ("dh", "wrong_sign", "-de"),
    ("dh", "wrong_variable", "h * de"),
    ("dz", "wrong_variable", "(1 - z**2) * dh"),
    ("dz", "missing_upstream", "1 - torch.tanh(z) ** 2"),
    ("dz", "wrong_power", "dh / torch.cosh(z)"),
    ("dz", "precedence", "1 - h * h * dh"),
    ("dw", "wrong_variable", "w * dz"),
    ("dw", "missing_local_derivative", "1 * dz"),
    ("dw", "wrong_upstream", "s * dh"),
    (
        "numerical_gradient",
        "one_sided",
        """
        def numerical_gradient(function, x, step):
            g = torch.zeros_like(x).view(-1)
            for i in range(x.numel()):
                moved = x.clone()
                moved.view(-1)[i] += step
                g[i] = (function(moved) - function(x)) / step
            return g.view(x.shape)
        """,
    ),
    (
        "numerical_gradient",
        "precedence",
        """
        def numerical_gradient(function, x, step):
            out = torch.empty_like(x)
            for i in range(x.numel()):
                nudge = torch.zeros_like(x)
                nudge.view(-1)[i] = step
                out.view(-1)[i] = (function(x + nudge) - function(x - nudge)) / 2 * step
            return out
        """,
    ),
    (
        "numerical_gradient",
        "wrong_constant",
        """
        def numerical_gradient(function, x, step):
            entries = []
            for i in range(x.numel()):
                up, down = x.clone(), x.clone()
                up.view(-1)[i] += step
                down.view(-1)[i] -= step
                entries.append((function(up) - function(down)) / step)
            return torch.stack(entries).reshape(x.shape)
        """,
    ),
    # x itself is moved and not put back: an input is changed.
    (
        "numerical_gradient",
        "aliasing",
        """
        def numerical_gradient(function, x, step):
            gradient = torch.zeros_like(x)
            for i in range(x.numel()):
                x.view(-1)[i] += step
                above = function(x)
                x.view(-1)[i] -= 2 * step
                gradient.view(-1)[i] = (above - function(x)) / (2 * step)
            return gradient
        """,
    ),
    ("da", "missing_branch", "2 * a * dleft"),
    ("da", "wrong_upstream", "2 * a * dright + c * dleft"),
    ("da", "wrong_constant", "a * dleft + c * dright"),
    ("da", "wrong_variable", "2 * a * dleft + a * dright"),
    # The second assignment drops the first term.
    (
        "da",
        "overwritten_accumulation missing_branch",
        """
        da = dleft * (2 * a)
        da = dright * c
        """,
    ),
    (
        "unbroadcast",
        "mean_instead_of_sum",
        """
        def unbroadcast(gradient, shape):
            while gradient.dim() > len(shape):
                gradient = gradient.mean(0)
            for d in range(len(shape)):
                if shape[d] == 1:
                    gradient = gradient.mean(d, keepdim=True)
            return gradient
        """,
    ),
    (
        "unbroadcast",
        "missing_sum",
        """
        def unbroadcast(gradient, shape):
            extra = gradient.ndim - len(shape)
            return gradient.sum(dim=tuple(range(extra))) if extra else gradient
        """,
    ),
    ("dA", "transposed", "B @ dproduct.T"),
    ("dA", "product_of_sums", "dproduct.sum(1, keepdim=True) * B.sum(1)"),
    # The `d` is forgotten: no upstream gradient, and a forward variable as a factor instead.
    ("dA", "missing_upstream wrong_variable", "product @ B.T"),
    ("dB", "wrong_layout", "A.reshape(A.shape[1], A.shape[0]) @ dproduct"),
    # Each row's outer product by broadcasting, without the sum of the matrix product.
    ("dB", "missing_sum elementwise_for_matmul", "A.unsqueeze(2) * dproduct.unsqueeze(1)"),
    # The plain scatter adds once for a row that occurs several times.
    (
        "dtable",
        "lost_duplicates",
        """
        dtable = torch.zeros_like(table)
        dtable[rows] += dpicked
        """,
    ),
    ("dtable", "wrong_variable", "torch.zeros_like(table).index_add_(0, rows, dpicked) * table"),
    (
        "dtable",
        "missing_upstream",
        "F.one_hot(rows, len(table)).double().T @ torch.ones_like(dpicked)",
    ),
)
