"""Stage 01, the two linear layers, tanh, and the gain and bias of batch norm."""

STAGE = "01_unrolled"

MISTAKES = {
    "dh": [
        ("transposed", "W2 @ dlogits.T"),
        ("product_of_sums", "dlogits.sum(1, keepdim=True) * W2.sum(1)"),
        ("missing_local_derivative", "dlogits @ torch.ones_like(W2).T"),
        ("missing_upstream", "torch.ones_like(dlogits) @ W2.T"),
        (("missing_upstream", "wrong_variable"), "logits @ W2.T"),
        ("wrong_sign", "-(dlogits @ W2.T)"),
        ("wrong_upstream", "dnorm_logits @ W2.T"),
        ("extra_mean_factor", "dlogits @ W2.T / n"),
        ("wrong_variable", "h * (dlogits @ W2.T)"),
        ("wrong_axis", "(dlogits[:, None, :] * W2).sum(1)"),
        ("missing_sum", "dlogits[:, None, :] * W2"),
        ("extra_sum", "(dlogits @ W2.T).sum(0, keepdim=True)"),
        ("forward_value_returned", "h.clone()"),
    ],
    "dW2": [
        ("transposed", "dlogits.T @ h"),
        ("wrong_variable", "hpreact.T @ dlogits"),
        ("wrong_variable", "bnraw.T @ dlogits"),
        ("wrong_upstream", "h.T @ dnorm_logits"),
        (("missing_upstream", "wrong_variable"), "h.T @ logits"),
        ("product_of_sums", "h.sum(0)[:, None] * dlogits.sum(0)[None, :]"),
        ("missing_local_derivative", "torch.ones_like(h).T @ dlogits"),
        ("missing_sum", "h[:, :, None] * dlogits[:, None, :]"),
        # A mean over the examples is a sum with 1/n too many.
        (("mean_instead_of_sum", "extra_mean_factor"), "h.T @ dlogits / n"),
        ("wrong_axis", "torch.einsum('nh,nv->nv', h, dlogits)"),
        ("wrong_index", "torch.outer(h[0], dlogits[0])"),
        ("wrong_sign", "-h.T @ dlogits"),
    ],
    "db2": [
        ("missing_sum", "dlogits.clone()"),
        ("wrong_axis", "dlogits.sum(1)"),
        ("mean_instead_of_sum", "dlogits.mean(0)"),
        ("extra_sum", "dlogits.sum()"),
        ("missing_upstream", "n * torch.ones_like(b2)"),
        ("wrong_variable", "b2 * dlogits.sum(0)"),
        (("missing_upstream", "wrong_variable"), "logits.sum(0)"),
        ("wrong_upstream", "dnorm_logits.sum(0)"),
        ("wrong_index", "dlogits[0]"),
        ("wrong_sign", "-dlogits.sum(0)"),
    ],
    "dhpreact": [
        ("precedence", "1.0 - h**2 * dh"),
        ("wrong_power", "(1.0 - h) * dh"),
        ("wrong_power", "dh / torch.cosh(hpreact)"),
        ("other_function", "h * (1.0 - h) * dh"),
        ("other_function", "(h > 0) * dh"),
        ("wrong_variable", "(1.0 - hpreact**2) * dh"),
        ("wrong_variable", "(1.0 - torch.tanh(h) ** 2) * dh"),
        ("wrong_sign", "(h**2 - 1.0) * dh"),
        ("wrong_sign", "(1.0 + h**2) * dh"),
        ("missing_upstream", "1.0 - h**2"),
        ("missing_local_derivative", "dh"),
        (("missing_upstream", "wrong_variable"), "(1.0 - h**2) * h"),
        ("wrong_constant", "0.5 * (1.0 - h**2) * dh"),
        # tanh itself is no derivative, and h is a factor instead of the right one.
        (("other_function", "wrong_variable"), "torch.tanh(hpreact) * dh"),
    ],
    "dbngain": [
        ("missing_sum", "bnraw * dhpreact"),
        ("wrong_axis", "(bnraw * dhpreact).sum(1, keepdim=True)"),
        ("mean_instead_of_sum", "(bnraw * dhpreact).mean(0, keepdim=True)"),
        ("missing_local_derivative", "dhpreact.sum(0, keepdim=True)"),
        # The columns of bnraw sum to zero, so these two are zero up to rounding, too.
        (("missing_upstream", "zero_answer"), "bnraw.sum(0, keepdim=True)"),
        (
            ("product_of_sums", "zero_answer"),
            "bnraw.sum(0, keepdim=True) * dhpreact.sum(0, keepdim=True)",
        ),
        ("wrong_variable", "(bndiff * dhpreact).sum(0, keepdim=True)"),
        ("wrong_upstream", "(bnraw * dh).sum(0, keepdim=True)"),
        ("matmul_for_elementwise", "bnraw.T @ dhpreact"),
        ("extra_sum", "(bnraw * dhpreact).sum()"),
        (("missing_upstream", "wrong_variable"), "(bnraw * hpreact).sum(0, keepdim=True)"),
    ],
    "dbnraw": [
        ("missing_local_derivative", "dhpreact.clone()"),
        ("missing_upstream", "bngain * torch.ones_like(bnraw)"),
        ("wrong_variable", "bnbias * dhpreact"),
        ("wrong_variable", "bnvar_inv * dhpreact"),
        ("extra_sum", "(bngain * dhpreact).sum(0, keepdim=True)"),
        # Divided where it should be multiplied: the exponent -1 for 1.
        (("other_function", "wrong_power"), "dhpreact / bngain"),
        ("wrong_upstream", "bngain * dh"),
        (("missing_upstream", "wrong_variable"), "bngain * hpreact"),
        ("wrong_sign", "-bngain * dhpreact"),
    ],
    "dbnbias": [
        ("missing_sum", "dhpreact"),
        ("wrong_axis", "dhpreact.sum(1, keepdim=True)"),
        ("mean_instead_of_sum", "dhpreact.mean(0, keepdim=True)"),
        ("wrong_variable", "(bnbias * dhpreact).sum(0, keepdim=True)"),
        ("wrong_upstream", "dbnraw.sum(0, keepdim=True)"),
        ("missing_upstream", "torch.ones_like(hpreact).sum(0, keepdim=True)"),
        (("missing_upstream", "wrong_variable"), "hpreact.sum(0, keepdim=True)"),
        ("extra_sum", "dhpreact.sum()"),
    ],
    "dembcat": [
        ("transposed", "W1 @ dhprebn.T"),
        ("missing_upstream", "torch.ones_like(hprebn) @ W1.T"),
        ("wrong_upstream", "dhpreact @ W1.T"),
        ("wrong_upstream", "dbndiff @ W1.T"),
        (("missing_upstream", "wrong_variable"), "hprebn @ W1.T"),
        ("product_of_sums", "dhprebn.sum(1, keepdim=True) * W1.sum(1)"),
        ("wrong_variable", "embcat * (dhprebn @ W1.T)"),
        ("wrong_constant", "2 * dhprebn @ W1.T"),
    ],
    "dW1": [
        ("transposed", "dhprebn.T @ embcat"),
        ("wrong_upstream", "embcat.T @ dhpreact"),
        (("missing_upstream", "wrong_variable"), "embcat.T @ hprebn"),
        ("missing_upstream", "embcat.T @ torch.ones_like(hprebn)"),
        (("mean_instead_of_sum", "extra_mean_factor"), "(embcat.T @ dhprebn) / n"),
        ("wrong_sign", "-(embcat.T @ dhprebn)"),
        ("product_of_sums", "embcat.sum(0)[:, None] * dhprebn.sum(0)"),
        # The other order of position and coordinate in a row of embcat.
        ("wrong_layout", "emb.transpose(1, 2).reshape(n, -1).T @ dhprebn"),
    ],
    "db1": [
        ("missing_sum", "dhprebn"),
        ("wrong_axis", "dhprebn.sum(1)"),
        ("mean_instead_of_sum", "dhprebn.mean(0)"),
        ("wrong_upstream", "dhpreact.sum(0)"),
        ("wrong_variable", "b1 * dhprebn.sum(0)"),
        ("zero_answer", "torch.zeros_like(b1)"),
        (("missing_upstream", "wrong_variable"), "hprebn.sum(0)"),
    ],
}

COMBINED = {
    "dW2": [(("transposed", "wrong_variable"), "dlogits.T @ hpreact")],
    "db2": [(("missing_sum", "wrong_sign"), "-dlogits")],
    "dhpreact": [
        (("precedence", "wrong_power"), "1.0 - h * dh"),
        (("wrong_variable", "precedence"), "1.0 - hpreact**2 * dh"),
    ],
    "dbngain": [
        (("missing_sum", "wrong_variable"), "bndiff * dhpreact"),
        (("mean_instead_of_sum", "wrong_upstream"), "(bnraw * dh).mean(0, keepdim=True)"),
    ],
    "dbnbias": [(("missing_sum", "wrong_upstream"), "dh.clone()")],
    "dW1": [(("wrong_sign", "wrong_upstream"), "-embcat.T @ dhpreact")],
    "db1": [(("wrong_axis", "wrong_upstream"), "dhpreact.sum(1)")],
}

RIGHT = {
    "dh": [
        "torch.einsum('nv,hv->nh', dlogits, W2)",
        "(W2 @ dlogits.mT).mT",
        "F.linear(dlogits, W2)",
    ],
    "dW2": ["(h[:, :, None] * dlogits[:, None, :]).sum(0)", "(dlogits.T @ h).T"],
    "db2": ["torch.ones(n, dtype=dlogits.dtype) @ dlogits", "dlogits.mean(0) * n"],
    "dhpreact": ["dh / torch.cosh(hpreact) ** 2", "dh - dh * h * h", "(1 - h) * (1 + h) * dh"],
    "dbngain": ["torch.einsum('nh,nh->h', bnraw, dhpreact).unsqueeze(0)"],
    "dbnraw": ["dhpreact * bngain.expand_as(dhpreact)"],
    "dbnbias": ["dbnbias = torch.zeros_like(bnbias)\nfor row in dhpreact:\n    dbnbias += row"],
    "dembcat": ["torch.matmul(dhprebn, W1.transpose(0, 1))"],
    "dW1": [
        "dW1 = torch.zeros_like(W1)\nfor i in range(n):\n    dW1 += embcat[i].outer(dhprebn[i])"
    ],
    "db1": ["torch.einsum('nh->h', dhprebn)"],
}
