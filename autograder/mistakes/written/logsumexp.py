"""Mistakes in `logsumexp`."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit

__all__ = ["LOGSUMEXP"]

_LARGEST = "what is subtracted before the exponential has to be added again after the logarithm"

_ROW = "one number for each row"

_LOGSUMEXP = Formula(
    "logsumexp",
    "x",
    "m = {m}\nreturn {largest} + {log}",
    {
        "m": "x.max(1).values",
        "largest": "m",
        "log": "{inside}.log()",
        "inside": "({counts}).{sum}",
        "counts": "(x - m[:, None]).exp()",
        "sum": "sum(1)",
    },
)

_WRONG_LOGSUMEXP = (
    edit("wrong_axis", _ROW, largest="torch.logsumexp(x, 0)", log="0"),
    edit("wrong_axis", _ROW, m="x.max(0).values", counts="(x - m).exp()", sum="sum(0)", cost=2),
    edit(
        "transposed",
        _ROW,
        largest="torch.logsumexp(x.T, 1)",
        log="0",
        source=r"\.T\b|transpose|\.t\(",
    ),
    edit("missing_branch", _LARGEST, largest="0"),
    edit("missing_branch", "the largest alone is not the sum", log="0"),
    edit(
        "missing_branch",
        "the sum alone is missing the logarithm's other part",
        largest="0",
        log="{counts}.sum(1)",
    ),
    edit("other_function", "the logarithm is missing", log="{inside}"),
    edit("branch_twice", _LARGEST, largest="2 * m"),
    edit("wrong_sign", _LARGEST, largest="-m"),
    edit("wrong_sign", _LARGEST, log="-{inside}.log()"),
    edit(
        "wrong_sign",
        "which sign does the largest have inside of the exponential?",
        counts=("(m[:, None] - x).exp()", "(x + m[:, None]).exp()"),
    ),
    edit("mean_instead_of_sum", "a sum of exponentials", sum="mean(1)"),
    edit("missing_sum", _ROW, largest="m[:, None]", sum="clone()"),
    edit("extra_sum", _ROW, largest="torch.logsumexp(x, 1).sum()", log="0"),
    edit("extra_sum", _ROW, largest="torch.logsumexp(x.flatten(), 0)", log="0"),
    edit("extra_sum", _ROW, largest="torch.logsumexp(x, 1).mean()", log="0", cost=2),
    edit(
        "precedence",
        "what is the logarithm taken of? Mind the parentheses",
        largest="0",
        log="(m + {inside}).log()",
    ),
    edit(
        "precedence", "the sum and the logarithm: which comes first?", log="{counts}.log().sum(1)"
    ),
    edit(
        "wrong_variable",
        "which number of each row keeps all exponentials finite?",
        m=("x.mean(1)", "x.min(1).values", "x.sum(1)", "x.median(1).values"),
    ),
    edit(
        "wrong_variable",
        _LARGEST,
        largest=("x.mean(1)", "x[:, 0]", "x.min(1).values", "m.max()", "m.mean()", "m.exp()"),
    ),
    edit(
        "wrong_index",
        "the largest of each row is subtracted, wherever it stands",
        m=("x[:, 0]", "x[:, -1]", "x.argmax(1).to(x.dtype)"),
    ),
    edit("wrong_index", "which of the results of `max` is the value?", largest="x.argmax(1)"),
    edit(
        "wrong_constant",
        "there is no 1 to be added under the logarithm",
        log=("torch.log1p({inside})", "({inside} + 1e-5).log()", "({inside} + 1e-8).log()"),
    ),
    edit("wrong_constant", "a constant too many", log=("2 * {inside}.log()", "{inside}.log() / 2")),
    edit(
        "other_function",
        "the natural logarithm",
        log=("{inside}.log2()", "{inside}.log10()", "{inside}.sqrt()", "{inside}.exp()"),
    ),
    edit(
        "other_function",
        "log of the sum of exponentials",
        largest=(
            "F.log_softmax(x, 1)",
            "F.softmax(x, 1)",
            "F.softmax(x, 1).sum(1).log()",
            "F.softplus(x).sum(1)",
        ),
        log="0",
    ),
    edit("wrong_power", "the exponentials enter as they are", counts="(x - m[:, None]).exp() ** 2"),
)

LOGSUMEXP: tuple[Mistake, ...] = _LOGSUMEXP.mistakes(_WRONG_LOGSUMEXP)
