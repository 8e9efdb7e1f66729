"""Mistakes in stage 00 with the square and the neuron: single numbers."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.tanh import TANH, TANH_BODY

__all__ = ["NEURON"]

_SQUARE = "the derivative of a square: the exponent comes down and is 1 less"

_INTEGRAL = "this is what a square is the derivative of: the other way round"

_NEURON = "the local derivative of a product is the other factor, times what comes in"

_DSIDE = Formula("dside", "side", "{value} * 1.0", {"value": ""}).mistakes(
    (
        edit("wrong_power", _SQUARE, value=("2 * side**2", "2 * side**3", "2 * side**0.5")),
        edit("missing_local_derivative", _SQUARE, value=("side**0", "2 * side**0")),
        edit("wrong_constant", _SQUARE, value="side", cost=0),
        edit("wrong_constant", _SQUARE, value=("side / 2", "4 * side")),
        edit("other_function", "this is the derivative of a cube", value="3 * side**2"),
        edit("other_function", _INTEGRAL, value=("side**3 / 3", "side**3")),
        edit(
            "other_function",
            "this belongs to another function",
            value=(
                "2**side",
                "1 / side",
                "side**0.5",
                "side.abs() ** 0.5 / 2",
                "-2 / side**3",
                "4 * side**0",
                "side + 2",
            ),
        ),
        edit("wrong_sign", "the area grows with the side", value="-2 * side"),
    )
)

_DE = Formula("de", "h, y, e, z", "{value} * 1.0", {"value": ""}).mistakes(
    (
        edit("wrong_power", _SQUARE, value=("2 * e**2", "2 * e**3", "2 * e.abs() ** 0.5")),
        edit("missing_local_derivative", _SQUARE, value="2 * e**0"),
        edit("wrong_constant", _SQUARE, value="e", cost=0),
        edit("wrong_constant", _SQUARE, value=("e / 2", "4 * e", "3 * e")),
        edit("other_function", "this is the derivative of a cube", value="3 * e**2"),
        edit("other_function", _INTEGRAL, value=("e**3 / 3", "e**3")),
        edit(
            "other_function",
            "the derivative of a square is not that of a size",
            value=("e.sign()", "2 * e.abs()", "e.abs()"),
        ),
        edit(
            "wrong_variable",
            "which variable is squared?",
            value=("2 * h", "2 * y", "2 * z", "2 * (h + y)", "2 * h - y", "h - 2 * y"),
        ),
        edit("wrong_sign", "`e` is `h` minus `y`, in this order", value=("2 * (y - h)", "-2 * e")),
    )
)

_DH = Formula("dh", "h, y, e, z, de", "{value} * 1.0", {"value": ""}).mistakes(
    (
        edit(
            "other_function",
            "the derivative of tanh comes one step later",
            value=("(1 - h**2) * de", "(1 - h**2)"),
        ),
        edit(
            "other_function",
            "what is subtracted forwards is not subtracted from the gradient",
            value=("de - y", "de + y", "h - de", "de - 1", "de + 1", "y - de", "de - h"),
        ),
        edit(
            "wrong_variable",
            "a difference passes the gradient on: no variable is a factor",
            value=("h * de", "y * de", "e * de", "z * de", "2 * e * de"),
        ),
        edit(
            "wrong_variable",
            "a difference has no variable in its derivative",
            value=("h - y", "2 * h", "2 * y"),
            cost=2,
        ),
        edit(
            "wrong_constant",
            "the local derivative of a difference is 1",
            value=("2 * de", "de / 2", "0.5 * de"),
        ),
        edit("wrong_power", "the gradient is passed on, not squared", value=("de**2", "de**3")),
        edit(
            "missing_upstream",
            "the local derivative alone: what comes in is missing",
            value="de**0",
        ),
        edit("wrong_sign", "the sign: `h` is the one that is not subtracted", value="-de"),
    )
)

_DZ = Formula(
    "dz", "z, h, dh", TANH_BODY, {"one": "1", "square": "{y}**2", "y": "h", "x": "z", "up": "dh"}
)

_DW = Formula("dw", "w, s, b, z, h, e, de, dh, dz", "{value} * 1.0", {"value": ""}).mistakes(
    (
        edit(
            "precedence",
            "Python multiplies before it adds: where are the parentheses?",
            value=("s + b * dz", "(s + b) * dz", "w + s * dz"),
        ),
        edit(
            "other_function",
            "the bias is added forwards; the derivative of a sum does not have it",
            value=("s * dz + b", "w * s * dz + b", "s * dz - b"),
        ),
        edit(
            "other_function",
            "multiplied forwards is multiplied backwards",
            value=("dz / s", "s / dz", "s + dz", "dz - s"),
        ),
        edit(
            "wrong_variable",
            _NEURON,
            value=("w * dz", "z * dz", "b * dz", "h * dz", "w * s * dz", "e * dz"),
        ),
        edit("wrong_power", _NEURON, value=("s**2 * dz", "s**3 * dz", "s * dz**2")),
        edit(
            "wrong_upstream",
            "what comes in at this node is its own gradient, not a later one",
            value=("s * dh", "s * de", "s * dh * de", "s * dz * dh"),
        ),
        edit(
            "other_function",
            "the derivative of tanh is in `dz` already",
            value=("s * (1 - h**2) * dz", "(1 - s**2) * dz", "(1 - w**2) * dz"),
        ),
    )
)

NEURON: tuple[Mistake, ...] = (*_DSIDE, *_DE, *_DH, *_DZ.mistakes(TANH), *_DW)
