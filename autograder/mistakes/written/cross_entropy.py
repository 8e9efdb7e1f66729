"""Mistakes of 02_cross_entropy that its graphs cannot know."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.example import EXAMPLE
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.jacobian import JACOBIAN
from autograder.mistakes.written.logsumexp import LOGSUMEXP
from autograder.mistakes.written.softmax import BODY, PARTS, SOFTMAX

__all__ = ["WRITTEN"]

_DLOGITS = Formula("dlogits", "logits, Yb, n", BODY, PARTS)

_ROWS = "each row is the distribution of one example: over which dimension does it sum to 1?"
_POSITIVE = "probabilities are positive and sum to 1 in each row"
_PROBS = Formula(
    "probs",
    "logits, Yb, n",
    "({counts}) / ({total})",
    {
        "counts": "({power})",
        "power": "logits.exp()",
        "total": "({power}).sum({dim})",
        "dim": "1, keepdim=True",
        "top": "logits.max(1, keepdim=True).values",
    },
)
_WRONG_PROBS = (
    edit("wrong_axis", _ROWS, dim="0, keepdim=True"),
    edit("wrong_axis", _ROWS, counts="F.softmax((logits - {top}), 0)", total="1"),
    edit(
        "extra_sum",
        "each row has a sum of its own",
        total=("({power}).sum()", "({power}).flatten(1).sum()"),
    ),
    edit(
        "missing_local_derivative",
        "the counts are not divided by anything yet",
        counts=(
            "(logits - {top}).exp()",
            "logits.exp()",
            "(logits - logits.max()).exp()",
            "(logits - logits.mean(1, keepdim=True)).exp()",
        ),
        total="1",
    ),
    edit(
        "other_function",
        _POSITIVE,
        counts=(
            "F.log_softmax(logits, 1)",
            "F.log_softmax(logits, 0)",
            "-F.log_softmax(logits, 1)",
            "torch.sigmoid(logits)",
            "torch.tanh(logits)",
            "torch.softmax(logits, 1).log2()",
        ),
        total="1",
    ),
    edit(
        "other_function",
        _POSITIVE,
        power=(
            "logits**2",
            "torch.sigmoid(logits)",
            "F.softplus(logits)",
            "torch.relu(logits)",
            "logits.abs()",
            "2**logits",
            "10**logits",
        ),
    ),
    edit(
        "mean_instead_of_sum", "the counts are divided by their sum", total="({power}).mean({dim})"
    ),
    edit(
        "missing_sum",
        "the counts are divided by their sum",
        total=("({power}).max(1, keepdim=True).values", "({power})"),
        source=r"/.*max\(",
    ),
    edit(
        "missing_sum",
        "the counts are divided by their sum",
        counts="logits.exp()",
        total=("logits.shape[1]", "n"),
    ),
    edit(
        "wrong_variable",
        "which variable is counted: `logits` or what `exp` makes of them?",
        power=("logits", "(logits - {top})"),
    ),
    edit(
        "wrong_variable",
        "the sum has to be of the same variable as what is divided",
        total=("logits.sum(1, keepdim=True)", "(logits - {top}).exp().sum(1, keepdim=True)"),
    ),
    edit(
        "wrong_variable",
        "the sum has to be of the same variable as what is divided",
        counts=("logits", "(logits - {top}).exp()", "(logits - {top})"),
    ),
    edit(
        "wrong_power",
        "the counts enter once, above and below",
        counts=("({power})**2", "({power})**0.5"),
    ),
    edit(
        "wrong_power",
        "the counts enter once, above and below",
        total=(
            "{total_}**2",
            "(({power})**2).sum(1, keepdim=True)",
            "(({power})**2).sum(1, keepdim=True) ** 0.5",
        ),
    ),
    edit("wrong_sign", "the larger the logit, the larger the probability", power="(-logits).exp()"),
    edit("wrong_sign", _POSITIVE, counts="-({power})"),
    edit(
        "wrong_index",
        "all probabilities are asked for, not those of the targets",
        counts="{power}[range(n), Yb]",
        total="({power}).sum(1)",
    ),
    edit(
        "wrong_index",
        "all probabilities are asked for",
        counts="(({power}) / ({power}).sum(1, keepdim=True))[:, Yb]",
        total="1",
    ),
    edit(
        "transposed",
        "rows are examples, columns are characters",
        counts="(({power}) / ({power}).sum(1, keepdim=True)).T",
        total="1",
    ),
    edit(
        "precedence",
        "Python divides before it adds and subtracts: parentheses",
        counts="logits - {top} / ({power}).sum({dim})",
        total="1",
    ),
    edit(
        "wrong_constant",
        "temperature: the logits enter as they are",
        power=(
            "(logits / 2).exp()",
            "(logits * 2).exp()",
            "(logits / n).exp()",
            "(logits / logits.shape[1]).exp()",
        ),
    ),
    edit(
        "other_function",
        "probabilities, not their gradient",
        counts="(({power}) / ({power}).sum(1, keepdim=True) - one_hot(Yb, logits))",
        total=("1", "n"),
    ),
    edit(
        "extra_mean_factor",
        "the rows sum to 1, the whole to `n`",
        total=("({power}).sum({dim}) * n", "({power}).sum({dim}) * logits.shape[1]"),
    ),
)

WRITTEN: tuple[Mistake, ...] = (
    *_PROBS.mistakes(_WRONG_PROBS),
    *_DLOGITS.mistakes(SOFTMAX),
    *(*JACOBIAN, *EXAMPLE, *LOGSUMEXP),
)
