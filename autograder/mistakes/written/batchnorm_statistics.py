"""Mistakes in stage 03 on the way back to variance and mean."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.operators import (
    FLOOR,
    FLOORED,
    HALVED,
    HALVED_POWER,
    ROOTED,
)
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["STATISTICS"]

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
        edit("precedence", HALVED_POWER, half="-0.25", power="bnvar_inv**6", needs=HALVED),
        edit("wrong_constant", FLOORED, half="-1", needs=FLOOR),
        edit("wrong_constant", FLOORED, power="bnvar_inv**4", needs=FLOOR),
        edit("wrong_constant", FLOORED, half="-1", power="bnvar_inv**4", needs=FLOOR),
        edit("wrong_sign", "look at the sign of the epsilon", power="(bnvar - 1e-5) ** -1.5"),
        *(
            edit("wrong_power", _ROOT, power=f"bnvar_inv**{exponent}")
            for exponent in ("1", "2", "1.5", "-1", "-2", "-3", "5", "6")
        ),
        *(edit("wrong_power", _ROOT, power=f"bnvar**{exponent}") for exponent in ("-0.5", "1.5")),
        edit("wrong_power", _ROOT, power="bnvar_inv**4", source=r"\*\* ?4"),
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
            source=r"\.sum\(.*\.sum\(",
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
        edit("precedence", HALVED_POWER, scale="bnvar_inv**2 / 2", needs=ROOTED),
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

STATISTICS: tuple[Mistake, ...] = (*_DBNRAW, *_DBNVAR, *_DBNMEANI)
