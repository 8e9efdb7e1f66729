"""The lines of the backward pass in stage 04, with the tables of what goes wrong in each."""

from collections.abc import Sequence

from autograder.mistakes.written import norm, softmax
from autograder.mistakes.written.formula import Edit, Formula
from autograder.mistakes.written.norm_along import NORM_ALONG
from autograder.mistakes.written.products import LEFT, LEFT_BODY, RIGHT, RIGHT_BODY
from autograder.mistakes.written.scatter import SCATTER, SCATTER_BODY
from autograder.mistakes.written.tanh import TANH, TANH_BODY
from autograder.mistakes.written.training_tables import (
    DEMB,
    GAIN,
    HIDDEN,
    INPUT,
    LAYER,
    NOT_TANH,
    TABLE,
    summed,
    upstream,
    whole,
)
from autograder.mistakes.written.unrolled_embedding import WRONG_ROWS

__all__ = ["LINES"]

_TANH_PARTS = {
    "one": "1",
    "square": "{y}**2",
    "y": "h",
    "x": "(bngain * bnraw + bnbias)",
    "up": "dh",
}

_NORM_PARTS = norm.PARTS | {"var": "(bnvar_inv**-2 - 1e-5)"}

# In the order of the backward pass; every name is the variable that the line defines.
LINES: tuple[tuple[Formula, Sequence[Sequence[Edit]]], ...] = (
    (
        Formula("dlogits", "logits, Yb, n", softmax.BODY, softmax.PARTS),
        (whole(softmax.SOFTMAX, "sign", "share"),),
    ),
    (
        Formula("dh", "dlogits, W2, b2", LEFT_BODY, {"up": "dlogits", "matrix": "W2", "after": ""}),
        (LEFT,),
    ),
    (
        Formula(
            "dW2",
            "h, dlogits, bnraw, bngain, bnbias",
            RIGHT_BODY,
            {"up": "dlogits", "left": "h", "after": ""},
        ),
        (RIGHT, HIDDEN),
    ),
    summed("db2", "1", "dlogits", "b2"),
    (
        Formula("dhpreact", "h, dh, bngain, bnraw, bnbias", TANH_BODY, _TANH_PARTS),
        (TANH, NOT_TANH),
    ),
    summed("dbngain", "bnraw", "dhpreact", "dh h"),
    summed("dbnbias", "1", "dhpreact", "dh bnbias"),
    (
        Formula(
            "dhprebn", "n, bngain, bnbias, bnvar_inv, bnraw, dhpreact, dh", norm.BODY, _NORM_PARTS
        ),
        (whole(norm.NORM_PATHS, "gain"), NORM_ALONG, norm.BESSEL, LAYER, GAIN),
    ),
    (
        Formula(
            "dembcat",
            "dhprebn, dhpreact, W1, b1",
            LEFT_BODY,
            {"up": "dhprebn", "matrix": "W1", "after": ""},
        ),
        (LEFT, upstream("dhpreact")),
    ),
    (
        Formula(
            "dW1",
            "C, Xb, embcat, dhprebn, dhpreact, dh",
            RIGHT_BODY,
            {"up": "dhprebn", "left": "embcat", "after": ""},
        ),
        (RIGHT, upstream("dhpreact", "dh"), INPUT),
    ),
    summed("db1", "1", "dhprebn", "dhpreact dh b1"),
    (
        Formula(
            "demb",
            "dembcat, C, Xb",
            "{whole}",
            {"whole": "dembcat.view({shape})", "shape": "*Xb.shape, C.shape[1]"},
        ),
        (DEMB,),
    ),
    (
        Formula(
            "dC",
            "C, Xb, Yb, n, dembcat, demb",
            SCATTER_BODY,
            {"table": "C", "index": "Xb.flatten()", "up": "demb.flatten(0, 1)", "after": ""},
        ),
        (SCATTER, WRONG_ROWS, TABLE),
    ),
)
