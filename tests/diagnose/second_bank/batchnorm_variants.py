"""Stage 03: the projection, and batch norm with other statistics."""

STAGE = "03_batchnorm"

_BIASED = "bngain * bnvar_inv_biased / n * "

_ALONG_BIASED = "bnraw_biased * (dhpreact * bnraw_biased).sum(0)"


def _project(result: str) -> str:
    return f"def project(g, r):\n    return {result}\n"


MISTAKES = {
    "project": [
        ("missing_branch", _project("g - (g * r).sum(0) / (r * r).sum(0) * r")),
        ("missing_branch", _project("g - g.mean(0)")),
        ("wrong_sign", _project("g - g.mean(0) + (g * r).sum(0) / (r * r).sum(0) * r")),
        ("wrong_power", _project("g - g.mean(0) - (g * r).sum(0) / (r * r).sum(0).sqrt() * r")),
        ("missing_mean_factor", _project("g - g.sum(0) - (g * r).sum(0) / (r * r).sum(0) * r")),
        # The same mistake, seen as a mean or as a factor.
        (
            ("mean_instead_of_sum", "extra_mean_factor"),
            _project("g - g.mean(0) - (g * r).mean(0) / (r * r).sum(0) * r"),
        ),
        ("extra_sum", _project("g - g.mean() - (g * r).sum(0) / (r * r).sum(0) * r")),
        ("extra_sum", _project("g - g.mean(0) - (g * r).sum() / (r * r).sum() * r")),
    ],
    "dhprebn_biased": [
        (
            "bessel",
            _BIASED + f"(n * dhpreact - dhpreact.sum(0) - n / (n - 1) * {_ALONG_BIASED})",
        ),
        ("missing_branch", _BIASED + "(n * dhpreact - dhpreact.sum(0))"),
        (
            "wrong_variable",
            f"bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0) - {_ALONG_BIASED})",
        ),
        (
            "wrong_variable",
            _BIASED + "(n * dhpreact - dhpreact.sum(0) - bnraw * (dhpreact * bnraw).sum(0))",
        ),
        ("missing_branch", _BIASED + f"(n * dhpreact - {_ALONG_BIASED})"),
        ("wrong_sign", _BIASED + f"(n * dhpreact - dhpreact.sum(0) + {_ALONG_BIASED})"),
    ],
    "dhprebn_inference": [
        ("missing_epsilon", "bngain * bnvar_running**-0.5 * dhpreact"),
        ("wrong_variable", "bngain * bnvar_inv * dhpreact"),
        ("missing_local_derivative", "(bnvar_running + 1e-5) ** -0.5 * dhpreact"),
        ("missing_local_derivative", "bngain * dhpreact"),
        ("wrong_power", "bngain * (bnvar_running + 1e-5) ** -1 * dhpreact"),
        ("wrong_power", "bngain * (bnvar_running + 1e-5) ** 0.5 * dhpreact"),
        ("missing_upstream", "bngain * (bnvar_running + 1e-5) ** -0.5 * torch.ones_like(hprebn)"),
        ("precedence", "bngain * bnvar_running + 1e-5**-0.5 * dhpreact"),
    ],
}

COMBINED: dict[str, list[tuple[tuple[str, str], str]]] = {}

RIGHT = {
    "project": [
        "def project(g, r):\n    centered = g - g.mean(dim=0, keepdim=True)\n"
        "    unit = r / r.norm(dim=0)\n"
        "    return centered - unit * torch.einsum('nh,nh->h', centered, unit)\n",
    ],
    "dhprebn_biased": [
        "bngain * bnvar_inv_biased * (dhpreact - dhpreact.mean(0)"
        " - bnraw_biased * (dhpreact * bnraw_biased).mean(0))",
    ],
    "dhprebn_inference": ["dhpreact * bngain / torch.sqrt(bnvar_running + 1e-5)"],
}
