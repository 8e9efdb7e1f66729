"""What goes wrong in the gradient of tanh: `{x}` before, `{y}` after, `{up}` comes in."""

from autograder.mistakes.written.formula import Edit, edit

__all__ = ["TANH", "TANH_BODY"]

# y = tanh(x) elementwise.
TANH_BODY = "({one} - {square}) * {up}"

_TANH = "the derivative of tanh, written with its result, contains the square of `{y}`"

_FACTOR = "which derivative belongs to tanh? It can be written with `{y}` alone"

_PARENTHESES = "Python multiplies before it subtracts: what is to be multiplied by `{up}`?"

TANH: tuple[Edit, ...] = (
    edit("precedence", _PARENTHESES, one="1 - {square_} * {up_}", square="0", up="1"),
    edit("precedence", _PARENTHESES, square="({y} * {up_})**2", up="1", cost=2),
    edit("precedence", "square first, then subtract", one="(1 - {y})**2 + 0", square="0"),
    edit(
        "wrong_power", _TANH, square=("{y}", "{y}**3", "{y}**4", "{y}**0.5", "2 * {y}", "{y}.abs()")
    ),
    edit("wrong_power", _TANH, one="(1 - {y}**2)**2 + 0", square="0"),
    edit("wrong_power", _TANH, one="(1 - {y}**2)**0.5 + 0", square="0"),
    edit(
        "wrong_constant",
        "look at the constants in the derivative of tanh",
        one=("2", "0.5", "-1 + 2 * {y}**2 * 0"),
    ),
    edit(
        "wrong_constant",
        "look at the constants in the derivative of tanh",
        square=("2 * {square_}", "0.5 * {square_}"),
    ),
    edit("wrong_sign", "the derivative of tanh is never negative", one="{square_} - 1", square="0"),
    edit("wrong_sign", "the derivative of tanh is largest where `{y}` is 0", square="-{square_}"),
    edit("missing_branch", "the derivative of tanh has two terms", one="0"),
    edit("missing_branch", "the derivative of tanh has two terms", one="0", square="-{square_}"),
    edit(
        "wrong_variable",
        "`{y}` is already the result of tanh: here tanh is applied once too often",
        square="torch.tanh({y})**2",
        source=r"tanh\(",
    ),
    edit(
        "wrong_variable",
        "the square is of tanh's result, not of another variable",
        square=("{x}**2", "{up}**2", "{x} * {y}"),
    ),
    edit("wrong_variable", _FACTOR, one=("{y}", "{x}", "{x} * {y}"), square="0"),
    edit("wrong_variable", "which of the two is squared?", square="{up_}**2", up="{y}"),
    edit(
        "other_function",
        _FACTOR,
        one=(
            "{y} * (1 - {y})",
            "torch.sigmoid({x}) * (1 - torch.sigmoid({x}))",
            "torch.sigmoid({y}) * (1 - torch.sigmoid({y}))",
            "{x} * (1 - {x})",
            "torch.sigmoid({x})",
            "({x} > 0) * 1.0",
            "({y} > 0) * 1.0",
            "torch.cosh({x})",
            "torch.cosh({x})**2",
            "torch.sinh({x})",
            "1 / (1 + {x}**2)",
            "1 / (1 + {y}**2)",
            "1 / (1 - {y}**2)",
            "1 / (1 - {x}**2)",
            "torch.cos({x})",
            "1 / torch.cos({x})**2",
            "1 + torch.tan({x})**2",
            "torch.exp({x})",
        ),
        square="0",
    ),
    edit(
        "other_function",
        "forwards tanh; backwards a factor",
        one="torch.tanh({up_})",
        square="0",
        up="1",
    ),
    edit(
        "other_function",
        "the local derivative multiplies; nothing is added",
        one="1 - {y}**2 + {up_}",
        square="0",
        up="1",
    ),
)
