"""Stage 01, the second linear layer and tanh."""

MISTAKES = (
    # dh
    ("dh", "transposed", "W2 @ dlogits.T"),
    ("dh", "product_of_sums", "dlogits.sum(1, keepdim=True) * W2.sum(1)"),
    ("dh", "wrong_upstream", "dnorm_logits.matmul(W2.t())"),
    # The `d` is forgotten: no upstream gradient, and a forward variable as a factor instead.
    ("dh", "missing_upstream wrong_variable", "logits @ W2.T"),
    ("dh", "extra_mean_factor", "torch.einsum('nv,hv->nh', dlogits, W2) / n"),
    # dW2
    ("dW2", "transposed", "torch.einsum('nh,nv->vh', h, dlogits)"),
    # Every example's outer product, by broadcasting: the sum over the examples is missing, which
    # the matrix product would have done.
    ("dW2", "missing_sum elementwise_for_matmul", "h[:, :, None] * dlogits[:, None, :]"),
    # The product's sum over the examples, divided by n: a mean, or a 1/n too many.
    ("dW2", "extra_mean_factor mean_instead_of_sum", "(h.T @ dlogits) / n"),
    ("dW2", "wrong_variable", "hpreact.T @ dlogits"),
    (
        "dW2",
        "overwritten_accumulation",
        """
        dW2 = torch.zeros_like(W2)
        for i in range(n):
            dW2 = torch.outer(h[i], dlogits[i])
        """,
    ),
    # db2
    # A mean for the sum, which is the same as a 1/n too many.
    ("db2", "mean_instead_of_sum extra_mean_factor", "dlogits.mean(dim=0)"),
    ("db2", "wrong_axis", "dlogits.sum(-1)"),
    ("db2", "missing_sum", "torch.ones_like(logits) * dlogits"),
    # A single number: summed over the classes too, and broadcast by whoever uses it.
    ("db2", "extra_sum broadcast_shape", "dlogits.sum()"),
    ("db2", "wrong_variable", "(b2 * dlogits).sum(0)"),
    # dhpreact
    ("dhpreact", "wrong_variable", "(1 - torch.tanh(h) ** 2) * dh"),
    ("dhpreact", "precedence", "1 - h**2 * dh"),
    (
        "dhpreact",
        "other_function",
        """
        s = h * (1 - h)
        dhpreact = s * dh
        """,
    ),
    ("dhpreact", "wrong_power", "(1 - h) * dh"),
    # The square is added: its sign is wrong, and 1 + tan**2 is what tan would have.
    ("dhpreact", "wrong_sign other_function", "(1 + h.pow(2)) * dh"),
    ("dhpreact", "missing_upstream", "1.0 - torch.tanh(hpreact).square()"),
)
