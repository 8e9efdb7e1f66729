"""What goes wrong in batch norm's path through the variance, and in its sums."""

from autograder.mistakes.operators import FLOOR, FLOORED, HALVED_POWER, ROOTED
from autograder.mistakes.written.formula import Edit, edit

__all__ = ["NORM_ALONG"]

_EPSILON = "`{inv}` contains an epsilon, which is missing here"

_POWER = "look at the power: how often does `{inv}` occur on this path?"

_AXIS = "batch norm is a matter of columns: sum over the examples, not over the units"

_PRECEDENCE = "parentheses: Python multiplies and divides before it adds and subtracts"

# What is written outside and inside of the sum on the path through the variance.
_ALONG_OTHERS = (
    *((other, "{raw}") for other in ("{diff}", "{up}", "{inv}")),
    *(("{raw}", other) for other in ("{diff}", "{inv}")),
    ("{diff}", "{diff}"),
)

NORM_ALONG: tuple[Edit, ...] = (
    edit("wrong_constant", "the factor of the path through the variance", along="{along_} / 2"),
    edit(
        "wrong_constant",
        "the factor of the path through the variance",
        along="{along_} * -2",
        cost=2,
    ),
    edit(
        "wrong_constant",
        "the factor of the path through the variance",
        along="{along_} * -0.5",
        cost=2,
    ),
    edit(
        "wrong_constant",
        "a factor 2 comes from the square and a half from the root: do they both occur?",
        along="{along_} {along_}",
        source=r"\b2\.?0? \* (?!\w*dhpreact)",
        cost=2,
    ),
    edit("wrong_constant", "the factor of the path through the mean", mean="{mean_} / 2"),
    edit("missing_epsilon", _EPSILON, scale="{var}**-0.5"),
    edit("missing_epsilon", _EPSILON, along="{along_} / ({var} * {inv}**2)"),
    edit(
        "missing_epsilon",
        _EPSILON,
        scale="{var}**-0.5",
        along="{along_} / ({var} * {inv}**2)",
    ),
    edit(
        "missing_epsilon",
        _EPSILON,
        along="- {diff} * {var}**-0.5 * ({up} * {diff} * {var}**-0.5).sum(0) / {m} * {inv} / {inv}",
        cost=2,
    ),
    edit("precedence", HALVED_POWER, scale="{inv}**2 / 2", needs=ROOTED),
    edit("wrong_constant", FLOORED, gain="n * ({gain_} * {inv} // n)", scale="1", needs=FLOOR),
    edit("wrong_constant", FLOORED, mean="- {up}.sum(0) // n", needs=FLOOR),
    edit("wrong_constant", FLOORED, along="- {raw} * (({up} * {raw}).sum(0) // {m})", needs=FLOOR),
    edit("wrong_constant", FLOORED, along="- {raw} * ({up} * {raw}).sum(0) // {m}", needs=FLOOR),
    edit("wrong_constant", FLOORED, along="", needs=FLOOR),
    edit("wrong_constant", FLOORED, mean="", needs=FLOOR),
    edit("wrong_power", _POWER, scale="{inv}**2"),
    edit("wrong_power", _POWER, scale="{inv}**3"),
    edit("wrong_power", _POWER, scale="{inv}**0.5"),
    edit("wrong_power", _POWER, scale="{inv}**-1"),
    edit("wrong_power", _POWER, scale="{inv}**-2"),
    edit("wrong_power", "the gain occurs once, not squared", gain="bngain**2"),
    edit("wrong_power", _POWER, along="{along_} * {inv}", cost=2),
    edit("wrong_power", _POWER, along="{along_} / {inv}", source=r"\*\*"),
    edit("wrong_power", _POWER, along="{along_} / {inv}**2", source=r"\*\*", cost=2),
    edit("wrong_power", _POWER, along="{along_} * {inv}**2", cost=2),
    edit(
        "wrong_power",
        "look at the squares on the path through the variance",
        along="{along_} * {raw}",
    ),
    edit(
        "wrong_power",
        "look at the squares on the path through the variance",
        along="- {raw} * ({up} * {raw}**2).sum(0) / {m}",
    ),
    edit(
        "wrong_power",
        "the gradient enters once on the path through the variance, not squared",
        along="- {raw} * ({up}**2 * {raw}).sum(0) / {m}",
    ),
    *(
        edit(
            "wrong_variable",
            "the path through the variance goes along `{raw}`, not along another variable",
            along=f"- {outside} * ({{up}} * {inside}).sum(0) / {{m}}",
        )
        for outside, inside in _ALONG_OTHERS
    ),
    edit(
        "wrong_variable", "the variance itself is not what scales: look for `{inv}`", scale="{var}"
    ),
    edit("wrong_variable", "the layer multiplies by its gain, not by its bias", gain="bnbias"),
    edit("wrong_variable", "the direct path carries the gradient alone", direct="{up} * {raw}"),
    edit("wrong_axis", _AXIS, mean="- {up}.sum(1, keepdim=True) / n"),
    edit("wrong_axis", _AXIS, mean="- {up}.mean(1, keepdim=True)"),
    edit("wrong_axis", _AXIS, along="- {raw} * ({up} * {raw}).sum(1, keepdim=True) / {m}"),
    edit("wrong_axis", _AXIS, along="- {raw} * ({up} * {raw}).mean(1, keepdim=True) * n / {m}"),
    edit(
        "wrong_axis",
        _AXIS,
        mean="- {up}.sum(1, keepdim=True) / n",
        along="- {raw} * ({up} * {raw}).sum(1, keepdim=True) / {m}",
    ),
    edit(
        "wrong_axis",
        _AXIS,
        mean="- {up}.mean(1, keepdim=True)",
        along="- {raw} * ({up} * {raw}).sum(1, keepdim=True) / {m}",
    ),
    edit("extra_sum", "each column has a sum of its own", mean="- {up}.sum() / n"),
    edit("extra_sum", "each column has a sum of its own", mean="- {up}.mean()"),
    edit(
        "extra_sum",
        "each column has a sum of its own",
        along="- {raw} * ({up} * {raw}).sum() / {m}",
    ),
    edit("missing_sum", "the mean depends on all examples: where is the sum?", mean="- {up} / n"),
    edit(
        "missing_sum",
        "the variance depends on all examples: where is the sum on the path through it?",
        along="- {raw} * ({up} * {raw}) / {m}",
    ),
    edit(
        "product_of_sums",
        "a sum of products is not a product of sums: `{raw}` alone sums to zero in each column",
        along="",
        source=r"bnraw\w*\.(sum|mean)",
        cost=1,
    ),
    # Both ways to write it, with each path divided by its number or with all divided by `n`.
    edit("precedence", _PRECEDENCE, direct="{up}) + ("),
    edit("precedence", _PRECEDENCE, direct="{up}) + (", mean="- {up}.sum(0)", along="{along_} * n"),
    edit("precedence", _PRECEDENCE, direct="{up}) - (0", mean="+ {up}.sum(0) / n"),
    edit(
        "precedence", _PRECEDENCE, direct="{up}) - (0", mean="+ {up}.sum(0)", along="{along_} * n"
    ),
    edit("precedence", _PRECEDENCE, mean="{mean_}) + ("),
    edit("precedence", _PRECEDENCE, mean="{mean_}) + (", along="{along_} * n"),
)
