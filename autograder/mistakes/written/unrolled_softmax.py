"""Stage 01, from `dprobs` to `dnorm_logits`: logarithm, reciprocal, exponential."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["SOFTMAX_STEPS"]

_SOFTMAX = (
    "Yb, n, logits, logit_maxes, norm_logits, counts, counts_sum, counts_sum_inv, probs, logprobs"
)

_LOG = (
    "this is not how a logarithm reacts to its argument: "
    "how much does log x change when x is small, and when it is large?"
)

_EXP = "the exponential is its own derivative"

_DPROBS = Formula(
    "dprobs",
    f"{_SOFTMAX}, dlogprobs",
    "{factor} * dlogprobs {rest}",
    {"factor": "1 / probs", "rest": ""},
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
            "`logprobs` is the logarithm itself, not its derivative",
            factor="logprobs",
        ),
        edit(
            "wrong_variable",
            "the derivative is taken where the logarithm was: at `probs`",
            factor=(
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
            ),
        ),
        edit(
            "wrong_constant",
            "no constant is added to `probs`",
            factor=("1 / (probs + 1e-5)", "1 / (probs + 1e-8)"),
            cost=2,
        ),
        edit(
            "other_function",
            "the parts are multiplied, not added",
            factor="0",
            rest="+ 1 / probs + dlogprobs",
        ),
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
        edit(
            "wrong_variable",
            _RECIPROCAL,
            base="counts_sum_inv",
            power="-2",
            source=r"counts_sum_inv\s*\*\*",
        ),
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
            source=r"\(-\s*counts_sum\)",
        ),
        edit("wrong_constant", "no constant is added here", base="(counts_sum + 1e-5)", cost=2),
        edit("wrong_power", "the gradient enters once, not squared", sign="-dcounts_sum_inv *"),
    )
)

SOFTMAX_STEPS: tuple[Mistake, ...] = (*_DPROBS, *_DNORM, *_DCOUNTS_SUM)
