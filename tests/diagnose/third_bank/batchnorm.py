"""Stage 03: (step, codes, formula)."""

__all__ = ["MISTAKES"]

MISTAKES = (
    ("dbnraw", "missing_upstream", "bngain.expand_as(bnraw).clone()"),
    ("dbnraw", "wrong_variable", "dhpreact * bnraw"),
    (
        "dbnvar",
        "wrong_sign",
        "(dbnraw * (hprebn - bnmeani) * bnvar_inv**3 / 2).sum(0, keepdim=True)",
    ),
    ("dbnvar", "missing_sum", "-0.5 * bnvar_inv**3 * dbnraw * (hprebn - bnmeani)"),
    (
        "dbnvar",
        "missing_epsilon",
        """
        centered = hprebn - bnmeani
        dbnvar = -0.5 * bnvar**-1.5 * (dbnraw * centered).sum(0, keepdim=True)
        """,
    ),
    ("dbnvar", "wrong_variable", "(-0.5 * bnvar_inv**3 * dbnraw * hprebn).sum(0, keepdim=True)"),
    (
        "dbnvar",
        "wrong_power",
        "-0.5 * bnvar_inv**2 * ((hprebn - bnmeani) * dbnraw).sum(0, keepdim=True)",
    ),
    (
        "dbnvar",
        "wrong_upstream",
        "-0.5 * bnvar_inv**3 * ((hprebn - bnmeani) * dhpreact).sum(0, keepdim=True)",
    ),
    ("dbnmeani", "wrong_sign", "bnvar_inv * dbnraw.sum(0, keepdim=True)"),
    ("dbnmeani", "missing_local_derivative", "-dbnraw.sum(0, keepdim=True)"),
    ("dbnmeani", "mean_instead_of_sum", "-(bnvar_inv * dbnraw).mean(0, keepdim=True)"),
    ("dbnmeani", "wrong_upstream", "-bnvar_inv * dhpreact.sum(0, keepdim=True)"),
    (
        "dhprebn_paths",
        "bessel",
        """
        direct = bnvar_inv * dbnraw
        mean = torch.ones_like(hprebn) * dbnmeani / n
        variance = dbnvar * 2 * (hprebn - bnmeani) / n
        dhprebn_paths = torch.stack([direct, mean, variance])
        """,
    ),
    (
        "dhprebn_paths",
        "missing_mean_factor",
        """
        dhprebn_paths = torch.zeros(3, *hprebn.shape)
        dhprebn_paths[0] = bnvar_inv * dbnraw
        dhprebn_paths[1] = dbnmeani
        dhprebn_paths[2] = 2 / (n - 1) * (hprebn - bnmeani) * dbnvar
        """,
    ),
    (
        "dhprebn_paths",
        "wrong_constant",
        """
        dhprebn_paths = torch.stack([
            dbnraw * bnvar_inv,
            dbnmeani.repeat(n, 1) / n,
            dbnvar / (n - 1) * (hprebn - bnmeani),
        ])
        """,
    ),
    (
        "dhprebn_paths",
        "wrong_variable",
        """
        dhprebn_paths = torch.stack([
            dbnraw * bnvar_inv,
            (dbnmeani / n).expand(n, -1),
            dbnvar * 2 / (n - 1) * bnraw,
        ])
        """,
    ),
    (
        "dhprebn",
        "bessel",
        """
        g, r = dhpreact, bnraw
        dhprebn = bngain * bnvar_inv / n * (n * g - g.sum(0) - r * (g * r).sum(0))
        """,
    ),
    (
        "dhprebn",
        "missing_branch",
        "bngain * bnvar_inv * (dhpreact - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))",
    ),
    ("dhprebn", "missing_branch", "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0))"),
    (
        "dhprebn",
        "wrong_sign",
        """
        mean = dhpreact.mean(0, keepdim=True)
        along = (dhpreact * bnraw).sum(0, keepdim=True) / (n - 1)
        dhprebn = bngain * bnvar_inv * (dhpreact - mean + bnraw * along)
        """,
    ),
    (
        "dhprebn",
        "missing_sum",
        "bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0)"
        " - n / (n - 1) * bnraw * (dhpreact * bnraw))",
    ),
    (
        "dhprebn",
        "wrong_axis",
        """
        mean = dhpreact.mean(1, keepdim=True)
        along = (dhpreact * bnraw).sum(0) / (n - 1)
        dhprebn = bngain * bnvar_inv * (dhpreact - mean - bnraw * along)
        """,
    ),
    (
        "dhprebn",
        "missing_mean_factor",
        "bngain * bnvar_inv"
        " * (n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))",
    ),
    (
        "dhprebn",
        "missing_local_derivative",
        "bnvar_inv / n"
        " * (n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))",
    ),
    (
        "dhprebn",
        "wrong_variable",
        "bngain * bnvar / n"
        " * (n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))",
    ),
    (
        "project",
        "missing_branch",
        """
        def project(g, r):
            return g - (g * r).sum(0) / (r**2).sum(0) * r
        """,
    ),
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
        "missing_mean_factor",
        """
        def project(g, r):
            along = torch.einsum("ij,ij->j", g, r) / torch.einsum("ij,ij->j", r, r)
            return g - g.sum(0) - along * r
        """,
    ),
    (
        "dhprebn_biased",
        "bessel",
        """
        g, r = dhpreact, bnraw_biased
        along = n / (n - 1) * r * (g * r).sum(0)
        dhprebn_biased = bngain * bnvar_inv_biased / n * (n * g - g.sum(0) - along)
        """,
    ),
    (
        "dhprebn_biased",
        "wrong_variable",
        "bngain * bnvar_inv"
        " * (dhpreact - dhpreact.mean(0) - bnraw_biased * (dhpreact * bnraw_biased).mean(0))",
    ),
    ("dhprebn_inference", "missing_epsilon", "bngain / bnvar_running.sqrt() * dhpreact"),
    ("dhprebn_inference", "wrong_power", "bngain / (bnvar_running + 1e-5) * dhpreact"),
    ("dhprebn_inference", "wrong_variable", "bngain * bnvar_inv * dhpreact"),
    (
        "dhprebn_inference",
        "missing_local_derivative",
        "dhpreact * (bnvar_running + 1e-5).rsqrt()",
    ),
)
