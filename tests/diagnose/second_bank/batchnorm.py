"""Stage 03: batch norm as one operation, and its three paths."""

STAGE = "03_batchnorm"

_FRONT = "bngain * bnvar_inv / n * "
_ALONG = "n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0)"


def _paths(direct: str, mean: str, variance: str) -> str:
    return f"torch.stack([\n    {direct},\n    {mean},\n    {variance},\n])"


_DIRECT = "dbnraw * bnvar_inv"
_MEAN = "(dbnmeani / n).expand(n, -1)"
_VARIANCE = "dbnvar * 2 / (n - 1) * (hprebn - bnmeani)"

MISTAKES = {
    "dbnraw": [
        ("missing_local_derivative", "dhpreact.clone()"),
        ("wrong_variable", "bnraw * dhpreact"),
        (("missing_upstream", "wrong_variable"), "bngain * hpreact"),
        ("missing_upstream", "bngain.expand(n, -1)"),
    ],
    "dbnvar": [
        ("missing_sum", "-0.5 * bnvar_inv**3 * dbnraw * (hprebn - bnmeani)"),
        ("wrong_sign", "0.5 * bnvar_inv**3 * (dbnraw * (hprebn - bnmeani)).sum(0)"),
        ("wrong_power", "-0.5 * bnvar_inv * (dbnraw * (hprebn - bnmeani)).sum(0)"),
        ("wrong_power", "-0.5 * bnvar_inv**2 * (dbnraw * (hprebn - bnmeani)).sum(0)"),
        ("missing_epsilon", "-0.5 * bnvar**-1.5 * (dbnraw * (hprebn - bnmeani)).sum(0)"),
        ("wrong_variable", "-0.5 * bnvar_inv**3 * (dbnraw * hprebn).sum(0)"),
        # bnraw is (hprebn - bnmeani) * bnvar_inv: one power of it too many.
        (("wrong_variable", "wrong_power"), "-0.5 * bnvar_inv**3 * (dbnraw * bnraw).sum(0)"),
        ("wrong_upstream", "-0.5 * bnvar_inv**3 * (dhpreact * (hprebn - bnmeani)).sum(0)"),
        ("mean_instead_of_sum", "-0.5 * bnvar_inv**3 * (dbnraw * (hprebn - bnmeani)).mean(0)"),
        ("wrong_constant", "-(bnvar_inv**3) * (dbnraw * (hprebn - bnmeani)).sum(0)"),
        ("missing_local_derivative", "(dbnraw * (hprebn - bnmeani)).sum(0, keepdim=True)"),
        (
            "wrong_axis",
            "(-0.5 * bnvar_inv**3 * dbnraw * (hprebn - bnmeani)).sum(1, keepdim=True)",
        ),
    ],
    "dbnmeani": [
        ("wrong_sign", "(bnvar_inv * dbnraw).sum(0, keepdim=True)"),
        ("missing_sum", "-bnvar_inv * dbnraw"),
        ("missing_local_derivative", "-dbnraw.sum(0, keepdim=True)"),
        ("mean_instead_of_sum", "(-bnvar_inv * dbnraw).mean(0, keepdim=True)"),
        ("wrong_upstream", "(-bnvar_inv * dhpreact).sum(0, keepdim=True)"),
        ("wrong_variable", "(-bnvar * dbnraw).sum(0, keepdim=True)"),
        ("wrong_axis", "(-bnvar_inv * dbnraw).sum(1, keepdim=True)"),
        # And zero, since the columns of bnraw sum to zero.
        (
            ("missing_upstream", "wrong_variable", "zero_answer"),
            "(-bnvar_inv * bnraw).sum(0, keepdim=True)",
        ),
    ],
    "dhprebn_paths": [
        ("missing_mean_factor", _paths(_DIRECT, "dbnmeani.expand(n, -1)", _VARIANCE)),
        ("bessel", _paths(_DIRECT, _MEAN, "dbnvar * 2 / n * (hprebn - bnmeani)")),
        ("wrong_constant", _paths(_DIRECT, _MEAN, "dbnvar / (n - 1) * (hprebn - bnmeani)")),
        ("missing_mean_factor", _paths(_DIRECT, _MEAN, "dbnvar * 2 * (hprebn - bnmeani)")),
        ("missing_local_derivative", _paths("dbnraw", _MEAN, _VARIANCE)),
        ("wrong_upstream", _paths("dhpreact * bnvar_inv", _MEAN, _VARIANCE)),
        ("wrong_sign", _paths(_DIRECT, "(-dbnmeani / n).expand(n, -1)", _VARIANCE)),
        ("wrong_variable", _paths(_DIRECT, _MEAN, "dbnvar * 2 / (n - 1) * hprebn")),
        ("bessel", _paths(_DIRECT, "(dbnmeani / (n - 1)).expand(n, -1)", _VARIANCE)),
        # The right three, in another order than asked for.
        ("wrong_index", _paths(_DIRECT, _VARIANCE, _MEAN)),
    ],
    "dhprebn": [
        (
            "bessel",
            _FRONT + "(n * dhpreact - dhpreact.sum(0) - bnraw * (dhpreact * bnraw).sum(0))",
        ),
        (
            "bessel",
            _FRONT
            + "(n * dhpreact - dhpreact.sum(0) - (n - 1) / n * bnraw * (dhpreact * bnraw).sum(0))",
        ),
        ("missing_branch", _FRONT + f"(n * dhpreact - {_ALONG})"),
        ("missing_branch", _FRONT + "(n * dhpreact - dhpreact.sum(0))"),
        ("missing_branch", "bngain * bnvar_inv * dhpreact"),
        ("missing_branch", _FRONT + f"(-dhpreact.sum(0) - {_ALONG})"),
        ("wrong_sign", _FRONT + f"(n * dhpreact - dhpreact.sum(0) + {_ALONG})"),
        ("wrong_sign", _FRONT + f"(n * dhpreact + dhpreact.sum(0) - {_ALONG})"),
        (
            "missing_mean_factor",
            f"bngain * bnvar_inv * (n * dhpreact - dhpreact.sum(0) - {_ALONG})",
        ),
        (
            "missing_local_derivative",
            f"bnvar_inv / n * (n * dhpreact - dhpreact.sum(0) - {_ALONG})",
        ),
        (
            "missing_local_derivative",
            f"bngain / n * (n * dhpreact - dhpreact.sum(0) - {_ALONG})",
        ),
        (
            "missing_local_derivative",
            _FRONT + "(n * dhpreact - dhpreact.sum(0) - n / (n - 1) * (dhpreact * bnraw).sum(0))",
        ),
        (
            "missing_epsilon",
            f"bngain * bnvar**-0.5 / n * (n * dhpreact - dhpreact.sum(0) - {_ALONG})",
        ),
        (
            "wrong_power",
            f"bngain * bnvar_inv**2 / n * (n * dhpreact - dhpreact.sum(0) - {_ALONG})",
        ),
        (
            "wrong_variable",
            _FRONT
            + "(n * dhpreact - dhpreact.sum(0) - n / (n - 1) * hprebn * (dhpreact * bnraw).sum(0))",
        ),
        (
            ("missing_upstream", "wrong_variable"),
            _FRONT
            + "(n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw * (hpreact * bnraw).sum(0))",
        ),
        (
            "missing_sum",
            _FRONT + "(n * dhpreact - dhpreact.sum(0) - n / (n - 1) * bnraw * dhpreact * bnraw)",
        ),
        (
            "wrong_axis",
            _FRONT + f"(n * dhpreact - dhpreact.sum(1, keepdim=True) - {_ALONG})",
        ),
        # A mean is a sum with 1/n too many.
        (
            ("mean_instead_of_sum", "extra_mean_factor"),
            _FRONT + f"(n * dhpreact - dhpreact.mean(0) - {_ALONG})",
        ),
        # The columns of bnraw sum to zero, so that the whole path through the variance is lost.
        (
            ("product_of_sums", "missing_branch"),
            _FRONT
            + "(n * dhpreact - dhpreact.sum(0)"
            + " - n / (n - 1) * bnraw * dhpreact.sum(0) * bnraw.sum(0))",
        ),
        (
            "wrong_constant",
            _FRONT
            + "(n * dhpreact - dhpreact.sum(0)"
            + " - 2 * n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))",
        ),
        (
            "bessel",
            f"bngain * bnvar_inv / (n - 1) * (n * dhpreact - dhpreact.sum(0) - {_ALONG})",
        ),
        # The bracket is missing: only the first term has the factor in front.
        (
            "precedence",
            _FRONT + f"n * dhpreact - dhpreact.sum(0) - {_ALONG}",
        ),
    ],
}

COMBINED = {
    "dbnvar": [
        (
            ("missing_sum", "wrong_sign"),
            "0.5 * bnvar_inv**3 * dbnraw * (hprebn - bnmeani)",
        ),
    ],
    "dhprebn": [
        (
            ("bessel", "wrong_sign"),
            _FRONT + "(n * dhpreact - dhpreact.sum(0) + bnraw * (dhpreact * bnraw).sum(0))",
        ),
        (
            ("bessel", "missing_branch"),
            _FRONT + "(n * dhpreact - bnraw * (dhpreact * bnraw).sum(0))",
        ),
        (
            ("bessel", "missing_mean_factor"),
            "bngain * bnvar_inv * "
            "(n * dhpreact - dhpreact.sum(0) - bnraw * (dhpreact * bnraw).sum(0))",
        ),
    ],
}

RIGHT = {
    "dbnraw": ["torch.einsum('nh,oh->nh', dhpreact, bngain)"],
    "dbnvar": [
        "(-0.5 * (bnvar + 1e-5) ** -1.5 * (dbnraw * (hprebn - bnmeani))).sum(0, keepdim=True)",
        "-bnvar_inv**2 / 2 * torch.einsum('nh,nh->h', dbnraw, bnraw)",
    ],
    "dbnmeani": ["-bnvar_inv * dbnraw.sum(0, keepdim=True)"],
    "dhprebn_paths": [
        "paths = [dbnraw * bnvar_inv]\npaths.append(torch.ones_like(hprebn) * dbnmeani / n)\n"
        "paths.append(dbnvar / (n - 1) * 2.0 * bnraw / bnvar_inv)\n"
        "dhprebn_paths = torch.stack(paths)",
    ],
    "dhprebn": [
        "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0, keepdim=True)"
        " - bnraw / (n - 1) * (dhpreact * bnraw).sum(0, keepdim=True))",
        "g = dhpreact * bngain * bnvar_inv\ndhprebn = g - g.mean(0)\n"
        "dhprebn -= bnraw * torch.einsum('nh,nh->h', g, bnraw) / (n - 1)",
    ],
}
