"""Mistakes in stage 00 with the four rules."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.products import LEFT, LEFT_BODY, RIGHT, RIGHT_BODY
from autograder.mistakes.written.scatter import SCATTER, SCATTER_BODY

__all__ = ["RULES"]

_SQUARE = "the derivative of a square: the exponent comes down and is 1 less"

_SUM = "two ways lead from `a` to the loss, and each has its own gradient"

_DA = Formula(
    "da",
    "a, c, left, right, dleft, dright",
    "{first} + {second}",
    {"first": "2 * a * dleft", "second": "c * dright"},
).mistakes(
    (
        edit(
            "precedence",
            "parentheses: which gradient belongs to which factor?",
            first="(2 * a * dleft + c) * dright",
            second="0",
        ),
        edit(
            "precedence",
            "parentheses: which gradient belongs to which factor?",
            first="2 * a * (dleft + c * dright)",
            second="0",
        ),
        edit(
            "product_of_sums",
            "a sum of products is not a product of sums",
            first="(2 * a + c) * (dleft + dright)",
            second="0",
        ),
        edit(
            "product_of_sums",
            "a sum of products is not a product of sums",
            first="(a + c) * (dleft + dright)",
            second="0",
            cost=2,
        ),
        edit(
            "other_function",
            "the parts of two ways are added, not multiplied",
            first="2 * a * dleft * c * dright",
            second="0",
        ),
        edit("wrong_sign", "the parts of two ways are added, not subtracted", second="-{second_}"),
        edit(
            "wrong_power",
            _SQUARE,
            first=("2 * a**2 * dleft", "a**2 * dleft", "2 * dleft", "2 * a**3 * dleft"),
            cost=1,
        ),
        edit("wrong_power", "the factor enters once, not squared", second="c**2 * dright"),
        edit(
            "wrong_constant",
            _SQUARE,
            first=("a * dleft", "4 * a * dleft", "a / 2 * dleft", "3 * a * dleft"),
        ),
        edit("other_function", "this is the derivative of a cube", first="3 * a**2 * dleft"),
        edit("wrong_variable", _SUM, first=("2 * c * dleft", "2 * right * dleft")),
        edit(
            "wrong_variable",
            _SUM,
            second=("a * dright", "right * dright", "left * dright", "a * c * dright"),
        ),
        edit("wrong_upstream", _SUM, first="2 * a * dright", second="c * dleft"),
        edit("wrong_upstream", _SUM, first="2 * a * dright"),
        edit("wrong_upstream", _SUM, second="c * dleft"),
        edit(
            "extra_sum",
            "each entry of `a` has a gradient of its own",
            first="(2 * a * dleft + c * dright).sum()",
            second="0",
        ),
    )
)

_MATRICES = "A, B, product, dproduct"

_DA_MATRIX = Formula("dA", _MATRICES, LEFT_BODY, {"up": "dproduct", "matrix": "B", "after": ""})

_DB = Formula("dB", _MATRICES, RIGHT_BODY, {"up": "dproduct", "left": "A", "after": ""})

_DTABLE = Formula(
    "dtable",
    "table, rows, picked, dpicked",
    SCATTER_BODY,
    {"table": "table", "index": "rows", "up": "dpicked", "after": ""},
)

RULES: tuple[Mistake, ...] = (
    *_DA,
    *_DA_MATRIX.mistakes(LEFT),
    *_DB.mistakes(RIGHT),
    *_DTABLE.mistakes(SCATTER),
)
