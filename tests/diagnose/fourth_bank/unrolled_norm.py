"""Stage 01, batch norm: gain, bias and the normalized layer."""

MISTAKES = (
    # dbngain
    ("dbngain", "missing_local_derivative", "dhpreact.sum(0, keepdim=True)"),
    ("dbngain", "wrong_variable", "(bndiff * dhpreact).sum(0, keepdim=True)"),
    ("dbngain", "matmul_for_elementwise", "bnraw.T @ dhpreact"),
    ("dbngain", "wrong_axis", "(bnraw * dhpreact).sum(1, keepdim=True)"),
    (
        "dbngain",
        "wrong_upstream",
        "torch.einsum('nh,nh->h', bnraw, dh).view(1, -1)",
    ),
    # dbnraw
    ("dbnraw", "missing_local_derivative", "dhpreact.clone()"),
    # The gain expanded: the local derivative without upstream, and a forward variable as it is.
    ("dbnraw", "missing_upstream forward_value_returned", "torch.ones_like(bnraw) * bngain"),
    ("dbnraw", "wrong_variable", "bnraw * dhpreact"),
    # Divided where it should multiply: exponent -1, and the quotient the wrong way round.
    ("dbnraw", "wrong_power other_function", "dhpreact / bngain"),
    # Summed as for the gain, although bnraw is not broadcast; the row would still broadcast.
    ("dbnraw", "extra_sum broadcast_shape", "(bngain * dhpreact).sum(0, keepdim=True)"),
    # dbnbias
    ("dbnbias", "missing_sum", "dhpreact * torch.ones_like(dhpreact)"),
    # A mean for the sum, which is the same as a 1/n too many.
    (
        "dbnbias",
        "mean_instead_of_sum extra_mean_factor",
        """
        dbnbias = torch.zeros_like(bnbias)
        for row in dhpreact:
            dbnbias += row / n
        """,
    ),
    ("dbnbias", "extra_sum", "dhpreact.sum().expand_as(bnbias)"),
    ("dbnbias", "wrong_variable", "(bnbias * dhpreact).sum(0, keepdim=True)"),
    ("dbnbias", "wrong_upstream", "dh.sum(0, keepdim=True)"),
    # dbnvar_inv
    ("dbnvar_inv", "wrong_variable", "(bnraw * dbnraw).sum(0, keepdim=True)"),
    ("dbnvar_inv", "missing_sum", "bndiff * dbnraw"),
    ("dbnvar_inv", "wrong_upstream", "torch.sum(bndiff * dhpreact, 0, keepdim=True)"),
    # The square of bndiff: its exponent is wrong, and it is the other variable bndiff2.
    ("dbnvar_inv", "wrong_power wrong_variable", "(bndiff**2 * dbnraw).sum(0, keepdim=True)"),
    (
        "dbnvar_inv",
        "product_of_sums",
        "bndiff.sum(0, keepdim=True) * dbnraw.sum(0, keepdim=True)",
    ),
)
