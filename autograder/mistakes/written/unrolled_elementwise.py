"""Stage 01: powers, logarithms, exponentials, and variables with two consumers."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.layers import TANH, TANH_BODY

__all__ = ["ELEMENTWISE"]

_SOFTMAX = (
    "Yb, n, logits, logit_maxes, norm_logits, counts, counts_sum, counts_sum_inv, probs, logprobs"
)
_LOG = "the derivative of the logarithm: is it taken of the right function?"
_EXP = "the exponential is its own derivative"
_POWER = "derivative of a power: the old exponent comes down as a factor, the new one is 1 less"

_DPROBS = Formula(
    "dprobs", f"{_SOFTMAX}, dlogprobs", "{factor} * dlogprobs {rest}", {"factor": "", "rest": ""}
).mistakes(
    (
        edit("wrong_power", _LOG, factor=("probs**-2", "probs**-0.5", "probs**-3")),
        edit(
            "other_function",
            _LOG,
            factor=(
                "probs",
                "probs.exp()",
                "-(probs**-2)",
                "probs.log()",
                "probs * (1 - probs)",
                "probs**2",
                "2 * probs",
                "logprobs.exp() * probs",
                "probs**0.5",
            ),
            source="",
        ),
        edit(
            "wrong_variable",
            "the derivative is taken where the logarithm was: at `probs`",
            factor=(
                "logprobs",
                "counts",
                "logits",
                "norm_logits",
                "1 / norm_logits",
                "1 / counts_sum",
                "counts_sum",
                "counts_sum_inv",
                "1 / counts_sum_inv",
            ),
        ),
        edit(
            "wrong_constant",
            "the natural logarithm",
            factor=(
                "1 / (2.302585092994046 * probs)",
                "1 / (0.6931471805599453 * probs)",
                "2 / probs",
                "0.5 / probs",
            ),
        ),
        edit(
            "missing_epsilon",
            "no constant is added to `probs`",
            factor=("1 / (probs + 1e-5)", "1 / (probs + 1e-8)"),
            cost=2,
        ),
        edit(
            "other_function",
            "the gradient is multiplied by the local derivative, not put into a logarithm",
            factor="dlogprobs.log() / dlogprobs *",
            rest="* 0",
            cost=3,
        ),
        edit("other_function", "the parts are multiplied, not added", factor="1 / probs + "),
    )
)

_DNORM = Formula(
    "dnorm_logits",
    f"{_SOFTMAX}, dprobs, dcounts",
    "{factor} * {up}",
    {"factor": "counts", "up": "dcounts"},
).mistakes(
    (
        edit(
            "other_function",
            _EXP,
            factor=(
                "1 / counts",
                "1 / norm_logits",
                "norm_logits * (norm_logits - 1).exp()",
                "norm_logits * counts",
                "counts * (1 - counts)",
                "(1 - counts)",
                "counts.log1p()",
                "(1 - counts**2)",
            ),
        ),
        edit(
            "other_function",
            "forwards the exponential of a variable; backwards a factor",
            factor="1",
            up=(
                "dcounts.exp()",
                "(counts * dcounts).exp()",
                "(norm_logits * dcounts).exp()",
                "(counts + dcounts)",
                "(norm_logits + dcounts)",
            ),
        ),
        edit("wrong_power", _EXP, factor=("counts**2", "counts**0.5", "counts**3")),
        edit(
            "wrong_variable",
            "which variable is the exponential of `norm_logits`?",
            factor=(
                "norm_logits",
                "logits",
                "logits.exp()",
                "probs",
                "counts.exp()",
                "probs.exp()",
                "logprobs",
                "counts_sum",
                "counts_sum_inv",
            ),
        ),
    )
)

_RECIPROCAL = "a power of -1: the exponent comes down as a factor, and the new one is 1 less"
_DCOUNTS_SUM = Formula(
    "dcounts_sum",
    f"{_SOFTMAX}, dcounts_sum_inv",
    "{sign} {base} ** {power} * dcounts_sum_inv",
    {"sign": "-1 *", "base": "counts_sum", "power": "-2"},
).mistakes(
    (
        edit("wrong_power", _RECIPROCAL, power=("-1", "-3", "2", "1", "0", "-1.5", "-0.5", "-4")),
        edit("wrong_power", _RECIPROCAL, base="counts_sum_inv", power=("1", "3", "4")),
        edit("wrong_sign", _RECIPROCAL, sign=""),
        edit("wrong_constant", _RECIPROCAL, sign=("-2 *", "-0.5 *", "-3 *")),
        edit("wrong_sign", _RECIPROCAL, sign=("2 *", "0.5 *"), cost=2),
        edit("wrong_variable", _RECIPROCAL, base="counts_sum_inv", power="-2"),
        edit("wrong_variable", _RECIPROCAL, base=("n", "logit_maxes.abs()")),
        edit("other_function", "this is the derivative of a logarithm", sign="", power="-1"),
        edit(
            "other_function",
            "this is the derivative of a square or of a root",
            sign=("2 *", "0.5 *", "-0.5 *"),
            power=("1", "-0.5", "-1.5"),
            cost=2,
        ),
        edit(
            "precedence", "Python raises to a power first", power="(-2 * dcounts_sum_inv) * 1 + 0"
        ),
        edit(
            "precedence",
            "Python raises to a power before it takes the sign",
            sign="(-counts_sum) ** -2 * dcounts_sum_inv + 0 *",
        ),
        edit("missing_epsilon", "no constant is added here", base="(counts_sum + 1e-5)", cost=2),
        edit("wrong_power", "the gradient enters once, not squared", sign="-dcounts_sum_inv *"),
    )
)

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
        edit(
            "wrong_constant",
            "look at the size of the epsilon",
            eps=("+ 1e-8", "+ 1e-6", "+ 1e-4", "+ 1e-3", "+ 1e-12", "- 1e-5", "+ 2e-5"),
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
                "0",
                "-4.5",
            ),
        ),
        edit("wrong_sign", "a larger variance makes `bnvar_inv` smaller", half="0.5 *"),
        edit("wrong_constant", _POWER, half=("-1 *", "-1.5 *", "-2 *", "-0.25 *", "-3 *", "-5 *")),
        edit("wrong_sign", _POWER, half=("", "1.5 *", "2 *"), cost=2),
        edit("missing_local_derivative", "the power is missing", power="0", cost=0),
        edit("precedence", _ORDER, half="-0.5 * bnvar + 1e-5**-1.5 * {up_} + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * (bnvar + 1e-5**-1.5) * {up_} + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * bnvar + 1e-5**-1.5 + 0 *", cost=2),
        edit("precedence", _ORDER, half="-0.5 * (bnvar + 1e-5) ** (-1.5 * {up_}) + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * bnvar**-1.5 + 1e-5 * {up_} + 0 *"),
        edit("precedence", _ORDER, half="-0.5 * (bnvar**-1.5 + 1e-5) * {up_} + 0 *"),
        edit("not_finite", _ORDER, half="(-0.5 * (bnvar + 1e-5)) ** -1.5 * {up_} + 0 *"),
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

_BOTH = "two ways lead on from here, each with its own gradient: which belongs to which?"
_PAIR_BODY = "{a} * {da} + {b} * {db}"
_PAIR = (
    edit("precedence", _BOTH, da="({da_} + {b} * {db_})", b="0"),
    edit("precedence", _BOTH, a="({a_} * {da_} + {b_})", da="{db_}", b="0"),
    edit("precedence", _BOTH, a="({a_} + {b_})", da="{da_}", b="0", cost=2),
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
    edit("wrong_variable", _BOTH, a="{b_}", b="{a_}"),
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

ELEMENTWISE: tuple[Mistake, ...] = (
    *(*_DPROBS, *_DNORM, *_DCOUNTS_SUM, *_DHPREACT.mistakes(TANH), *_DBNVAR),
    *_DBNDIFF.mistakes(_PAIR, _DBNDIFF_ONLY),
    *_DCOUNTS.mistakes(_PAIR, _DCOUNTS_ONLY),
)
