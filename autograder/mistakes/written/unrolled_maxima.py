"""Stage 01: the largest entry of each row, and what it is subtracted from."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.places import PLACE

__all__ = ["MAXIMA"]

_MAXIMUM = "the maximum of a row belongs to one of its entries, and only that one gets its gradient"

_DLOGITS = Formula(
    "dlogits",
    "Xb, Yb, n, logits, logit_maxes, norm_logits, dnorm_logits, dlogit_maxes, dcounts_sum",
    "{first} + {hot} * {up}",
    {
        "first": "dnorm_logits",
        "hot": "one_hot({index}, logits)",
        "index": "logits.argmax(1)",
        "up": "dlogit_maxes",
    },
).mistakes(
    PLACE,
    (
        edit("wrong_index", _MAXIMUM, index="Yb"),
        edit(
            "wrong_index",
            _MAXIMUM,
            first="0",
            hot="1",
            up="torch.where({hot_} == 1, {up_}, {first_}.roll(1, 0))",
            cost=3,
        ),
        edit(
            "overwritten_accumulation",
            "the maximum's entry already has a gradient: add to it",
            first="{first_} * (1 - {hot})",
        ),
        edit("missing_local_derivative", _MAXIMUM, hot="1"),
        edit(
            "wrong_axis",
            "each row has its maximum",
            hot=(
                "(logits == logits.max(0).values)",
                "(logits == logits.max(0).values) * 1.0 * {hot_}",
                "one_hot(logits.argmax(0), logits)",
            ),
        ),
        edit("wrong_index", "each row has its maximum", hot="(logits == logits.max())"),
        edit("wrong_upstream", "what comes in at the maximum?", up=("dcounts_sum", "dnorm_logits")),
        edit(
            "wrong_variable",
            "the maximum has no variable in its derivative",
            up=(
                "dlogit_maxes * logit_maxes",
                "dlogit_maxes * logits",
            ),
        ),
        edit(
            "wrong_variable",
            "at the maximum `norm_logits` is 0: with it as a factor nothing is left of that path",
            up="dlogit_maxes * norm_logits",
            source=r"\bnorm_logits\b",
        ),
        edit(
            "wrong_variable",
            "the maximum has no variable in its derivative",
            hot=("logits", "norm_logits", "logit_maxes"),
        ),
        edit("missing_upstream", "what comes in at the maximum is missing", up="1"),
        edit("mean_instead_of_sum", _MAXIMUM, hot="1 / logits.shape[1]"),
        edit("extra_mean_factor", "the mean is in the loss", up="dlogit_maxes / n"),
        edit(
            "other_function",
            "the parts of two ways are added, not multiplied",
            first="0",
            hot="{hot_} * {first_}",
        ),
        edit("other_function", _MAXIMUM, hot="(1 - {hot_})"),
        edit(
            "other_function",
            _MAXIMUM,
            hot=("(logits > 0)", "(norm_logits < 0)", "torch.softmax(logits, 1)"),
        ),
    ),
)

_MAXES = Formula(
    "dlogit_maxes",
    "logits, norm_logits, n, Yb, dnorm_logits, dcounts",
    "-{whole}",
    {"whole": "", "all": "dnorm_logits"},
).mistakes(
    (
        edit(
            "wrong_index",
            "the maximum is subtracted from all entries of its row",
            whole=(
                "{all}[range(n), logits.argmax(1)][:, None]",
                "{all}[range(n), Yb][:, None]",
                "({all}.sum(1, keepdim=True) - {all}[range(n), logits.argmax(1)][:, None])",
            ),
        ),
        edit(
            "other_function",
            "what was subtracted from a row gets a sum",
            whole=("{all}.max(1, keepdim=True).values", "{all}.min(1, keepdim=True).values"),
        ),
        edit(
            "product_of_sums",
            "a difference has no variable in its derivative",
            whole=(
                "{all}.sum(1, keepdim=True) * norm_logits.sum(1, keepdim=True)",
                "{all}.sum(1, keepdim=True) * logits.sum(1, keepdim=True)",
            ),
        ),
        edit(
            "wrong_variable",
            "a difference has no variable in its derivative",
            whole=(
                "({all} * logits).sum(1, keepdim=True)",
                "({all} * norm_logits).sum(1, keepdim=True)",
            ),
        ),
        edit(
            "wrong_upstream",
            "what comes in at the difference?",
            whole="dcounts.sum(1, keepdim=True)",
        ),
        edit(
            "mean_instead_of_sum",
            "what was broadcast is summed",
            whole="{all}.mean(1, keepdim=True)",
        ),
        edit(
            "extra_mean_factor", "the mean is in the loss", whole="{all}.sum(1, keepdim=True) / n"
        ),
    )
)

MAXIMA: tuple[Mistake, ...] = (*_DLOGITS, *_MAXES)
