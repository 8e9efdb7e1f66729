"""Stage 01: which entries are meant. Indices, one-hot rows, views and scatters."""

from itertools import permutations

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Edit, Formula, edit
from autograder.mistakes.written.layers import SCATTER, SCATTER_BODY

__all__ = ["PLACES", "WRONG_ROWS"]

_PICK = "which entry of each row is meant, and which variable holds its index?"
_PAIRS = "`[:, ...]` takes these columns in all rows; here one entry of each row is meant"
_PLACE = (
    edit("all_rows_indexed", _PAIRS, hot="(({hot_}.sum(0) > 0) * torch.ones_like(logits))"),
    edit("all_rows_indexed", _PAIRS, hot="({hot_}.sum(0) * torch.ones_like(logits))"),
    edit(
        "wrong_index",
        _PICK,
        index=(
            "logits.argmin(1)",
            "Yb.flip(0)",
            "Yb.roll(1)",
            "Yb.roll(-1)",
            "Yb * 0",
            "Yb * 0 + logits.shape[1] - 1",
            "(Yb + 1) % logits.shape[1]",
            "(Yb - 1) % logits.shape[1]",
            "Xb[:, 0]",
            "Xb[:, -1]",
            "torch.arange(n) % logits.shape[1]",
        ),
    ),
    edit(
        "wrong_index",
        "rows are examples, columns are characters: in which order?",
        hot="torch.zeros_like(logits).index_put(({index}, torch.arange(n)), logits.new_ones(()))",
    ),
    edit("transposed", "rows are examples, columns are characters", hot="F.one_hot({index}, n).T"),
    edit(
        "wrong_index",
        "each row has its entry: here only the first row has one",
        hot="({hot_} * (torch.arange(n) == 0)[:, None])",
    ),
    edit(
        "wrong_index",
        "each row has its entry: here the last row has none",
        hot="({hot_} * (torch.arange(n) < n - 1)[:, None])",
    ),
)

_MEAN = "the loss is a mean over the examples: what is the share of each?"
_DLOGPROBS = Formula(
    "dlogprobs",
    "Xb, Yb, n, logits, probs, logprobs",
    "{value} * {hot}",
    {"value": "-1.0 / n", "hot": "F.one_hot({index}, logits.shape[1])", "index": "Yb"},
).mistakes(
    _PLACE,
    (
        edit("wrong_index", _PICK, index="logits.argmax(1)"),
        edit("missing_mean_factor", _MEAN, value="-1.0"),
        edit("wrong_sign", "the loss has a minus sign", value="1.0 / n"),
        edit("wrong_sign", "the loss has a minus sign", value="1.0", cost=2),
        edit("bessel", "a plain mean, without a correction", value="-1.0 / (n - 1)"),
        edit(
            "extra_mean_factor",
            _MEAN,
            value=("-1.0 / n**2", "-1.0 / logprobs.numel()", "-1.0 / n / (n - 1)"),
        ),
        edit(
            "wrong_constant",
            _MEAN,
            value=("-2.0 / n", "-0.5 / n", "-1.0 / logits.shape[1]", "-1.0 / (n + 1)"),
        ),
        edit(
            "precedence",
            "parentheses: Python divides before it subtracts",
            value="(-1.0 / n - 1)",
            cost=2,
        ),
        edit(
            "other_function",
            "only the targets' entries are in the loss",
            hot="torch.ones_like(logprobs)",
        ),
        edit("other_function", "only the targets' entries are in the loss", hot="(1.0 - {hot_})"),
        edit(
            "other_function",
            "only the targets' entries are in the loss",
            hot="torch.ones_like(logprobs) / logits.shape[1]",
            cost=2,
        ),
        edit(
            "missing_local_derivative",
            "what is the derivative of a picked entry? It is no variable",
            hot="logprobs",
        ),
        edit(
            "wrong_variable",
            "what is the derivative of a picked entry? It is no variable",
            hot=("logprobs * {hot_}", "probs * {hot_}", "logits * {hot_}", "probs", "logits"),
        ),
        edit("other_function", "the logarithm comes one step later", hot="{hot_} / probs"),
        edit(
            "other_function",
            "this belongs to the loss and softmax together",
            hot=("({hot_} - probs)", "(probs - {hot_})"),
            cost=1,
        ),
        edit(
            "broadcast_shape",
            "every entry of `logprobs` has a gradient",
            hot="torch.ones_like(logprobs[:, :1])",
        ),
        edit(
            "broadcast_shape",
            "every entry of `logprobs` has a gradient",
            hot=(
                "torch.ones_like(logprobs[:, 0])",
                "torch.ones_like(logprobs[0])",
                "torch.ones_like(logprobs[0, 0])",
            ),
            cost=2,
        ),
        edit(
            "missing_classes",
            "the one-hot rows must be as wide as the vocabulary",
            hot="F.one_hot(Yb)",
        ),
    ),
)

_MAXIMUM = "the maximum of a row belongs to one of its entries, and only that one gets its gradient"
_DLOGITS = Formula(
    "dlogits",
    "Xb, Yb, n, logits, logit_maxes, norm_logits, dnorm_logits, dlogit_maxes, dcounts_sum",
    "{first} + {hot} * {up}",
    {
        "first": "dnorm_logits",
        "hot": "F.one_hot({index}, logits.shape[1])",
        "index": "logits.argmax(1)",
        "up": "dlogit_maxes",
    },
).mistakes(
    _PLACE,
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
                "F.one_hot(logits.argmax(0), logits.shape[1])",
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
                "dlogit_maxes * norm_logits",
            ),
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
            "missing_classes",
            "the one-hot rows must be as wide as the vocabulary",
            hot="F.one_hot({index})",
        ),
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

_LAYOUT = "`embcat` puts the characters of an example side by side: in which order were they?"


def _layouts() -> tuple[Edit, ...]:
    """Every other order in which the numbers can be read back."""
    sizes = ("{n}", "{context}", "{width}")
    texts = []
    for order in permutations(range(3)):
        read = ", ".join(sizes[place] for place in order)
        back = ", ".join(str(order.index(place)) for place in range(3))
        texts += [f"{flat}.reshape({read}).permute({back})" for flat in ("{up}", "{up}.T")]
    # The first is the right one; the others may be told from it where all sizes are equal as well.
    return tuple(edit("wrong_layout", _LAYOUT, whole=text) for text in texts[1:])


_DEMB = Formula(
    "demb",
    "emb, dembcat, n, Xb",
    "{whole}",
    {
        "whole": "",
        "right": "{up}.view(emb.shape)",
        "up": "dembcat",
        "n": "emb.shape[0]",
        "context": "emb.shape[1]",
        "width": "emb.shape[2]",
    },
).mistakes(
    (
        edit(
            "transposed",
            "which dimension is which? One is the place, one the feature",
            whole="{right}.transpose(1, 2)",
            cost=1,
        ),
    ),
    _layouts(),
    (
        edit(
            "wrong_layout",
            _LAYOUT,
            whole=(
                "{up}.clone()",
                "{up}.view(-1, {width})",
                "{up}.view({n}, {width}, {context})",
                "{up}.view({context}, {n}, {width})",
                "{up}.view(-1)",
                "{up}.view({n}, 1, -1)",
                "{up}.T.reshape({context}, {width}, {n})",
            ),
        ),
        edit(
            "transposed",
            "which dimension is which?",
            whole=(
                "{right}.transpose(0, 1)",
                "{right}.transpose(0, 2)",
                "{right}.permute(2, 1, 0)",
                "{right}.permute(1, 2, 0)",
                "{right}.permute(2, 0, 1)",
            ),
            cost=2,
        ),
        edit(
            "wrong_index",
            "each of the characters has its own part of the row",
            whole=(
                "{right}[:, :1].expand_as(emb)",
                "{right}[:, -1:].expand_as(emb)",
                "{right}[:, :1]",
                "{right}[:, 0]",
                "{right}[:, -1]",
                "{right}.flip(1)",
                "{right}.flip(0)",
                "{right}.flip(2)",
                "{right}.roll(1, 1)",
                "{right}.roll(-1, 1)",
                "{right}[:1].expand_as(emb)",
            ),
        ),
        edit(
            "mean_instead_of_sum",
            "nothing was summed, and nothing is divided",
            whole=(
                "{right} / {context}",
                "{right}.mean(1, keepdim=True).expand_as(emb)",
                "{right}.mean(1)",
            ),
        ),
        edit(
            "extra_mean_factor",
            "nothing is divided",
            whole=("{right} / {n}", "{right} / {width}", "{right} / ({n} * {context})"),
        ),
        edit(
            "extra_sum",
            "each character of the context has a gradient of its own",
            whole=(
                "{right}.sum(1)",
                "{right}.sum(0)",
                "{right}.sum(2)",
                "{right}.sum(1, keepdim=True)",
                "{right}.sum(1, keepdim=True).expand_as(emb)",
                "{right}.sum(0, keepdim=True).expand_as(emb)",
            ),
        ),
        edit(
            "wrong_variable",
            "arranging anew has no variable in its derivative",
            whole="emb * {right}",
        ),
        edit(
            "missing_upstream",
            "the gradient that comes in is missing",
            whole="torch.ones_like(emb)",
        ),
    ),
)

_ALL = "every character of every context adds its part: are all of them there?"
_DC = Formula(
    "dC",
    "C, Xb, Yb, n, emb, demb, dembcat",
    SCATTER_BODY,
    {"table": "C", "index": "Xb.flatten()", "up": "demb.flatten(0, 1)", "after": ""},
)
WRONG_ROWS = (
    edit("wrong_index", _ALL, index="Xb[:, :-1].flatten()", up="demb[:, :-1].flatten(0, 1)"),
    edit("wrong_index", _ALL, index="Xb[:, 1:].flatten()", up="demb[:, 1:].flatten(0, 1)"),
    edit("wrong_index", _ALL, index="Xb[:, 0]", up="demb[:, 0]"),
    edit("wrong_index", _ALL, index="Xb[:, -1]", up="demb[:, -1]"),
    edit("wrong_index", _ALL, index="Xb[:, 0]", up="demb[:, -1]"),
    edit("wrong_index", _ALL, index="Xb[:-1].flatten()", up="demb[:-1].flatten(0, 1)"),
    edit("wrong_index", _ALL, index="Xb[1:].flatten()", up="demb[1:].flatten(0, 1)"),
    edit("wrong_index", _ALL, index="Xb[:1].flatten()", up="demb[:1].flatten(0, 1)"),
    edit(
        "extra_sum",
        "each character of a context has a gradient of its own",
        index=("Xb[:, 0]", "Xb[:, -1]"),
        up="demb.sum(1)",
    ),
    edit(
        "wrong_index",
        "which row does each gradient belong to?",
        index=(
            "Yb.repeat_interleave(Xb.shape[1])",
            "torch.arange(n).repeat_interleave(Xb.shape[1]) % len(C)",
            "torch.arange(Xb.shape[1]).repeat(n) % len(C)",
            "Xb.flip(1).flatten()",
            "Xb.flip(0).flatten()",
            "Xb.roll(1, 1).flatten()",
            "Xb.roll(-1, 1).flatten()",
            "Xb[:, :1].expand_as(Xb).flatten()",
            "Xb[:, -1:].expand_as(Xb).flatten()",
        ),
    ),
    edit(
        "wrong_index",
        "which row does each gradient belong to?",
        up=(
            "demb[:, :1].expand_as(demb).flatten(0, 1)",
            "demb[:, -1:].expand_as(demb).flatten(0, 1)",
            "demb[:1].expand_as(demb).flatten(0, 1)",
        ),
    ),
    edit(
        "wrong_layout",
        "rows of `Xb` are examples: the two lists must run in the same order",
        index="Xb.T.flatten()",
        cost=1,
    ),
    edit(
        "wrong_layout",
        "rows of `Xb` are examples: the two lists must run in the same order",
        up=(
            "demb.transpose(0, 1).flatten(0, 1)",
            "demb.transpose(1, 2).reshape(-1, C.shape[1])",
            "dembcat.T.reshape(-1, C.shape[1])",
            "demb.reshape(C.shape[1], -1).T",
        ),
    ),
    edit(
        "lost_duplicates",
        "a row that was picked several times gets the sum of all its gradients",
        after="* 0 + sum(torch.zeros_like(C).index_put((rows,), part)"
        " for rows, part in zip(Xb.T, demb.transpose(0, 1)))",
    ),
    edit(
        "lost_duplicates",
        "a row that was picked several times gets the sum of all its gradients",
        after="* 0 + sum(torch.zeros_like(C).index_put((rows,), part)"
        " for rows, part in zip(Xb, demb))",
    ),
    edit(
        "extra_mean_factor",
        "the mean is in the loss",
        after=("/ n", "/ Xb.numel()", "/ Xb.shape[1]"),
    ),
    edit(
        "extra_sum", "each row gets the gradients of its own picks", after="* 0 + demb.sum((0, 1))"
    ),
    edit(
        "missing_sum",
        "these are the gradients of what was picked: they belong to rows of a table",
        after="* 0\nreturn demb",
    ),
)

PLACES: tuple[Mistake, ...] = (
    *(*_DLOGPROBS, *_DLOGITS, *_MAXES, *_DEMB),
    *_DC.mistakes(SCATTER, WRONG_ROWS),
)
