"""What goes wrong where rows of a table were picked: each pick adds to its row."""

from autograder.mistakes.written.formula import Edit, edit

__all__ = ["SCATTER", "SCATTER_BODY"]

# Rows picked by an index, with repetitions: each pick adds to its row.
SCATTER_BODY = "torch.zeros_like({table}).index_put(({index},), {up}, accumulate=True) {after}"

_SEVERAL = "a row that was picked several times gets the sum of all its gradients: here one is kept"

_WHICH = "which row does each gradient belong to?"

_COUNT = "how often was a row picked? Its gradients are summed, not averaged"

_LOST = "torch.zeros_like({table}).index_put(({index},), {up})"

SCATTER: tuple[Edit, ...] = (
    edit("lost_duplicates", _SEVERAL, after="* 0 + " + _LOST),
    edit(
        "lost_duplicates",
        _SEVERAL,
        after="* 0 + torch.zeros_like({table}).index_put(({index}.flip(0),), {up}.flip(0))",
        cost=2,
    ),
    edit(
        "overwritten_accumulation",
        "`=` where a row that is picked again has to be added to: the last one is kept",
        after="* 0 + " + _LOST,
        source=r"for .*\n(?!.*\+=)",
    ),
    edit("wrong_sign", "a pick passes its gradient on as it is", after="* -1"),
    edit(
        "mean_instead_of_sum",
        _COUNT,
        after="/ F.one_hot({index}, len({table})).sum(0).clamp(min=1)[:, None]",
    ),
    edit(
        "missing_upstream",
        "each pick brings its gradient, not just a 1",
        up="torch.ones_like({up_})",
    ),
    edit(
        "missing_branch",
        "rows picked twice are counted as well",
        after="* (F.one_hot({index}, len({table})).sum(0) == 1)[:, None]",
    ),
    edit(
        "missing_classes",
        "the table has rows that were not picked: its size has to be said",
        after="\nreturn F.one_hot({index}).to({up}.dtype).T @ {up}",
    ),
    edit(
        "missing_sum",
        "these are the gradients of what was picked: they belong to rows of a table",
        after="* 0\nreturn {up}",
    ),
    edit("extra_sum", "each row gets the gradients of its own picks", after="* 0 + {up}.sum(0)"),
    edit("wrong_index", _WHICH, after="* 0 + {up}.sum(0)", source="for "),
    edit(
        "wrong_index",
        _WHICH,
        index=(
            "{index_}.flip(0)",
            "{index_}.roll(1)",
            "{index_}.roll(-1)",
            "{index_}.sort().values",
            "(len({table}) - 1 - {index_})",
            "({index_} + 1) % len({table})",
            "({index_} - 1) % len({table})",
            "torch.arange(len({index_})) % len({table})",
            "({index_} * 0)",
        ),
    ),
    edit(
        "wrong_index",
        _WHICH,
        up=(
            "{up_}[{index_} % len({up_})]",
            "{up_}[:1].expand_as({up_})",
            "{up_}[-1:].expand_as({up_})",
            "{up_}.flip(1)",
        ),
    ),
    edit("wrong_index", "are all picks there?", index="{index_}[:-1]", up="{up_}[:-1]"),
    edit("wrong_index", "are all picks there?", index="{index_}[1:]", up="{up_}[1:]"),
    edit(
        "extra_sum",
        "each row of the table is a row of numbers, not one number",
        up="{up_}.sum(1, keepdim=True).expand_as({up_})",
    ),
    edit("branch_twice", "each pick counts once", after="* 2"),
    edit(
        "other_function",
        "the gradients are added to zeros, not to the table itself",
        after="+ {table}",
    ),
)
