"""Stage 01: `demb`, the same numbers in another arrangement."""

from itertools import permutations

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Edit, Formula, edit

__all__ = ["VIEWS"]

_LAYOUT = "`embcat` puts the characters of an example side by side: in which order were they?"


def _layouts() -> tuple[Edit, ...]:
    """Every other order in which the numbers can be read back."""
    sizes = ("{n}", "{context}", "{width}")
    texts = []
    for order in permutations(range(3)):
        read = ", ".join(sizes[place] for place in order)
        back = tuple(order.index(place) for place in range(3))
        forms = {"{up}": (0, 1, 2), "{up}.T": (1, 2, 0)}  # with the order that is the right one
        texts += [f"{up}.reshape({read}).permute{back}" for up in forms if order != forms[up]]
    return (edit("wrong_layout", _LAYOUT, whole=tuple(texts)),)


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
                "{up}.view({n}, {width}, {context})",
                "{up}.view({context}, {n}, {width})",
                "{up}.T.reshape({context}, {width}, {n})",
            ),
        ),
        edit(
            "wrong_layout",
            "the numbers are in the right order, and only the shape is not that of `emb`",
            whole=(
                "{up}.clone()",
                "{up}.view(-1, {width})",
                "{up}.view(-1)",
                "{up}.view({n}, 1, -1)",
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

VIEWS: tuple[Mistake, ...] = _DEMB
