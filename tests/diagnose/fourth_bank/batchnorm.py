"""Stage 03: batch norm in one expression, and its variants."""

MISTAKES = (
    ("dbnraw", "wrong_variable", "bnvar_inv * dhpreact"),
    # The gain's rule for the normalized layer: its other factor is taken.
    ("dbnraw", "wrong_variable", "bnraw * dhpreact"),
    ("dbnvar", "wrong_sign", "0.5 * bnvar_inv**3 * (dbnraw * (hprebn - bnmeani)).sum(0, True)"),
    (
        "dbnvar",
        "wrong_power",
        "-0.5 * bnvar_inv**2 * (dbnraw * (hprebn - bnmeani)).sum(0, keepdim=True)",
    ),
    # The normalized column in place of the centered one: another variable, which makes it the
    # fourth power of bnvar_inv instead of the third.
    (
        "dbnvar",
        "wrong_variable wrong_power",
        "-0.5 * bnvar_inv**3 * (dbnraw * bnraw).sum(0, keepdim=True)",
    ),
    (
        "dbnvar",
        "missing_epsilon",
        "(-0.5 * bnvar**-1.5 * (hprebn - bnmeani) * dbnraw).sum(0, keepdim=True)",
    ),
    ("dbnmeani", "missing_local_derivative", "-dbnraw.sum(0, keepdim=True)"),
    ("dbnmeani", "wrong_sign", "(bnvar_inv * dbnraw).sum(0, keepdim=True)"),
    ("dbnmeani", "wrong_upstream", "-(bnvar_inv * dhpreact).sum(0, keepdim=True)"),
    (
        "dhprebn_paths",
        "bessel",
        """
        centered = hprebn - bnmeani
        through_var = 2 / n * centered * dbnvar
        through_mean = torch.ones_like(hprebn) * dbnmeani / n
        dhprebn_paths = torch.stack([bnvar_inv * dbnraw, through_mean, through_var])
        """,
    ),
    # The mean's path without 1/n is its upstream gradient, expanded.
    (
        "dhprebn_paths",
        "missing_mean_factor missing_local_derivative",
        """
        dhprebn_paths = torch.zeros(3, *hprebn.shape)
        dhprebn_paths[0] = dbnraw * bnvar_inv
        dhprebn_paths[1] = dbnmeani
        dhprebn_paths[2] = 2 * (hprebn - bnmeani) * dbnvar / (n - 1)
        """,
    ),
    (
        "dhprebn_paths",
        "wrong_constant",
        """
        direct = dbnraw * bnvar_inv
        mean = dbnmeani.expand(n, -1) / n
        var = (hprebn - bnmeani) / (n - 1) * dbnvar
        dhprebn_paths = torch.stack((direct, mean, var))
        """,
    ),
    (
        "dhprebn",
        "bessel",
        "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0) - bnraw * (dhpreact * bnraw).mean(0))",
    ),
    (
        "dhprebn",
        "missing_branch",
        "bngain * bnvar_inv * (dhpreact - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))",
    ),
    (
        "dhprebn",
        "missing_local_derivative",
        "bnvar_inv * (dhpreact - dhpreact.mean(0) - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))",
    ),
    (
        "dhprebn",
        "wrong_sign",
        """
        g = bngain * dhpreact
        through_var = bnraw * (g * bnraw).sum(0, keepdim=True) / (n - 1)
        dhprebn = bnvar_inv * (g - g.mean(0, keepdim=True) + through_var)
        """,
    ),
    (
        "dhprebn",
        "wrong_axis",
        """
        mean = dhpreact.mean(1, keepdim=True)
        slope = (dhpreact * bnraw).sum(0, keepdim=True) / (n - 1)
        dhprebn = bngain * bnvar_inv * (dhpreact - mean - bnraw * slope)
        """,
    ),
    # A quotient whose denominator is the length and not its square.
    (
        "project",
        "wrong_power",
        """
        def project(g, r):
            return g - g.mean(0) - (g * r).sum(0) / r.norm(dim=0) * r
        """,
    ),
    (
        "project",
        "missing_branch",
        """
        def project(g, r):
            slope = torch.einsum("nh,nh->h", g, r) / torch.einsum("nh,nh->h", r, r)
            return g - slope * r
        """,
    ),
    # The sum of g where its mean belongs.
    (
        "project",
        "missing_mean_factor",
        """
        def project(g, r):
            return g - g.sum(0) - r * (g * r).sum(0) / r.square().sum(0)
        """,
    ),
    (
        "dhprebn_biased",
        "bessel",
        """
        pull = bnraw_biased * (dhpreact * bnraw_biased).sum(0) / (n - 1)
        dhprebn_biased = bngain * bnvar_inv_biased * (dhpreact - dhpreact.mean(0) - pull)
        """,
    ),
    # bnvar_inv for bnvar_inv_biased: another variable, and the one that divides by n - 1.
    (
        "dhprebn_biased",
        "wrong_variable bessel",
        """
        push = dhpreact - dhpreact.mean(0) - bnraw_biased * (dhpreact * bnraw_biased).mean(0)
        dhprebn_biased = bngain * bnvar_inv * push
        """,
    ),
    ("dhprebn_inference", "wrong_variable", "bngain * bnvar_inv * dhpreact"),
    ("dhprebn_inference", "missing_epsilon", "bngain * dhpreact / bnvar_running.sqrt()"),
    ("dhprebn_inference", "wrong_power", "bngain * dhpreact / (bnvar_running + 1e-5)"),
    ("dhprebn_inference", "missing_local_derivative", "dhpreact * (bnvar_running + 1e-5) ** -0.5"),
)
