"""Stage 03: what students type wrongly for batch norm in one expression."""

from tests.mutants.kinds import Mistakes, edited

__all__ = ["FUSED", "MISTAKES", "PATHS", "PROJECT"]

FUSED = (
    "bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0) "
    "- n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))"
)
_BIASED = (
    "bngain * bnvar_inv_biased / n * (n * dhpreact - dhpreact.sum(0) "
    "- bnraw_biased * (dhpreact * bnraw_biased).sum(0))"
)
_INFERENCE = "bngain * (bnvar_running + 1e-5) ** -0.5 * dhpreact"
PATHS = (
    "torch.stack([dbnraw * bnvar_inv, (dbnmeani / n).expand(n, -1), "
    "dbnvar * 2 / (n - 1) * (hprebn - bnmeani)])"
)
_VARIANCE = "-0.5 * bnvar_inv**3 * (dbnraw * (hprebn - bnmeani)).sum(0, keepdim=True)"
PROJECT = "g - g.mean(0) - (g * r).sum(0) / (r * r).sum(0) * r"

MISTAKES: Mistakes = {
    "dbnraw": {
        "missing_local_derivative": ["dhpreact.clone()"],
        "wrong_variable": ["bnbias * dhpreact", "bnraw * dhpreact"],
        "extra_sum": ["(bngain * dhpreact).sum(0, keepdim=True)"],
        "missing_upstream": ["bngain.expand(n, -1)"],
        "wrong_sign": ["-bngain * dhpreact"],
        "aliasing": ["dbnraw = dhpreact\ndbnraw *= bngain"],
        "transposed": ["(bngain * dhpreact).T"],
        "other_function": ["dhpreact / bngain"],
    },
    "dbnvar": {
        "wrong_sign": [edited(_VARIANCE, ("-0.5", "0.5"))],
        "wrong_power": [edited(_VARIANCE, ("**3", "**2")), edited(_VARIANCE, ("**3", "**1.5"))],
        "missing_epsilon": [edited(_VARIANCE, ("bnvar_inv**3", "bnvar**-1.5"))],
        "missing_sum": ["-0.5 * bnvar_inv**3 * dbnraw * (hprebn - bnmeani)"],
        "wrong_variable": [edited(_VARIANCE, ("(hprebn - bnmeani)", "bnraw"))],
        "wrong_upstream": [edited(_VARIANCE, ("dbnraw", "dhpreact"))],
        "wrong_constant": [
            edited(_VARIANCE, ("-0.5", "-1.5")),
            edited(_VARIANCE, ("-0.5 *", "-1 *")),
        ],
        "mean_instead_of_sum": [edited(_VARIANCE, ("sum", "mean"))],
        "wrong_axis": [edited(_VARIANCE, ("sum(0", "sum(1"))],
        "missing_upstream": ["-0.5 * bnvar_inv**3"],
    },
    "dbnmeani": {
        "wrong_sign": ["(bnvar_inv * dbnraw).sum(0, keepdim=True)"],
        "mean_instead_of_sum": ["-(bnvar_inv * dbnraw).mean(0, keepdim=True)"],
        "missing_local_derivative": ["-dbnraw.sum(0, keepdim=True)"],
        "zero_answer": ["torch.zeros_like(bnmeani)"],
        "missing_sum": ["-bnvar_inv * dbnraw"],
        "wrong_upstream": ["-(bnvar_inv * dhpreact).sum(0, keepdim=True)"],
        "wrong_variable": ["-(bnvar * dbnraw).sum(0, keepdim=True)"],
        "wrong_axis": ["-(bnvar_inv * dbnraw).sum(1, keepdim=True)"],
        "branch_twice": [
            "-(bnvar_inv * dbnraw).sum(0, keepdim=True) - 2 * n / (n - 1) * bnmeani * dbnvar"
        ],
    },
    "dhprebn_paths": {
        "missing_mean_factor": [edited(PATHS, ("dbnmeani / n", "dbnmeani"))],
        "bessel": [edited(PATHS, ("(n - 1)", "n"))],
        "wrong_constant": [edited(PATHS, ("* 2 /", "/"))],
        "wrong_index": [
            "torch.stack([(dbnmeani / n).expand(n, -1), dbnraw * bnvar_inv, "
            "dbnvar * 2 / (n - 1) * (hprebn - bnmeani)])"
        ],
        "missing_local_derivative": [edited(PATHS, ("dbnraw * bnvar_inv", "dbnraw"))],
        "wrong_variable": [
            edited(PATHS, ("(hprebn - bnmeani)", "hprebn")),
            edited(PATHS, ("(hprebn - bnmeani)", "bnraw")),
        ],
        "missing_branch": ["torch.stack([dbnraw * bnvar_inv, (dbnmeani / n).expand(n, -1)])"],
        "extra_sum": [f"{PATHS}.sum(0)"],
        "wrong_sign": [edited(PATHS, ("dbnvar *", "-dbnvar *"))],
        "wrong_layout": [f"{PATHS}.transpose(0, 1)"],
        "broadcast_shape": ["torch.stack([dbnraw * bnvar_inv])"],
        "raised": [edited(PATHS, (".expand(n, -1)", ""))],
        "hard_coded_size": [edited(PATHS, ("(n - 1)", "31"))],
    },
    "dhprebn": {
        "missing_branch": [
            "bngain * bnvar_inv * dhpreact",
            edited(FUSED, ("- dhpreact.sum(0) ", "")),
            edited(FUSED, (" - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0)", "")),
        ],
        "bessel": [
            edited(FUSED, ("n / (n - 1) * ", "")),
            edited(FUSED, ("n / (n - 1)", "(n - 1) / n")),
        ],
        "missing_local_derivative": [edited(FUSED, ("bngain * ", ""))],
        "missing_epsilon": [edited(FUSED, ("bnvar_inv", "bnvar**-0.5"))],
        "wrong_variable": [edited(FUSED, ("(dhpreact * bnraw)", "(dhpreact * hpreact)"))],
        "wrong_sign": [edited(FUSED, ("- dhpreact.sum", "+ dhpreact.sum"))],
        "missing_mean_factor": [edited(FUSED, (" / n *", " *"))],
        "wrong_axis": [edited(FUSED, ("- dhpreact.sum(0)", "- dhpreact.sum(1, keepdim=True)"))],
        "product_of_sums": [
            edited(FUSED, ("(dhpreact * bnraw).sum(0)", "dhpreact.sum(0) * bnraw.sum(0)"))
        ],
        "hard_coded_size": [edited(FUSED, ("n / (n - 1)", "32 / 31"))],
        "wrong_power": [edited(FUSED, ("bnvar_inv", "bnvar_inv**2"))],
        "raised": ["dhprebn_paths.sum(0)"],
        "precedence": [
            edited(
                FUSED, ("* (n * dhpreact - dhpreact.sum(0) ", "* n * dhpreact - (dhpreact.sum(0) ")
            )
        ],
        "used_autograd": [
            "leaf = hprebn.clone().requires_grad_()\n"
            "raw = (leaf - leaf.mean(0)) / (leaf.var(0) + 1e-5).sqrt()\n"
            "(bngain * raw).backward(dhpreact)\ndhprebn = leaf.grad"
        ],
    },
    "project": {
        "missing_branch": ["g - (g * r).sum(0) / (r * r).sum(0) * r", "g - g.mean(0)"],
        "missing_local_derivative": ["g - g.mean(0) - (g * r).sum(0) * r"],
        "wrong_constant": ["g - g.mean(0) - (g * r).sum(0) / (len(g) - 1) * r"],
        "wrong_axis": ["g - g.mean(1, True) - (g * r).sum(1, True) / (r * r).sum(1, True) * r"],
        "wrong_sign": [edited(PROJECT, ("- (g", "+ (g"))],
        "mean_instead_of_sum": ["g - g.sum(0) - (g * r).sum(0) / (r * r).sum(0) * r"],
        "product_of_sums": [edited(PROJECT, ("(r * r).sum(0)", "r.abs().sum(0) ** 2"))],
        "extra_sum": [edited(PROJECT, ("(g * r).sum(0)", "(g * r).sum()"))],
        "wrong_power": [edited(PROJECT, ("(r * r).sum(0)", "(r * r).sum(0).sqrt()"))],
        "aliasing": ["g -= g.mean(0)\nreturn g - (g * r).sum(0) / (r * r).sum(0) * r"],
        "hard_coded_size": [edited(PROJECT, ("g.mean(0)", "g.sum(0) / 32"))],
    },
    "dhprebn_biased": {
        "wrong_variable": [
            edited(_BIASED, ("bnvar_inv_biased", "bnvar_inv")),
            edited(FUSED, ("n / (n - 1) * ", "")),
        ],
        "bessel": [edited(_BIASED, ("- bnraw_biased", "- n / (n - 1) * bnraw_biased"))],
        "other_function": [FUSED],
        "missing_branch": ["bngain * bnvar_inv_biased * dhpreact"],
        "missing_epsilon": [edited(_BIASED, ("bnvar_inv_biased", "bnvar_biased**-0.5"))],
        "wrong_sign": [edited(_BIASED, ("- bnraw_biased", "+ bnraw_biased"))],
        "missing_local_derivative": [edited(_BIASED, ("bngain * ", ""))],
        "hard_coded_size": [edited(_BIASED, ("/ n * (n *", "/ 32 * (32 *"))],
        "missing_mean_factor": [edited(_BIASED, ("/ n", ""))],
    },
    "dhprebn_inference": {
        "wrong_variable": ["bngain * bnvar_inv * dhpreact"],
        "missing_epsilon": ["bngain * bnvar_running**-0.5 * dhpreact"],
        "branch_twice": [f"{_INFERENCE} - ({_INFERENCE}).mean(0)"],
        "other_function": [FUSED],
        "missing_local_derivative": ["(bnvar_running + 1e-5) ** -0.5 * dhpreact"],
        "wrong_power": [edited(_INFERENCE, ("-0.5", "-1")), edited(_INFERENCE, ("-0.5", "0.5"))],
        "precedence": [edited(_INFERENCE, ("(bnvar_running + 1e-5)", "bnvar_running + 1e-5"))],
        "missing_upstream": ["(bngain * (bnvar_running + 1e-5) ** -0.5).expand(n, -1)"],
        "wrong_sign": [f"-{_INFERENCE}"],
        "raised": ["dhprebn"],
    },
}
