"""Stage 00: one neuron and the structural rules."""

STAGE = "00_warmup"


MISTAKES = {
    "dside": [
        # The 2 forgotten, which leaves a forward variable.
        (("wrong_constant", "forward_value_returned"), "side.clone()"),
        ("wrong_power", "2 * side**2"),
        ("forward_value_returned", "side**2"),
        ("wrong_sign", "-2 * side"),
    ],
    "de": [
        (("wrong_constant", "forward_value_returned"), "e.clone()"),  # the same
        ("wrong_sign", "-2 * e"),
        ("wrong_variable", "2 * h"),
        ("wrong_power", "2 * e**2"),
        ("forward_value_returned", "e**2"),
    ],
    "dh": [
        ("wrong_sign", "-de"),
        ("missing_upstream", "torch.ones_like(h)"),
        # No local derivative but 1 belongs here: a forward variable as factor too many.
        ("wrong_variable", "(h - y) * de"),
        ("forward_value_returned", "e.clone()"),
        ("wrong_constant", "2 * de"),
    ],
    "dz": [
        ("precedence", "1 - h**2 * dh"),
        ("wrong_power", "(1 - h) * dh"),
        ("wrong_variable", "(1 - z**2) * dh"),
        ("missing_upstream", "1 - h**2"),
        ("missing_local_derivative", "dh.clone()"),
        ("wrong_upstream", "(1 - h**2) * dside"),
        ("other_function", "h * (1 - h) * dh"),
        ("wrong_sign", "(1 + h**2) * dh"),
    ],
    "dw": [
        ("wrong_variable", "w * dz"),
        ("missing_local_derivative", "dz.clone()"),
        # The local derivative alone is a forward variable.
        (("missing_upstream", "forward_value_returned"), "s.clone()"),
        ("wrong_upstream", "s * dh"),
        ("wrong_variable", "w * s * dz"),
        (("missing_upstream", "wrong_variable"), "s * z"),
    ],
    "da": [
        ("missing_branch", "2 * a * dleft"),
        ("missing_branch", "c * dright"),
        ("overwritten_accumulation", "da = 2 * a * dleft\nda = c * dright"),
        ("wrong_constant", "a * dleft + c * dright"),
        ("missing_upstream", "2 * a + c"),
        ("missing_local_derivative", "dleft + dright"),
        ("wrong_upstream", "2 * a * dright + c * dleft"),
        ("wrong_variable", "2 * a * dleft + a * dright"),
        ("wrong_sign", "2 * a * dleft - c * dright"),
        ("extra_sum", "(2 * a * dleft + c * dright).sum()"),
        ("branch_twice", "da = 2 * a * dleft\nda += c * dright\nda += c * dright"),
    ],
    "dA": [
        ("transposed", "B @ dproduct.T"),
        ("missing_local_derivative", "dproduct @ torch.ones_like(B).T"),
        ("missing_upstream", "torch.ones_like(product) @ B.T"),
        (("missing_upstream", "wrong_variable"), "product @ B.T"),
        ("product_of_sums", "dproduct.sum(1, keepdim=True) * B.sum(1)"),
        ("wrong_variable", "A * (dproduct @ B.T)"),
        ("missing_sum", "dproduct[:, None, :] * B"),
    ],
    "dB": [
        ("transposed", "dproduct.T @ A"),
        ("missing_upstream", "A.T @ torch.ones_like(product)"),
        (("missing_upstream", "wrong_variable"), "A.T @ product"),
        # A mean over the five rows is a sum with 1/n too many.
        (("mean_instead_of_sum", "extra_mean_factor"), "A.T @ dproduct / len(A)"),
        ("wrong_sign", "-A.T @ dproduct"),
        ("product_of_sums", "A.sum(0)[:, None] * dproduct.sum(0)"),
    ],
    "dtable": [
        ("lost_duplicates", "dtable = torch.zeros_like(table)\ndtable[rows] += dpicked"),
        # Assigning to a row that is picked several times: the last one stays.
        (
            ("lost_duplicates", "overwritten_accumulation"),
            "dtable = torch.zeros_like(table)\nfor i in range(len(rows)):\n"
            "    dtable[rows[i]] = dpicked[i]",
        ),
        (
            "wrong_index",
            "dtable = torch.zeros_like(table)\nfor i in range(len(table)):\n"
            "    dtable[i] += dpicked[i]",
        ),
        (
            "missing_upstream",
            "dtable = torch.zeros_like(table)\nfor row in rows:\n    dtable[row] += 1",
        ),
        (
            ("missing_upstream", "wrong_variable"),
            "torch.zeros_like(table).index_add_(0, rows, picked)",
        ),
        (
            "aliasing",
            "dtable = table\nfor pick, row in enumerate(rows):\n    dtable[row] += dpicked[pick]",
        ),
        (
            "missing_classes",
            "F.one_hot(rows).to(dpicked.dtype).T @ dpicked",
        ),
    ],
}

COMBINED = {
    "dz": [(("precedence", "wrong_power"), "1 - h * dh")],
    "da": [
        (("wrong_constant", "wrong_sign"), "a * dleft - c * dright"),
        (("missing_branch", "wrong_constant"), "a * dleft"),
    ],
    "dA": [(("transposed", "wrong_sign"), "-B @ dproduct.T")],
}

RIGHT = {
    "dside": ["side + side"],
    "de": ["2.0 * (h - y)"],
    "dh": ["torch.ones_like(h) * de"],
    "dz": ["dh / torch.cosh(z) ** 2"],
    "dw": ["torch.mul(dz, s)"],
    "da": ["da = torch.zeros_like(a)\nda += dleft * a\nda += a * dleft\nda += dright * c"],
    "dA": ["torch.einsum('ij,kj->ik', dproduct, B)", "(B @ dproduct.mT).mT"],
    "dB": ["torch.stack([A.T @ column for column in dproduct.T], 1)"],
    "dtable": [
        "torch.zeros_like(table).index_add_(0, rows, dpicked)",
        "F.one_hot(rows, num_classes=len(table)).to(dpicked.dtype).T @ dpicked",
    ],
}
