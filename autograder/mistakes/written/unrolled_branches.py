"""Stage 01: the two variables with a factor on each of two ways."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["BRANCHES"]

_SOFTMAX = (
    "Yb, n, logits, logit_maxes, norm_logits, counts, counts_sum, counts_sum_inv, probs, logprobs"
)

_EPSILON = "`bnvar_inv` contains an epsilon: it stands next to `bnvar` here as well"

_BOTH = "two ways lead on from here, each with its own gradient: which belongs to which?"

_PAIR_BODY = "{a} * {da} + {b} * {db}"

_PAIR = (
    edit("precedence", _BOTH, da="({da_} + {b} * {db_})", b="0"),
    edit("precedence", _BOTH, a="({a_} * {da_} + {b_})", da="{db_}", b="0"),
    edit(
        "product_of_sums",
        "a sum of products is not a product of sums",
        a="({a_} + {b_})",
        da="({da_} + {db_})",
        b="0",
    ),
    edit(
        "other_function",
        "the parts of two ways are added, not multiplied",
        b="0",
        da="{da_} * {b_} * {db_}",
    ),
    edit("wrong_upstream", _BOTH, da="{db_}", db="{da_}"),
    edit("wrong_upstream", _BOTH, da="{db_}"),
    edit("wrong_upstream", _BOTH, db="{da_}"),
    edit("wrong_variable", _BOTH, a="{b_}"),
    edit("wrong_variable", _BOTH, b="{a_}"),
    edit(
        "mean_instead_of_sum",
        "the two parts are added, not averaged",
        a="0.5 * {a_}",
        b="0.5 * {b_}",
        cost=2,
    ),
)

_DBNDIFF = Formula(
    "dbndiff",
    "bnvar, bnvar_inv, bndiff, bndiff2, hprebn, bnraw, n, dbnraw, dbndiff2",
    _PAIR_BODY,
    {"a": "bnvar_inv", "da": "dbnraw", "b": "2 * bndiff", "db": "dbndiff2"},
)

_SQUARE = "the derivative of a square: the exponent comes down and is 1 less"

_DBNDIFF_ONLY = (
    edit(
        "wrong_power",
        _SQUARE,
        b=(
            "2 * bndiff**2",
            "bndiff**2",
            "2 * bndiff**3",
            "(2 * bndiff)**2",
            "2 * bndiff.abs()**0.5",
            "2 * bndiff.abs()",
        ),
    ),
    edit(
        "wrong_variable",
        _SQUARE,
        b=("2 * bndiff2", "bndiff2"),
        source=r"bndiff2 \*|bndiff2\b(?<!dbndiff2)",
    ),
    edit("wrong_constant", _SQUARE, b=("bndiff", "0.5 * bndiff", "4 * bndiff", "3 * bndiff")),
    edit("missing_local_derivative", _SQUARE, b=("2", "1")),
    edit("other_function", "this is the derivative of a cube", b="3 * bndiff**2"),
    edit("other_function", "this belongs to another function", b=("bndiff**3 / 3", "1 / bndiff")),
    edit(
        "wrong_power",
        "look at the power of `bnvar_inv`",
        a=("bnvar_inv**2", "bnvar_inv**3", "bnvar_inv**0.5"),
    ),
    edit("missing_epsilon", _EPSILON, a="bnvar**-0.5"),
    edit(
        "wrong_variable",
        "how is `bndiff` scaled in `bnraw`?",
        a=("bnvar", "bndiff", "bnraw", "1 / bnvar_inv"),
    ),
    edit(
        "wrong_variable",
        "what is squared in `bndiff2`?",
        b=("2 * hprebn", "2 * bnraw", "2 * bnvar_inv", "2 * bnvar"),
    ),
    edit(
        "wrong_constant",
        "the factor 2 belongs to the square alone",
        a="2 * bnvar_inv",
        b="bndiff",
        cost=1,
    ),
    edit(
        "extra_mean_factor",
        "the mean of the squares was passed one step earlier",
        b=("2 * bndiff / n", "2 * bndiff / (n - 1)"),
    ),
    edit(
        "extra_sum",
        "each example has a gradient of its own",
        a="0",
        b="1",
        db="({a_} * {da_}).sum(0) + {b_} * {db_}",
    ),
)

_DCOUNTS = Formula(
    "dcounts",
    f"{_SOFTMAX}, dprobs, dcounts_sum, dcounts_sum_inv",
    _PAIR_BODY,
    {"a": "counts_sum_inv", "da": "dprobs", "b": "torch.ones_like(counts)", "db": "dcounts_sum"},
)

_DCOUNTS_ONLY = (
    edit(
        "other_function",
        "a sum passes its gradient on to every term as it is",
        b=("counts", "probs", "1 / counts", "norm_logits"),
        cost=1,
    ),
    edit(
        "wrong_variable",
        "a sum passes its gradient on to every term as it is",
        b=("counts_sum", "counts_sum_inv"),
    ),
    edit(
        "wrong_variable",
        "how are the counts scaled in `probs`?",
        a=("counts_sum", "counts", "probs", "1 / counts"),
    ),
    edit(
        "wrong_power",
        "how are the counts scaled in `probs`?",
        a=("counts_sum_inv**2", "counts_sum**-2", "counts_sum**-3"),
    ),
    edit(
        "mean_instead_of_sum",
        "a sum passes its gradient on to every term as it is",
        b="1 / counts.shape[1]",
    ),
    edit(
        "extra_mean_factor",
        "a sum over characters: no mean",
        b=("1 / n", "1 / (n * counts.shape[1])"),
    ),
    edit(
        "wrong_axis",
        "the sum is over the row: its gradient goes back to that row",
        db="dcounts_sum.view(-1)[: counts.shape[1]]",
    ),
    edit(
        "wrong_axis",
        "the sum is over the row: its gradient goes back to that row",
        db="dcounts_sum.T",
    ),
    edit(
        "extra_sum",
        "each row has a sum of its own",
        db=("dcounts_sum.sum()", "dcounts_sum.mean()", "dcounts_sum.sum(0)"),
    ),
)

BRANCHES: tuple[Mistake, ...] = (
    *_DBNDIFF.mistakes(_PAIR, _DBNDIFF_ONLY),
    *_DCOUNTS.mistakes(_PAIR, _DCOUNTS_ONLY),
)
