"""What goes wrong where one entry of each row is meant."""

from autograder.mistakes.operators import COLUMNS
from autograder.mistakes.written.formula import edit

__all__ = ["PLACE"]

_PICK = "which entry of each row is meant, and which variable holds its index?"

_PAIRS = "`[:, ...]` takes these columns in all rows; here one entry of each row is meant"

PLACE = (
    edit(
        "all_rows_indexed",
        _PAIRS,
        hot="(({hot_}.sum(0) > 0) * torch.ones_like(logits))",
        needs=COLUMNS,
    ),
    edit(
        "all_rows_indexed", _PAIRS, hot="({hot_}.sum(0) * torch.ones_like(logits))", needs=COLUMNS
    ),
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
