"""What goes wrong in the gradients of a matrix product, its left factor's and its right one's."""

from autograder.mistakes.written.formula import Edit, edit

__all__ = ["LEFT", "LEFT_BODY", "RIGHT", "RIGHT_BODY"]

# product = left @ right, the gradient of the left factor.
LEFT_BODY = "{up} @ {matrix}.T {after}"

_SHAPES = "a product of matrices: which of them is transposed, and in which order?"

_ENTRIES = "each entry is a sum of products: a matrix product, not one entry by entry"

_APART = "a sum of products is not a product of sums"

LEFT: tuple[Edit, ...] = (
    edit("transposed", _SHAPES, after=".T"),
    edit("transposed", _SHAPES, up="{up_}.T", matrix="{matrix_}.T"),
    edit("transposed", _SHAPES, matrix="{matrix_}.T"),
    edit("transposed", _SHAPES, up="{up_}.T"),
    edit("transposed", _SHAPES, up="{matrix_}", matrix="{up_}.T"),
    edit("transposed", _SHAPES, up="{matrix_}.T", matrix="{up_}.T"),
    edit("elementwise_for_matmul", _ENTRIES, up="{up_} * {matrix_} + 0 * {up_}"),
    edit("elementwise_for_matmul", _ENTRIES, up="{up_} * {matrix_}.T + 0 * {up_}"),
    edit(
        "product_of_sums",
        _APART,
        up="{up_}.sum(1, keepdim=True)",
        matrix="{matrix_}.sum(1, keepdim=True)",
    ),
    edit(
        "mean_instead_of_sum",
        "the entries of a row are summed, not averaged",
        after="/ {matrix_}.shape[1]",
    ),
    edit("wrong_power", "the factor enters once, not squared", matrix="({matrix_}**2)"),
    edit("wrong_power", "the gradient enters once, not squared", up="{up_}**2"),
    edit(
        "wrong_sign",
        "the size of the factor is not enough: it has a sign",
        matrix="{matrix_}.abs()",
    ),
    edit(
        "missing_local_derivative",
        "the other factor is missing",
        matrix="torch.ones_like({matrix_})",
    ),
    edit("missing_upstream", "the gradient that comes in is missing", up="torch.ones_like({up_})"),
)

# product = left @ right, the gradient of the right factor; the examples are summed.
RIGHT_BODY = "{left}.T @ {up} {after}"

_EXAMPLES = "every example adds its part: are all of them there?"

RIGHT: tuple[Edit, ...] = (
    edit("transposed", _SHAPES, after=".T"),
    edit("transposed", _SHAPES, left="{left_}.T"),
    edit("transposed", _SHAPES, up="{up_}.T"),
    edit("transposed", _SHAPES, left="{left_}.T", up="{up_}.T"),
    edit("transposed", _SHAPES, left="{up_}.T", up="{left_}"),
    edit("transposed", _SHAPES, left="{up_}.T", up="{left_}.T"),
    edit(
        "product_of_sums",
        _APART,
        left="{left_}.sum(0, keepdim=True)",
        up="{up_}.sum(0, keepdim=True)",
    ),
    edit(
        "overwritten_accumulation",
        "each example replaces what was there before",
        left="{left_}[-1:]",
        up="{up_}[-1:]",
    ),
    edit("wrong_index", _EXAMPLES, left="{left_}[:1]", up="{up_}[:1]"),
    edit("wrong_index", _EXAMPLES, left="{left_}[:-1]", up="{up_}[:-1]"),
    edit("wrong_index", _EXAMPLES, left="{left_}[1:]", up="{up_}[1:]"),
    edit("wrong_index", "which gradient belongs to which example?", left="{left_}.flip(0)"),
    edit(
        "mean_instead_of_sum",
        "the examples are summed: the mean is in the loss",
        after="/ len({up_})",
        source=r"mean\(",
    ),
    edit(
        "extra_mean_factor",
        "the mean is in the loss; here it is one time too many",
        after="/ len({up_})",
        cost=1,
    ),
    edit("wrong_power", "the factor enters once, not squared", left="({left_}**2)"),
    edit("wrong_power", "the gradient enters once, not squared", up="{up_}**2"),
    edit("wrong_sign", "the size of the factor is not enough: it has a sign", left="{left_}.abs()"),
    edit(
        "missing_local_derivative", "the other factor is missing", left="torch.ones_like({left_})"
    ),
    edit("missing_upstream", "the gradient that comes in is missing", up="torch.ones_like({up_})"),
)
