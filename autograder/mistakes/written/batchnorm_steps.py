"""Mistakes on the way through batch norm in stage 03, before and after the fused expression."""

from itertools import permutations

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["STEPS"]

_NAMES = "hprebn, n, bnmeani, bnvar, bnvar_inv, bnraw, bngain, bnbias, hpreact, dhpreact"

_DBNRAW = Formula("dbnraw", _NAMES, "bngain * dhpreact {rest}", {"rest": ""}).mistakes(
    (
        edit(
            "other_function", "the bias is added forwards, and not to a gradient", rest="+ bnbias"
        ),
        edit(
            "other_function",
            "multiplied forwards means multiplied backwards, not divided",
            rest="/ bngain**2",
        ),
        edit("wrong_power", "the gain occurs once, not squared", rest="* bngain"),
    )
)

_DIFF = "the variance measures differences from the mean"
_ROOT = "derivative of a power: the old exponent comes down as a factor, the new one is 1 less"
_DBNVAR = Formula(
    "dbnvar",
    f"{_NAMES}, dbnraw",
    "{half} * {power} * ({up} * {diff}).{sum}",
    {
        "half": "-0.5",
        "power": "bnvar_inv**3",
        "up": "dbnraw",
        "diff": "(hprebn - bnmeani)",
        "sum": "sum(0, keepdim=True)",
    },
).mistakes(
    (
        edit("missing_epsilon", "the epsilon in `bnvar_inv` is missing", power="bnvar**-1.5"),
        *(
            edit("wrong_power", _ROOT, power=f"bnvar_inv**{exponent}")
            for exponent in ("1", "2", "1.5", "0", "-1", "-2", "-3", "4", "5", "6")
        ),
        *(edit("wrong_power", _ROOT, power=f"bnvar**{exponent}") for exponent in ("-0.5", "1.5")),
        edit("wrong_constant", _ROOT, half="-1.5"),
        edit("wrong_constant", _ROOT, half="-1"),
        edit("wrong_constant", _ROOT, half="-2"),
        edit("wrong_constant", _ROOT, half="-3"),
        edit("wrong_constant", "the size of the epsilon", power="(bnvar + 1e-8) ** -1.5"),
        edit("wrong_constant", "the size of the epsilon", power="(bnvar + 1e-6) ** -1.5"),
        edit("wrong_constant", "the size of the epsilon", power="(bnvar + 1e-4) ** -1.5"),
        edit("wrong_sign", "a larger variance makes `bnvar_inv` smaller", half="0.5"),
        edit(
            "precedence",
            "Python raises to a power first: where are the parentheses?",
            half="-0.5 * bnvar",
            power="0 + 1e-5 ** -1.5",
        ),
        *(
            edit("wrong_variable", _DIFF, diff=other)
            for other in ("bnraw", "hprebn", "hpreact", "bnmeani", "(hprebn - bnmeani) ** 2")
        ),
        edit("wrong_power", _DIFF, diff="(hprebn - bnmeani) ** 2", source=r"\*\* ?2", cost=1),
        edit("wrong_sign", "the sign of the difference from the mean", diff="(bnmeani - hprebn)"),
        edit("missing_local_derivative", "the power is missing", half="1", power="1"),
        edit("missing_local_derivative", "the power is missing", power="1"),
        edit("missing_local_derivative", "the factor beside `bnvar_inv` in `bnraw`", diff="1"),
        edit("wrong_upstream", "what comes in next to this is `dbnraw`", up="dhpreact"),
        edit("missing_upstream", "the gradient that comes in is missing", up="1"),
        edit("missing_upstream", "the gradient that comes in is missing", sum="sum(0) * 0 + 1"),
        edit(
            "mean_instead_of_sum", "each example adds its part: a sum", sum="mean(0, keepdim=True)"
        ),
        edit(
            "bessel", "the sum is not a variance again: nothing is divided", sum="sum(0) / (n - 1)"
        ),
        edit("extra_mean_factor", "the sum is not divided again", sum="sum(0) / (n - 1)", cost=2),
        edit("wrong_axis", "one variance for each column", sum="sum(1, keepdim=True)"),
        edit("extra_sum", "one variance for each column", sum="sum()"),
        edit("missing_sum", "all examples share a variance: sum over them", sum="clone()"),
        edit(
            "product_of_sums",
            "a sum of products is not a product of sums",
            up="dbnraw.sum(0)",
            diff="(hprebn - bnmeani).sum(0)",
            sum="unsqueeze(0)",
        ),
        edit(
            "other_function",
            "`bnvar_inv` is a power of the variance, not its logarithm",
            power="1 / (bnvar + 1e-5)",
            half="1",
        ),
    )
)

_TWO_PATHS = "`bnmeani` is subtracted in `bnraw`, and its part in `bnvar` sums to zero"
_DBNMEANI = Formula(
    "dbnmeani",
    f"{_NAMES}, dbnraw, dbnvar",
    "-({scale} * {up}).{sum} {variance}",
    {"scale": "bnvar_inv", "up": "dbnraw", "sum": "sum(0, keepdim=True)", "variance": ""},
).mistakes(
    (
        *(
            edit("wrong_variable", "how is the mean scaled on its way to `bnraw`?", scale=other)
            for other in ("bnvar", "bnraw", "bngain", "(hprebn - bnmeani)", "(bnvar + 1e-5) ** 0.5")
        ),
        edit("wrong_power", "look at the power of `bnvar_inv`", scale="bnvar_inv**2"),
        edit("wrong_power", "look at the power of `bnvar_inv`", scale="bnvar_inv**3"),
        edit("missing_epsilon", "the epsilon in `bnvar_inv` is missing", scale="bnvar**-0.5"),
        edit("wrong_upstream", "what comes in next to this is `dbnraw`", up="dhpreact"),
        edit("wrong_upstream", "the variance's gradient has no place here", up="dbnvar", cost=2),
        edit("missing_local_derivative", "how is the mean scaled in `bnraw`?", scale="1"),
        edit(
            "missing_upstream", "the gradient that comes in is missing", up="torch.ones_like(bnraw)"
        ),
        edit("missing_upstream", "the gradient that comes in is missing", up="1", sum="clone()"),
        edit(
            "mean_instead_of_sum", "each example adds its part: a sum", sum="mean(0, keepdim=True)"
        ),
        edit("wrong_axis", "one mean for each column", sum="sum(1, keepdim=True)"),
        edit("extra_sum", "one mean for each column", sum="sum()"),
        edit("missing_sum", "all examples share a mean: sum over them", sum="clone()"),
        *(
            edit("wrong_variable", _TWO_PATHS, variance=f"- 2 / {m} * dbnvar * {x}.sum(0)")
            for m in ("(n - 1)", "n", "1")
            for x in ("hprebn", "bnraw.abs()", "(hprebn - bnmeani).abs()")
        ),
        *(
            edit("missing_sum", _TWO_PATHS, variance=f"- 2 / {m} * dbnvar * (hprebn - bnmeani)")
            for m in ("(n - 1)", "n", "1")
        ),
        *(
            edit("wrong_variable", _TWO_PATHS, variance=f"{sign} {m} * dbnvar * bnmeani", cost=2)
            for sign in "+-"
            for m in ("2", "2 / n", "2 / (n - 1)", "2 * n / (n - 1)", "2 * n")
        ),
        edit("missing_local_derivative", _TWO_PATHS, variance="- dbnvar"),
        edit("missing_local_derivative", _TWO_PATHS, variance="+ dbnvar"),
    )
)

_ORDER = "the order: the direct path first, then the mean, then the variance"
_PATHS = Formula(
    "dhprebn_paths",
    f"{_NAMES}, dbnraw, dbnvar, dbnmeani",
    "torch.stack([{paths}]{dim}){after}",
    {
        "paths": "{direct}, {mean}, {variance}",
        "direct": "{scale} * {up}",
        "scale": "bnvar_inv",
        "up": "dbnraw",
        "mean": "({dmean} {share}).expand(n, -1)",
        "dmean": "dbnmeani",
        "share": "/ n",
        "variance": "{dvar} * {two} / {m} * {diff}",
        "dvar": "dbnvar",
        "two": "2",
        "m": "(n - 1)",
        "diff": "(hprebn - bnmeani)",
        "dim": "",
        "after": "",
    },
)
_SHARE = "each example is one of `n` in the mean"
_SQUARE = "the variance is a mean of squares of differences from the mean"
_NONE = "torch.zeros_like(hprebn)"
_THREE = "there are three paths, and each has a place of its own"
_WRONG_PATHS = (
    *(
        edit("wrong_index", _ORDER, paths=", ".join(order), cost=1)
        for order in list(permutations(("{direct}", "{mean}", "{variance}")))[1:]
    ),
    *(
        edit("missing_branch", _THREE, paths=", ".join(kept))
        for kept in (
            ("{direct}", "{mean}"),
            ("{direct}", "{variance}"),
            ("{mean}", "{variance}"),
        )
    ),
    *(edit("broadcast_shape", _THREE, paths=path) for path in ("{direct}", "{mean}", "{variance}")),
    edit("missing_branch", _THREE, direct=_NONE),
    edit("missing_branch", _THREE, mean=_NONE),
    edit("missing_branch", _THREE, variance=_NONE),
    edit("extra_sum", "keep the three paths apart; the sum comes later", after=".sum(0)"),
    edit("extra_sum", "keep the three paths apart", after=".sum(0, keepdim=True)"),
    edit("wrong_layout", "the paths are the first dimension", after=".transpose(0, 1)"),
    edit("wrong_layout", "the paths are the first dimension", dim=", -1"),
    edit("wrong_layout", "one path is in a layer of its own", after=".flatten(0, 1)"),
    edit("wrong_layout", "one path is in a layer of its own", after=".transpose(0, 1).flatten(1)"),
    edit("wrong_layout", "rows are examples, columns are units", after=".transpose(1, 2)"),
    edit("missing_mean_factor", _SHARE, share=""),
    edit("missing_mean_factor", "the variance is a mean of squares", m="1"),
    edit("bessel", _SHARE, share="/ (n - 1)"),
    edit("bessel", "by what does this variance divide?", m="n"),
    edit("bessel", "mean and variance: which of them divides by `n`?", share="/ (n - 1)", m="n"),
    edit("extra_mean_factor", _SHARE, share="/ n / n"),
    edit("extra_mean_factor", "the sum over the examples is divided once", m="(n - 1) / n", cost=2),
    edit("extra_mean_factor", "the sum is divided once", direct="{scale} * {up} / n"),
    edit("wrong_constant", _SQUARE, two="1"),
    edit("wrong_constant", _SQUARE, two="0.5"),
    edit("wrong_constant", _SQUARE, two="4"),
    edit("wrong_constant", "the path through the mean", share="/ n * 2"),
    edit(
        "precedence",
        "`n - 1` needs parentheses behind a division",
        variance="{dvar} * 2 / n - 1 * {diff}",
    ),
    edit("wrong_power", _SQUARE, diff="{diff_} ** 2"),
    edit("wrong_power", "look at the power of `bnvar_inv`", scale="bnvar_inv**2"),
    edit("wrong_power", "look at the power of `bnvar_inv`", scale="bnvar_inv**3"),
    edit("missing_epsilon", "the epsilon in `bnvar_inv` is missing", scale="bnvar**-0.5"),
    edit("wrong_variable", "how is `hprebn` scaled on its way to `bnraw`?", scale="bnvar"),
    edit("wrong_variable", "how is `hprebn` scaled on its way to `bnraw`?", scale="bngain"),
    edit("wrong_variable", "how is `hprebn` scaled on its way to `bnraw`?", scale="{diff}"),
    edit("wrong_variable", "how is `hprebn` scaled on its way to `bnraw`?", scale="bnraw"),
    *(
        edit("wrong_variable", _SQUARE, diff=other)
        for other in ("hprebn", "bnraw", "bnmeani", "hpreact")
    ),
    edit("wrong_variable", "the mean itself is no factor", share="/ n * bnmeani"),
    edit("wrong_variable", "the mean itself is no factor", share="/ n * hprebn"),
    edit("wrong_sign", _SQUARE, two="-2"),
    edit("wrong_sign", "the mean grows with each example", share="/ -n"),
    edit("wrong_sign", "the sign of the direct path", scale="-bnvar_inv"),
    edit(
        "wrong_sign", "the sign of the difference from the mean", diff="(bnmeani - hprebn)", cost=2
    ),
    edit("missing_local_derivative", "how is `hprebn` scaled on its way to `bnraw`?", scale="1"),
    edit(
        "missing_local_derivative", _SQUARE, diff="1", variance="({dvar} * 2 / {m}).expand(n, -1)"
    ),
    edit("missing_local_derivative", _SQUARE, variance="({dvar} / {m}).expand(n, -1)"),
    edit("missing_local_derivative", _SQUARE, variance="{dvar}.expand(n, -1)"),
    edit("missing_upstream", "the gradient that comes in is missing", up="torch.ones_like(bnraw)"),
    edit(
        "missing_upstream", "the gradient of the mean is missing", dmean="torch.ones_like(bnmeani)"
    ),
    edit("missing_upstream", "the gradient of the variance is missing", dvar="1"),
    edit("wrong_upstream", "what comes in on the direct path is `dbnraw`", up="dhpreact"),
    edit("wrong_upstream", "on this path the mean's gradient comes in", dmean="dbnvar"),
    edit("wrong_upstream", "on this path the variance's gradient comes in", dvar="dbnmeani"),
    edit("wrong_upstream", "each path has its own gradient", dmean="dbnvar", dvar="dbnmeani"),
    edit("wrong_upstream", "on this path the variance's gradient comes in", dvar="dbnraw"),
    edit(
        "wrong_upstream",
        "on this path the mean's gradient comes in",
        dmean="dbnraw.sum(0, keepdim=True)",
        cost=2,
    ),
    edit(
        "extra_sum",
        "each example has a gradient of its own",
        direct="({scale} * {up}).sum(0, keepdim=True).expand(n, -1)",
    ),
    edit(
        "extra_sum",
        "each example has a gradient of its own",
        variance="({dvar} * {two} / {m} * {diff}.sum(0, keepdim=True)).expand(n, -1)",
        cost=2,
    ),
)

_THIRD = "what is taken away is the part along the mean and the part along `r`, no more and no less"
_LENGTH = "the part along `r` does not depend on how long `r` is: by what is divided?"
_COLUMN = "each column is projected for itself: over which dimension are the sums?"
_PROJECT = Formula(
    "project",
    "g, r",
    "{sign} ({g} {mean} {along})",
    {
        "sign": "",
        "g": "g",
        "mean": "- g.mean(0)",
        "along": "- {product} / {square} * {r}",
        "product": "(g * r).sum(0)",
        "square": "(r * r).sum(0)",
        "r": "r",
    },
)
_WRONG_PROJECT = (
    edit("missing_branch", _THIRD, mean=""),
    edit("missing_branch", _THIRD, along=""),
    edit("missing_branch", _THIRD, g=""),
    edit("missing_branch", "asked for is what is left, not what is taken away", g="0"),
    edit("missing_branch", "asked for is what is left, not what is taken away", g="0", mean=""),
    edit("missing_branch", "asked for is what is left, not what is taken away", g="0", along=""),
    edit(
        "wrong_sign", "asked for is what is left, not what is taken away", g="0", sign="-", cost=1
    ),
    edit("wrong_sign", "asked for is what is left", g="0", mean="", sign="-"),
    edit("branch_twice", _THIRD, mean="{mean_} {mean_}"),
    edit("branch_twice", _THIRD, along="{along_} {along_}"),
    edit("wrong_sign", _THIRD, along="+ {product} / {square} * {r}"),
    edit("wrong_sign", _THIRD, mean="+ g.mean(0)"),
    edit("wrong_sign", _THIRD, mean="+ g.mean(0)", along="+ {product} / {square} * {r}"),
    edit("wrong_sign", _THIRD, sign="-"),
    edit("missing_local_derivative", _LENGTH, square="1"),
    edit("missing_local_derivative", "the part along `r` has the direction of `r`", r="1"),
    edit(
        "wrong_constant",
        _LENGTH,
        square=(
            "(len(g) - 1)",
            "len(g)",
            "(2 * (r * r).sum(0))",
            "(r * r).mean(0)",
            "((r * r).sum(0) / (len(g) - 1))",
            "((r * r).sum(0) + 1e-5)",
        ),
    ),
    edit("wrong_constant", "the part along the mean has no other factor", mean="- g.mean(0) / 2"),
    edit(
        "extra_mean_factor",
        "both sums belong to the same entries: neither is a mean",
        product="(g * r).mean(0)",
    ),
    edit(
        "mean_instead_of_sum",
        "both sums belong to the same entries: neither is a mean",
        product="(g * r).mean(0)",
        source=r"\.mean\(.*\.mean\(",
    ),
    edit("bessel", "a plain mean, without a correction", mean="- g.sum(0) / (len(g) - 1)"),
    edit(
        "mean_instead_of_sum", "the part along the mean is the mean, not the sum", mean="- g.sum(0)"
    ),
    edit("extra_mean_factor", "the mean is divided once", mean="- g.mean(0) / len(g)"),
    edit("wrong_axis", _COLUMN, mean="- g.mean(1, keepdim=True)"),
    edit(
        "wrong_axis",
        _COLUMN,
        product="(g * r).sum(1, keepdim=True)",
        square="(r * r).sum(1, keepdim=True)",
    ),
    edit("wrong_axis", _COLUMN, product="(g * r).sum(1, keepdim=True)"),
    edit("wrong_axis", _COLUMN, square="(r * r).sum(1, keepdim=True)"),
    edit(
        "wrong_axis",
        _COLUMN,
        mean="- g.mean(1, keepdim=True)",
        product="(g * r).sum(1, keepdim=True)",
        square="(r * r).sum(1, keepdim=True)",
    ),
    edit("extra_sum", _COLUMN, mean="- g.mean()"),
    edit("extra_sum", _COLUMN, product="(g * r).sum()"),
    edit("extra_sum", _COLUMN, square="(r * r).sum()"),
    edit("extra_sum", _COLUMN, product="(g * r).sum()", square="(r * r).sum()"),
    edit("extra_sum", _COLUMN, mean="- g.mean()", product="(g * r).sum()", square="(r * r).sum()"),
    edit("missing_sum", "a scalar product is a sum of products", product="(g * r)"),
    edit("missing_sum", "a squared length is a sum of squares", square="(r * r)"),
    edit(
        "missing_sum",
        "scalar product and squared length are sums",
        product="(g * r)",
        square="(r * r)",
    ),
    edit(
        "product_of_sums",
        "a sum of products is not a product of sums",
        square=("r.abs().sum(0) ** 2", "r.sum(0) ** 2"),
    ),
    edit(
        "product_of_sums",
        "a sum of products is not a product of sums",
        product=("g.sum(0) * r.sum(0)", "g.abs().sum(0) * r.abs().sum(0)"),
    ),
    edit(
        "product_of_sums",
        "`r` alone sums to zero in each column",
        along="",
        source=r"(?<!\w)r\.sum\(0\)",
    ),
    edit(
        "wrong_power",
        _LENGTH,
        square=(
            "(r * r).sum(0).sqrt()",
            "r.norm(dim=0)",
            "(r * r).sum(0) ** 2",
            "(r * r).sum(0) ** 1.5",
        ),
    ),
    edit("wrong_power", "`r` and `g` enter as they are, not squared", r=("r**2", "r**3")),
    edit(
        "wrong_power",
        "`r` and `g` enter as they are, not squared",
        product=("(g * r**2).sum(0)", "(g**2 * r).sum(0)"),
    ),
    edit(
        "wrong_variable",
        _LENGTH,
        square=(
            "(g * g).sum(0)",
            "(g * r).sum(0)",
            "(g * g).sum(0).sqrt() * (r * r).sum(0).sqrt()",
        ),
    ),
    edit("wrong_variable", "the part along `r` has the direction of `r`", r="g"),
    edit(
        "wrong_variable",
        "which of the two is projected on which?",
        product="(r * r).sum(0)",
        square="(g * r).sum(0)",
    ),
    edit(
        "wrong_variable",
        "which of the two is projected on which?",
        product="(r * r).sum(0)",
        square="(g * g).sum(0)",
        r="g",
    ),
    edit(
        "wrong_variable", "which of the two is projected on which?", square="(g * g).sum(0)", r="g"
    ),
    edit("wrong_variable", "whose mean is it?", mean="- r.mean(0)", source=r"r\.mean"),
    edit(
        "precedence",
        "parentheses: Python multiplies and divides from left to right",
        along="- {product} / ({square} * {r})",
    ),
    edit(
        "precedence",
        "parentheses: what is divided by the squared length?",
        g="(g",
        mean="- g.mean(0)",
        along="- {product}) / {square} * {r}",
    ),
    edit(
        "precedence",
        "parentheses: what is divided by the squared length?",
        along="- (g * r / (r * r)).sum(0) * {r}",
    ),
    edit("matmul_for_elementwise", _COLUMN, along="- r @ (r.T @ g) / {square}"),
    edit("matmul_for_elementwise", _COLUMN, along="- r @ torch.linalg.pinv(r) @ g"),
    edit(
        "transposed",
        "columns are units",
        sign="1.0 *",
        g="g.T",
        mean="- g.T.mean(0)",
        along="- (g.T * r.T).sum(0) / (r.T * r.T).sum(0) * r.T",
    ),
    edit(
        "extra_sum",
        "asked for is what is left of each entry",
        g="(g",
        along="{along_}).sum(0, keepdim=True)",
    ),
)

STEPS: tuple[Mistake, ...] = (
    *_DBNRAW,
    *_DBNVAR,
    *_DBNMEANI,
    *_PATHS.mistakes(_WRONG_PATHS),
    *_PROJECT.mistakes(_WRONG_PROJECT),
)
