"""Stage 01: tanh, and the power of the variance."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.operators import (
    FLOOR,
    FLOORED,
    HALVED,
    HALVED_POWER,
)
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.tanh import TANH, TANH_BODY

__all__ = ["POWERS"]

_POWER = "derivative of a power: the old exponent comes down as a factor, the new one is 1 less"

_DHPREACT = Formula(
    "dhpreact",
    "hpreact, h, bnraw, dh",
    TANH_BODY,
    {"one": "1", "square": "{y}**2", "y": "h", "x": "hpreact", "up": "dh"},
)

_EPSILON = "`bnvar_inv` contains an epsilon: it stands next to `bnvar` here as well"

_ORDER = "Python raises to a power first, and multiplies before it adds: where are the parentheses?"

_DBNVAR = Formula(
    "dbnvar",
    "bnvar, bnvar_inv, bnmeani, dbnvar_inv",
    "{half} ({var} {eps}) ** {power} * {up}",
    {"half": "-0.5 *", "var": "bnvar", "eps": "+ 1e-5", "power": "-1.5", "up": "dbnvar_inv"},
).mistakes(
    (
        edit("missing_epsilon", _EPSILON, eps=""),
        edit("wrong_sign", "look at the sign of the epsilon", eps="- 1e-5"),
        edit(
            "wrong_constant",
            "look at the size of the epsilon",
            eps=("+ 1e-8", "+ 1e-6", "+ 1e-4", "+ 1e-3", "+ 1e-12", "+ 2e-5"),
        ),
        edit(
            "wrong_power",
            _POWER,
            power=(
                "-0.5",
                "1.5",
                "-1",
                "-2",
                "-2.5",
                "0.5",
                "-3",
                "-1.25",
                "1",
                "2",
                "-0.75",
                "-4.5",
            ),
        ),
        edit("wrong_sign", "a larger variance makes `bnvar_inv` smaller", half="0.5 *"),
        edit("wrong_constant", _POWER, half=("-1 *", "-1.5 *", "-2 *", "-0.25 *", "-3 *", "-5 *")),
        edit("wrong_sign", _POWER, half=("", "1.5 *", "2 *"), cost=2),
        edit("missing_local_derivative", "the power is missing", power="0", cost=0),
        edit("precedence", HALVED_POWER, half="-0.25 *", power="-3", needs=HALVED),
        edit("precedence", HALVED_POWER, half="-0.25 *", power="-3", eps="", cost=2, needs=HALVED),
        edit("wrong_constant", FLOORED, half="-1 *", needs=FLOOR),
        edit("wrong_constant", FLOORED, power="-2", needs=FLOOR),
        edit("wrong_constant", FLOORED, half="-1 *", power="-2", needs=FLOOR),
        edit("precedence", _ORDER, half="-0.5 * bnvar + 1e-5**-1.5 * {up_} + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * (bnvar + 1e-5**-1.5) * {up_} + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * bnvar + 1e-5**-1.5 + 0 *", cost=2),
        edit("precedence", _ORDER, half="-0.5 * (bnvar + 1e-5) ** (-1.5 * {up_}) + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * bnvar**-1.5 + 1e-5 * {up_} + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * (bnvar**-1.5 + 1e-5) * {up_} + 0 *"),
        edit(
            "wrong_variable",
            "which variable is raised to the power?",
            var=("bnvar_inv", "bnmeani.abs()"),
        ),
        edit("wrong_variable", "which variable is raised to the power?", var="bnvar_inv", eps=""),
        edit(
            "other_function",
            "`bnvar_inv` is a power of the variance, not its logarithm or its root",
            half=("", "-1 *"),
            power="-1",
            cost=1,
        ),
        edit(
            "other_function",
            "`bnvar_inv` is a power of the variance, not its logarithm or its root",
            half=("0.5 *", "-1 *"),
            power=("-0.5", "-2"),
        ),
        edit("other_function", "the gradient is multiplied, not divided", up="1 / {up_}"),
        edit("wrong_power", "the gradient enters once, not squared", up="{up_}**2"),
    )
)

POWERS: tuple[Mistake, ...] = (*_DHPREACT.mistakes(TANH), *_DBNVAR)
