"""Stage 01: the shares of an example in a mean and in a variance."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.operators import FLOOR, FLOORED
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["MEANS"]

_SHARE = "each square has the same share in the variance: which?"

_DBNDIFF2 = Formula(
    "dbndiff2",
    "n, bndiff, bndiff2, bnvar, dbnvar, dbnvar_inv",
    "{share} * {up}",
    {"share": "1.0 / (n - 1)", "up": "torch.ones_like(bndiff2) * dbnvar"},
).mistakes(
    (
        edit("bessel", "by what does this variance divide?", share="1.0 / n"),
        edit(
            "bessel",
            "by what does this variance divide?",
            share=("n / (n - 1)", "(n - 1) / n", "1 / (n + 1)", "1 / (n - 2)"),
        ),
        edit("missing_mean_factor", _SHARE, share="1"),
        edit("wrong_constant", FLOORED, share="1", up="({up_} // (n - 1))", needs=FLOOR),
        edit("wrong_constant", _SHARE, share=("2 / (n - 1)", "0.5 / (n - 1)", "2 / n")),
        edit(
            "extra_mean_factor",
            _SHARE,
            share=(
                "1 / (n - 1) / n",
                "1 / (n - 1)**2",
                "1 / n**2",
                "1 / bndiff2.numel()",
                "1 / (n - 1) / bndiff2.shape[1]",
            ),
        ),
        edit(
            "wrong_variable",
            "which share has each square? All have the same",
            share=(
                "bndiff2 / (n - 1)",
                "bndiff / (n - 1)",
                "2 * bndiff / (n - 1)",
                "bnvar / (n - 1)",
                "bndiff2 / n",
                "bndiff2",
            ),
        ),
        edit(
            "precedence",
            "parentheses: Python divides before it subtracts",
            share=("1.0 / n - 1", "(1.0 / n - 1)"),
        ),
        edit(
            "precedence",
            "parentheses: Python divides before it subtracts",
            share="1",
            up="torch.ones_like(bndiff2) * dbnvar / n - 1",
        ),
        edit("wrong_sign", _SHARE, share=("-1.0 / (n - 1)", "1.0 / (1 - n)")),
        edit(
            "wrong_upstream",
            "what comes in at this step?",
            up="torch.ones_like(bndiff2) * dbnvar_inv",
        ),
        edit(
            "wrong_axis",
            "one variance for each column: its gradient goes back to that column",
            up="torch.ones_like(bndiff2) * dbnvar.T[: len(bndiff2)]",
        ),
    )
)

_EACH = "each example has its share in the mean"

_DHPREBN = Formula(
    "dhprebn",
    "n, hprebn, bnmeani, bndiff, dbndiff, dbnmeani, dbndiff2, dbnraw",
    "{first} + {share} * {mean}",
    {"first": "dbndiff", "share": "1.0 / n", "mean": "torch.ones_like(hprebn) * dbnmeani"},
).mistakes(
    (
        edit("missing_mean_factor", _EACH, share="1"),
        edit("wrong_constant", FLOORED, share="0", needs=FLOOR),
        edit("wrong_constant", FLOORED, share="1", mean="({mean_} // n)", needs=FLOOR),
        edit(
            "bessel",
            "the mean divides by the number of examples, without a correction",
            share="1.0 / (n - 1)",
        ),
        edit("wrong_constant", _EACH, share=("0.5 / n", "1 / hprebn.shape[1]")),
        edit("extra_mean_factor", "only the mean has a factor", first="dbndiff / n"),
        edit(
            "extra_mean_factor",
            _EACH,
            share=("1 / n**2", "1 / hprebn.numel()", "1 / (n * (n - 1))"),
        ),
        edit("precedence", "parentheses: Python divides before it subtracts", share="1 / n - 1"),
        edit(
            "wrong_variable",
            "a mean has no variable in its derivative",
            share=("bnmeani / n", "hprebn / n", "bndiff / n", "bnmeani"),
        ),
        edit(
            "wrong_variable",
            "a difference has no variable in its derivative",
            first=("bndiff * dbndiff", "hprebn * dbndiff"),
        ),
        edit("wrong_upstream", "what comes in from the difference?", first=("dbndiff2", "dbnraw")),
        edit(
            "wrong_upstream",
            "what comes in from the mean?",
            mean=("dbndiff", "dbndiff.sum(0)", "dbndiff.mean(0)"),
            cost=2,
        ),
        edit(
            "broadcast_shape",
            "each example has a gradient of its own",
            first="dbndiff.sum(0, keepdim=True)",
            mean="dbnmeani",
        ),
        edit(
            "broadcast_shape",
            "each example has a gradient of its own",
            first=("dbndiff.mean(0, keepdim=True)", "dbndiff[:1]"),
            mean="dbnmeani",
        ),
        edit(
            "other_function",
            "the parts of two ways are added, not multiplied",
            first="0",
            mean="dbndiff * dbnmeani",
        ),
        edit("extra_sum", "each example has a gradient of its own", first="dbndiff.sum(0)"),
        edit(
            "missing_local_derivative",
            "what was subtracted was the mean",
            first="dbndiff - dbndiff.mean(0)",
            share="0",
            cost=3,
        ),
    )
)

MEANS: tuple[Mistake, ...] = (*_DBNDIFF2, *_DHPREBN)
