"""What goes wrong in the backward pass of stage 04 and in no stage before it."""

from collections.abc import Sequence

from autograder.mistakes.written.formula import Edit, Formula, edit
from autograder.mistakes.written.sums import REDUCED, REDUCED_BODY

__all__ = [
    "DEMB",
    "GAIN",
    "HIDDEN",
    "INPUT",
    "LAYER",
    "NOT_TANH",
    "OVERALL",
    "SWAPPED",
    "TABLE",
    "summed",
    "upstream",
    "whole",
]

# A factor of the whole may come from any line before: these say no more than that.
_SOMEWHERE = "somewhere between the loss and this result"

OVERALL = (
    ("wrong_sign", f"a sign is turned {_SOMEWHERE}", "-1"),
    ("missing_mean_factor", f"the factor of the mean is missing {_SOMEWHERE}", "n"),
    (
        "extra_mean_factor",
        f"there is a division by the number of examples too many {_SOMEWHERE}",
        "1 / n",
    ),
    ("bessel", f"`n` and `n - 1` are confused {_SOMEWHERE}", "n / (n - 1)"),
    ("bessel", f"`n` and `n - 1` are confused {_SOMEWHERE}", "(n - 1) / n"),
    ("wrong_constant", f"there is a factor too many {_SOMEWHERE}", "2"),
    ("wrong_constant", f"there is a factor too many {_SOMEWHERE}", "0.5"),
)


def summed(
    step: str, factor: str, up: str, more: str = ""
) -> tuple[Formula, Sequence[Sequence[Edit]]]:
    """A sum over the examples; in ``more`` what is mistaken for factor or gradient."""
    parts = {
        "sign": "",
        "factor": factor,
        "up": up,
        "sum": "sum({dim}, keepdim=True)",
        "dim": "0",
        "length": "{up_}.shape[0]",
    }
    swapped = (
        edit(
            "mean_instead_of_sum",
            "the examples are summed: the mean is in the loss",
            sum="mean(0, keepdim=True)",
        ),
        edit("bessel", "a plain sum: nothing is divided", sum="sum(0, keepdim=True) / (n - 1)"),
        *(
            edit("wrong_upstream", f"which gradient arrives at `{step[1:]}`?", up=other)
            for other in more.split()
            if other[0] == "d"
        ),
        *(
            edit(
                "wrong_variable",
                f"what is the other factor of `{step[1:]}` forwards?",
                factor=other,
            )
            for other in more.split()
            if other[0] != "d"
        ),
        edit(
            "missing_local_derivative",
            f"what is the other factor of `{step[1:]}` forwards?",
            factor="1",
        ),
        edit(
            "missing_upstream", "the gradient that comes in is missing", up="torch.ones_like({up_})"
        ),
        edit(
            "product_of_sums",
            "a sum of products is not a product of sums",
            up="{up_}.sum(0, keepdim=True)",
            factor="{factor_}.sum(0, keepdim=True)",
        ),
        edit("wrong_power", "the factor enters once, not squared", factor="{factor_}**2"),
        edit("zero_answer", "this gradient is zero everywhere", factor="0"),
    )
    names = ", ".join(dict.fromkeys(("n", *more.split(), up, "bnraw")))
    if factor == "1":
        swapped = tuple(
            entry
            for entry in swapped
            if "factor" not in entry.parts or entry.code in ("wrong_variable", "zero_answer")
        )
        # Ones in the variable's own shape, which nobody has summed.
        told, ones = "the gradient that comes in is missing", "torch.ones_like({up_}[:1])"
        swapped += (edit("missing_upstream", told, up=ones),)
    return Formula(step, names, REDUCED_BODY, parts), (REDUCED, swapped)


def upstream(*others: str) -> tuple[Edit, ...]:
    """Other gradients in place of the one that arrives."""
    message = "which gradient arrives at this product?"
    return (edit("wrong_upstream", message, up=others),)


NOT_TANH = (
    edit(
        "missing_local_derivative",
        "tanh is missing: what comes in is passed on as it is",
        one="1",
        square="0",
    ),
    edit("missing_upstream", "the gradient that comes in is missing", up="1"),
)

LAYER = (
    edit("missing_upstream", "the gradient that comes in is missing", up="torch.ones_like({up_})"),
    edit("wrong_upstream", "which gradient arrives at the normalization?", up="dh"),
)

HIDDEN = (
    edit(
        "wrong_variable",
        "what was multiplied by `W2` forwards?",
        left=("bnraw", "(bngain * bnraw + bnbias)", "(1 - h * h)"),
    ),
)

INPUT = (
    edit(
        "wrong_variable",
        "what was multiplied by `W1` forwards?",
        left=("C[Xb].transpose(1, 2).reshape(len(Xb), -1)", "(1 - embcat**2)"),
    ),
)

TABLE = (
    edit("wrong_variable", "the table's rows get gradients, not values", up="C[Xb].flatten(0, 1)"),
)

_LAYOUT = "`embcat` puts the characters of an example side by side: in which order were they?"

DEMB = (
    edit(
        "wrong_layout",
        _LAYOUT,
        whole=(
            "dembcat.view(len(Xb), C.shape[1], -1).transpose(1, 2)",
            "dembcat.T.reshape({shape})",
            "dembcat.view(Xb.shape[1], len(Xb), -1).transpose(0, 1)",
            "dembcat.reshape(C.shape[1], -1).T.reshape({shape})",
        ),
    ),
    edit(
        "wrong_index",
        _LAYOUT,
        whole=(
            "{whole_}.flip(1)",
            "{whole_}[:, :1].expand({shape})",
            "{whole_}[:, -1:].expand({shape})",
        ),
    ),
    edit("mean_instead_of_sum", "nothing is divided here", whole="{whole_} / Xb.shape[1]"),
)

GAIN = (
    edit(
        "missing_local_derivative",
        "the gain is missing on the way through the normalization",
        gain="1",
    ),
    edit("wrong_power", "the gain occurs once, not squared", gain="bngain**2"),
    edit("wrong_variable", "the layer multiplies by its gain, not by its bias", gain="bnbias"),
)


# Results that have one shape, size-1 dimensions aside, and so may change places.
_ORDER = "the seven results are told apart by their places only: in which order are they returned?"
SWAPPED: tuple[tuple[str, str, str, str], ...] = tuple(
    (mine, other, _ORDER, rf"(?s)return.*\b{first}\b.*\b{second}\b")
    for first, second in (("dbnbias", "dbngain"), ("dbnbias", "db1"), ("dbngain", "db1"))
    for mine, other in ((first, second), (second, first))
)


def whole(tables: Sequence[Edit], *parts: str) -> tuple[Edit, ...]:
    """A table without the edits of these parts alone, which only bring a factor of the whole."""
    return tuple(entry for entry in tables if not entry.parts.keys() <= set(parts))
