"""Stage 01: the way back into the table of the embedding."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Formula, edit
from autograder.mistakes.written.scatter import SCATTER, SCATTER_BODY

__all__ = ["EMBEDDING", "WRONG_ROWS"]

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
        source=r"\.sum\(1",
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
        source=r"\bXb\s*\.\s*(T\b|mT\b|t\(|transpose|permute)",
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

EMBEDDING: tuple[Mistake, ...] = _DC.mistakes(SCATTER, WRONG_ROWS)
