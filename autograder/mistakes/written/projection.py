"""Mistakes in `project`: what is left without the mean and without the part along r."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["PROJECT"]

_THIRD = "what is taken away is the part along the mean and the part along `r`, no more and no less"

_LENGTH = "the part along `r` does not depend on how long `r` is: by what is divided?"

_LEFT = "asked for is what is left, not what is taken away"
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
    edit("missing_branch", _LEFT, g="0", mean=("{mean_}", "")),
    edit("missing_branch", _LEFT, g="0", along=""),
    edit("wrong_sign", _LEFT, g="0", sign="-", cost=1),
    edit("wrong_sign", "asked for is what is left", g="0", mean="", sign="-"),
    edit("branch_twice", _THIRD, mean="{mean_} {mean_}"),
    edit("branch_twice", _THIRD, along="{along_} {along_}"),
    edit("wrong_sign", _THIRD, along="+ {product} / {square} * {r}"),
    edit("wrong_sign", _THIRD, mean="+ g.mean(0)", along="+ {product} / {square} * {r}"),
    edit("wrong_sign", _THIRD, sign="-"),
    edit("wrong_sign", _THIRD, mean="+ g.mean(0)"),
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
        "missing_mean_factor", "the part along the mean is the mean, not the sum", mean="- g.sum(0)"
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
    edit("extra_sum", _COLUMN, product=("{product_}", "(g * r).sum()"), square="(r * r).sum()"),
    edit("extra_sum", _COLUMN, product="(g * r).sum()"),
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
        source=r"r(\.abs\(\))?\.sum\(",
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

PROJECT: tuple[Mistake, ...] = _PROJECT.mistakes(_WRONG_PROJECT)
