"""Mistakes in `dhprebn_paths`: three paths, each in its place."""

from itertools import permutations

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.operators import FLOOR, FLOORED, HALVED_POWER, ROOTED
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["PATHS"]

_NAMES = "hprebn, n, bnmeani, bnvar, bnvar_inv, bnraw, bngain, bnbias, hpreact, dhpreact"

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
    edit("wrong_constant", FLOORED, share="// n", needs=FLOOR),
    edit("wrong_constant", FLOORED, share="* 0", needs=FLOOR),
    edit("wrong_constant", FLOORED, two="2 // {m} * {m}", needs=FLOOR),
    edit("precedence", HALVED_POWER, scale="bnvar_inv**2 / 2", needs=ROOTED),
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
        for other in ("hprebn", "bnraw", "bnmeani.expand(n, -1)", "hpreact")
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
)

PATHS: tuple[Mistake, ...] = _PATHS.mistakes(_WRONG_PATHS)
