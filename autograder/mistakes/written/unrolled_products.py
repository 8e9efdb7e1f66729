"""Stage 01: the gradients of both factors of a matrix product."""

from itertools import permutations

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Edit, Formula, edit
from autograder.mistakes.written.products import LEFT, LEFT_BODY, RIGHT, RIGHT_BODY

__all__ = ["PRODUCTS"]


def _left(
    step: str, up: str, matrix: str, bias: str, more: str = "", *further: Edit
) -> tuple[Mistake, ...]:
    parts = {"up": up, "matrix": matrix, "after": ""}
    with_bias = (
        edit(
            "wrong_variable", "the bias has no part in this gradient", matrix=f"({matrix} + {bias})"
        ),
        edit(
            "other_function",
            "the bias is added forwards, and not to a gradient",
            after=("+ 1", "- 1"),
            cost=3,
        ),
        edit(
            "elementwise_for_matmul",
            "each entry is a sum of products",
            up=f"{up}[:, None, :] * {matrix}",
            matrix="torch.eye(len({up_}[0])).to({up_}.dtype)",
        ),
    )
    return Formula(step, f"{up}, {matrix}, {bias}{more}", LEFT_BODY, parts).mistakes(
        LEFT, with_bias, further
    )


def _right(step: str, left: str, up: str, more: str = "", *further: Edit) -> tuple[Mistake, ...]:
    body = Formula(step, f"{left}, {up}{more}", RIGHT_BODY, {"up": up, "left": left, "after": ""})
    whole = Formula(step, f"{left}, {up}", "{whole}", {"whole": "", "left": left, "up": up})
    return body.mistakes(RIGHT, further) + whole.mistakes(
        (
            edit(
                "missing_sum",
                "the examples are summed: here each has its own product",
                whole="{left}[:, :, None] * {up}[:, None, :]",
            ),
            edit(
                "elementwise_for_matmul",
                "each entry is a sum of products",
                whole=("{left}.T * {up}", "{left} * {up}", "{left} * {up}.T"),
            ),
        )
    )


_TOO_FAR = edit(
    "other_function",
    "the derivative of tanh comes one step later: one operation at a time",
    after=("* (1 - h**2)", "* (1 - h)"),
)


def _side_by_side() -> tuple[Edit, ...]:
    """Every other order in which the characters of a context can stand in a row."""
    message = "`embcat` puts the characters of an example side by side: in which order were they?"
    orders = list(permutations(range(3)))[1:]
    forms = tuple(f"emb.permute{order}.reshape({{left_}}.shape)" for order in orders)
    return (edit("wrong_layout", message, left=forms),)


PRODUCTS: tuple[Mistake, ...] = (
    *_left("dh", "dlogits", "W2", "b2", ", h", _TOO_FAR),
    *_left("dembcat", "dhprebn", "W1", "b1"),
    *_right("dW2", "h", "dlogits"),
    *_right("dW1", "embcat", "dhprebn", ", emb", *_side_by_side()),
)
