"""Stage 01, inside batch norm: what students type wrongly."""

from tests.mutants.kinds import Mistakes

__all__ = ["MISTAKES"]

MISTAKES: Mistakes = {
    "dbnvar_inv": {
        "missing_sum": ["bndiff * dbnraw"],
        "wrong_variable": [
            "(bnraw * dbnraw).sum(0, keepdim=True)",
            "(hprebn * dbnraw).sum(0, keepdim=True)",
        ],
        "wrong_upstream": ["(bndiff * dhpreact).sum(0, keepdim=True)"],
        "mean_instead_of_sum": ["(bndiff * dbnraw).mean(0, keepdim=True)"],
        "wrong_axis": ["(bndiff * dbnraw).sum(1, keepdim=True)"],
        "missing_local_derivative": ["dbnraw.sum(0, keepdim=True)"],
        "missing_upstream": ["bndiff.sum(0, keepdim=True)"],
        "product_of_sums": ["bndiff.sum(0, keepdim=True) * dbnraw.sum(0, keepdim=True)"],
        "bessel": ["(bndiff * dbnraw).sum(0, keepdim=True) / (n - 1)"],
        "extra_sum": ["(bndiff * dbnraw).sum()"],
        "wrong_sign": ["-(bndiff * dbnraw).sum(0, keepdim=True)"],
        "wrong_power": ["(bndiff2 * dbnraw).sum(0, keepdim=True)"],
    },
    "dbnvar": {
        "missing_epsilon": ["-0.5 * bnvar**-1.5 * dbnvar_inv"],
        "wrong_sign": ["0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv"],
        "wrong_power": [
            "-0.5 * (bnvar + 1e-5) ** -0.5 * dbnvar_inv",
            "-0.5 * (bnvar + 1e-5) ** 1.5 * dbnvar_inv",
            "-0.5 * bnvar_inv**2 * dbnvar_inv",
        ],
        "missing_upstream": ["-0.5 * (bnvar + 1e-5) ** -1.5"],
        "missing_local_derivative": ["dbnvar_inv.clone()"],
        "wrong_constant": [
            "-((bnvar + 1e-5) ** -1.5) * dbnvar_inv",
            "-1.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv",
            "-0.5 * (bnvar + 1e-8) ** -1.5 * dbnvar_inv",
        ],
        "precedence": ["-0.5 * bnvar + 1e-5**-1.5 * dbnvar_inv"],
        "not_finite": ["(-0.5 * (bnvar + 1e-5)) ** -1.5 * dbnvar_inv"],
        "wrong_variable": ["-0.5 * (bnvar_inv + 1e-5) ** -1.5 * dbnvar_inv"],
        "other_function": ["dbnvar_inv / (bnvar + 1e-5)"],
        "aliasing": ["bnvar += 1e-5\ndbnvar = -0.5 * bnvar**-1.5 * dbnvar_inv"],
    },
    "dbndiff2": {
        "broadcast_shape": ["dbnvar / (n - 1)"],
        "bessel": ["dbnvar.expand_as(bndiff2) / n"],
        "missing_mean_factor": ["torch.ones_like(bndiff2) * dbnvar"],
        "missing_upstream": ["torch.full_like(bndiff2, 1.0 / (n - 1))"],
        "wrong_variable": ["bndiff2 * dbnvar / (n - 1)"],
        "wrong_constant": ["2.0 / (n - 1) * torch.ones_like(bndiff2) * dbnvar"],
        "wrong_sign": ["-1.0 / (n - 1) * torch.ones_like(bndiff2) * dbnvar"],
        "hard_coded_size": ["torch.ones_like(bndiff2) * dbnvar / 31"],
        "wrong_upstream": ["torch.ones_like(bndiff2) * dbnvar_inv / (n - 1)"],
        "precedence": ["1.0 / n - 1 * torch.ones_like(bndiff2) * dbnvar"],
        "transposed": ["(1.0 / (n - 1) * torch.ones_like(bndiff2) * dbnvar).T"],
        "extra_mean_factor": ["torch.ones_like(bndiff2) * dbnvar / (n - 1) / n"],
    },
    "dbndiff": {
        "missing_branch": ["bnvar_inv * dbnraw", "2 * bndiff * dbndiff2"],
        "branch_twice": ["2 * bnvar_inv * dbnraw + 2 * bndiff * dbndiff2"],
        "missing_local_derivative": [
            "bnvar_inv * dbnraw + dbndiff2",
            "dbnraw + 2 * bndiff * dbndiff2",
        ],
        "wrong_constant": ["bnvar_inv * dbnraw + bndiff * dbndiff2"],
        "wrong_power": ["bnvar_inv * dbnraw + 2 * bndiff**2 * dbndiff2"],
        "missing_upstream": [
            "bnvar_inv * dbnraw + 2 * bndiff",
            "bnvar_inv + 2 * bndiff * dbndiff2",
        ],
        "overwritten_accumulation": [
            "dbndiff = bnvar_inv * dbnraw\ndbndiff = 2 * bndiff * dbndiff2"
        ],
        "wrong_sign": ["bnvar_inv * dbnraw - 2 * bndiff * dbndiff2"],
        "wrong_upstream": ["bnvar_inv * dhpreact + 2 * bndiff * dbndiff2"],
        "wrong_variable": [
            "bnvar_inv * dbnraw + 2 * hprebn * dbndiff2",
            "bnvar * dbnraw + 2 * bndiff * dbndiff2",
        ],
        "aliasing": ["dbndiff = dbnraw\ndbndiff *= bnvar_inv\ndbndiff += 2 * bndiff * dbndiff2"],
        "precedence": ["(bnvar_inv * dbnraw + 2 * bndiff) * dbndiff2"],
    },
    "dbnmeani": {
        "missing_sum": ["-dbndiff"],
        "wrong_sign": ["dbndiff.sum(0, keepdim=True)"],
        "mean_instead_of_sum": ["-dbndiff.mean(0, keepdim=True)"],
        "wrong_axis": ["-dbndiff.sum(1, keepdim=True)"],
        "extra_sum": ["-dbndiff.sum()"],
        "wrong_upstream": ["-dbnraw.sum(0, keepdim=True)"],
        "missing_branch": ["(-bnvar_inv * dbnraw).sum(0, keepdim=True)"],
        "zero_answer": ["torch.zeros_like(bnmeani)"],
        "missing_upstream": ["torch.full_like(bnmeani, -n)"],
        "forward_value_returned": ["bnmeani.clone()"],
        "product_of_sums": ["-(dbndiff.sum(0, keepdim=True) * bndiff2.sum(0, keepdim=True))"],
        "wrong_index": ["-dbndiff[1:].sum(0, keepdim=True)"],
    },
    "dhprebn": {
        "missing_branch": ["dbndiff.clone()", "(dbnmeani / n).expand_as(hprebn)"],
        "missing_mean_factor": ["dbndiff + dbnmeani"],
        "wrong_sign": ["dbndiff - dbnmeani / n"],
        "bessel": ["dbndiff + dbnmeani / (n - 1)"],
        "branch_twice": ["dbndiff + 2 * dbnmeani / n"],
        "overwritten_accumulation": [
            "dhprebn = dbndiff.clone()\ndhprebn = torch.ones_like(hprebn) * dbnmeani / n"
        ],
        "missing_upstream": ["dbndiff + 1.0 / n"],
        "extra_mean_factor": ["(dbndiff + dbnmeani) / n"],
        "aliasing": ["dhprebn = dbndiff\ndhprebn += dbnmeani / n"],
        "hard_coded_size": ["dbndiff + dbnmeani / 32"],
        "wrong_upstream": ["dbndiff2 + dbnmeani / n"],
        "wrong_variable": ["dbndiff + dbnmeani * bnmeani / n"],
        "broadcast_shape": ["dbndiff.sum(0, keepdim=True) + dbnmeani / n"],
        "other_function": ["dbndiff * dbnmeani / n"],
    },
}
