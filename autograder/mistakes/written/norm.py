"""What goes wrong in the gradient of batch norm in one expression.

The same three paths occur with both variances and in the backward pass of stage 04, so the tables
name parts, and the steps say what their parts are.
"""

from autograder.mistakes.operators import FLOORED
from autograder.mistakes.written.formula import Edit, edit

__all__ = ["AROUND", "BESSEL", "BODY", "NORM_PATHS", "PARTS"]

# Direct path, path through the mean, path through the variance; all behind one factor.
BODY = "{gain} * {scale} * ({direct} {mean} {along})"

PARTS = {
    "gain": "bngain",
    "scale": "{inv}",
    "direct": "{up}",
    "mean": "- {up}.sum(0) / n",
    "along": "- {raw} * ({up} * {raw}).sum(0) / {m}",
    "up": "dhpreact",
    "inv": "bnvar_inv",
    "raw": "bnraw",
    "var": "bnvar",
    "diff": "({raw} / {inv})",
    "act": "hpreact",
    "m": "(n - 1)",
}

_PATHS = "there are three paths to `hprebn`, and here"

_MEAN_MISSING = (
    f"{_PATHS} the one through the mean is missing: an example moves the mean for all of them"
)

_ALONG_MISSING = (
    f"{_PATHS} the one through the variance is missing: each example also moves the variance of "
    "its column"
)

_SIGN_MEAN = "the sign of the path through the mean: the mean is subtracted from every example"

_SIGN_ALONG = (
    "the sign of the path through the variance: a larger variance makes `{inv}` smaller, not larger"
)

_GAIN = "the gain is missing: `hpreact` is the normalized value times `bngain`"

_SCALE = "`{inv}` is missing: the difference from the mean is scaled on its way to `{raw}`"

_RAW = (
    "in the path through the variance `{raw}` has two places: once inside the sum over the "
    "examples, once outside; one is missing"
)

_MEAN_N = "the mean has a factor for the number of examples; it is missing in the path through it"

_ALONG_N = "the variance is a mean of squares; its factor is missing in the path through it"

_TOO_MANY = "a division by the number of examples is there once too often"

_PRECEDENCE = "parentheses: Python multiplies and divides before it adds and subtracts"

NORM_PATHS: tuple[Edit, ...] = (
    edit("missing_branch", _MEAN_MISSING, mean=""),
    edit("missing_branch", _ALONG_MISSING, along=""),
    edit("missing_branch", f"{_PATHS} is the direct one only", mean="", along=""),
    edit("missing_branch", f"{_PATHS} the direct one is missing", direct="0 * {up_}"),
    edit("missing_branch", f"{_PATHS} is only one of them", direct="0 * {up_}", mean=""),
    edit("missing_branch", f"{_PATHS} is only one of them", direct="0 * {up_}", along=""),
    edit(
        "branch_twice", "the path through the mean counts once, not twice", mean="{mean_} {mean_}"
    ),
    edit("branch_twice", "the path through the variance counts once", along="{along_} {along_}"),
    edit("branch_twice", "the direct path counts once, not twice", direct="2 * {direct_}"),
    edit("wrong_sign", _SIGN_MEAN, mean="+ {up}.sum(0) / n"),
    edit("wrong_sign", _SIGN_ALONG, along="+ {raw} * ({up} * {raw}).sum(0) / {m}"),
    edit(
        "wrong_sign",
        "the signs of the paths through mean and variance",
        mean="+ {up}.sum(0) / n",
        along="+ {raw} * ({up} * {raw}).sum(0) / {m}",
    ),
    edit("wrong_sign", "the sign of the direct path", direct="-{up}"),
    edit("wrong_sign", "the sign of the whole expression", gain="-bngain"),
    edit("missing_local_derivative", _GAIN, gain="1"),
    edit("missing_local_derivative", _SCALE, scale="1"),
    edit("missing_local_derivative", "both factors of the layer are missing", gain="1", scale="1"),
    edit("missing_local_derivative", _RAW, along="- ({up} * {raw}).sum(0) / {m}"),
    edit("missing_local_derivative", _RAW, along="- {raw} * {up}.sum(0) / {m}"),
    edit("missing_mean_factor", _MEAN_N, mean="- {up}.sum(0)"),
    edit("missing_mean_factor", _ALONG_N, along="- {raw} * ({up} * {raw}).sum(0)"),
    edit(
        "missing_mean_factor",
        "mean and variance are means: their factors are missing in the paths through them",
        mean="- {up}.sum(0)",
        along="- {raw} * ({up} * {raw}).sum(0)",
    ),
    edit("missing_mean_factor", "the division by `n` is missing", gain="n * bngain"),
    edit(
        "missing_mean_factor",
        "a division by the number is missing",
        gain="(n - 1) * bngain",
        cost=2,
    ),
    edit("extra_mean_factor", _TOO_MANY, gain="bngain / n"),
    edit("extra_mean_factor", _TOO_MANY, gain="bngain / (n - 1)", cost=2),
    edit("extra_mean_factor", _TOO_MANY, direct="{up} / n"),
    edit("extra_mean_factor", _TOO_MANY, mean="{mean_} / n"),
    edit("extra_mean_factor", _TOO_MANY, along="{along_} / n"),
    edit("extra_mean_factor", _TOO_MANY, along="{along_} / (n - 1)", cost=2),
    edit(
        "mean_instead_of_sum",
        "take the sum over the examples here: the factor for the mean stands beside it already",
        mean="{mean_} / n",
        source=r"\.mean\(",
    ),
    edit(
        "mean_instead_of_sum",
        "take the sum over the examples here: the factor of the variance stands beside it already",
        along="{along_} / n",
        source=r"\.mean\(",
    ),
)

# Where the layer's input and output are at hand as well.
AROUND: tuple[Edit, ...] = tuple(
    edit(
        "wrong_variable",
        "the path through the variance goes along `{raw}`, not along the layer's input or output",
        along=f"- {outside} * ({{up}} * {inside}).sum(0) / {{m}}",
    )
    for other in ("{act}", "hprebn")
    for outside, inside in ((other, "{raw}"), ("{raw}", other), (other, other))
)

# For the variance with n - 1; the biased one has a table of its own.
_BESSEL = "`n` and `n - 1`: the mean divides by the one, this variance by the other"

BESSEL: tuple[Edit, ...] = (
    edit("bessel", _BESSEL, m="n"),
    edit("wrong_constant", FLOORED, m="n", needs=r"\bn\s*//\s*\(\s*n\b"),
    edit("bessel", _BESSEL, m="n * (n - 1) / n"),
    edit("bessel", _BESSEL, mean="- {up}.sum(0) / (n - 1)"),
    edit("bessel", _BESSEL, mean="- {up}.sum(0) / (n - 1)", m="n"),
    edit("bessel", _BESSEL, gain="n / (n - 1) * bngain"),
    edit("bessel", _BESSEL, gain="(n - 1) / n * bngain"),
    edit("bessel", _BESSEL, direct="(n - 1) / n * {up}"),
    edit("bessel", _BESSEL, direct="n / (n - 1) * {up}"),
    edit("precedence", _PRECEDENCE, along="- {raw} * ({up} * {raw}).sum(0) / n - 1"),
    edit("precedence", _PRECEDENCE, along="- 1 / n - {raw} * ({up} * {raw}).sum(0) / n"),
)
