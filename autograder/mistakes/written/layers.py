"""What goes wrong in the kinds of operation that several stages have.

Each table belongs to a body: tanh, both gradients of a matrix product, a sum over a dimension that
was broadcast, a scatter. The steps say what their parts are.
"""

from autograder.mistakes.written.formula import Edit, edit

__all__ = [
    "LEFT",
    "LEFT_BODY",
    "REDUCED",
    "REDUCED_BODY",
    "RIGHT",
    "RIGHT_BODY",
    "SCATTER",
    "SCATTER_BODY",
    "TANH",
    "TANH_BODY",
]

# y = tanh(x) elementwise.
TANH_BODY = "({one} - {square}) * {up}"
_TANH = "the derivative of tanh, written with its result, contains the square of `{y}`"
_FACTOR = "which derivative belongs to tanh? It can be written with `{y}` alone"
_PARENTHESES = "Python multiplies before it subtracts: what is to be multiplied by `{up}`?"
TANH: tuple[Edit, ...] = (
    edit("precedence", _PARENTHESES, one="1 - {square_} * {up_}", square="0", up="1"),
    edit("precedence", _PARENTHESES, square="({y} * {up_})**2", up="1", cost=2),
    edit("precedence", "square first, then subtract", one="(1 - {y})**2 + 0", square="0"),
    edit(
        "wrong_power", _TANH, square=("{y}", "{y}**3", "{y}**4", "{y}**0.5", "2 * {y}", "{y}.abs()")
    ),
    edit("wrong_power", _TANH, one="(1 - {y}**2)**2 + 0", square="0"),
    edit("wrong_power", _TANH, one="(1 - {y}**2)**0.5 + 0", square="0"),
    edit(
        "wrong_constant",
        "look at the constants in the derivative of tanh",
        one=("2", "0.5", "-1 + 2 * {y}**2 * 0"),
    ),
    edit(
        "wrong_constant",
        "look at the constants in the derivative of tanh",
        square=("2 * {square_}", "0.5 * {square_}"),
    ),
    edit("wrong_sign", "the derivative of tanh is never negative", one="{square_} - 1", square="0"),
    edit("wrong_sign", "the derivative of tanh is largest where `{y}` is 0", square="-{square_}"),
    edit("missing_branch", "the derivative of tanh has two terms", one="0"),
    edit("missing_branch", "the derivative of tanh has two terms", one="0", square="-{square_}"),
    edit(
        "wrong_variable",
        "the square is of tanh's result, not of another variable",
        square=("{x}**2", "{up}**2", "torch.tanh({y})**2", "{x} * {y}"),
    ),
    edit("wrong_variable", _FACTOR, one=("{y}", "{x}", "{x} * {y}"), square="0"),
    edit("wrong_variable", "which of the two is squared?", square="{up_}**2", up="{y}"),
    edit(
        "other_function",
        _FACTOR,
        one=(
            "{y} * (1 - {y})",
            "torch.sigmoid({x}) * (1 - torch.sigmoid({x}))",
            "torch.sigmoid({y}) * (1 - torch.sigmoid({y}))",
            "{x} * (1 - {x})",
            "torch.sigmoid({x})",
            "({x} > 0) * 1.0",
            "({y} > 0) * 1.0",
            "torch.cosh({x})",
            "torch.cosh({x})**2",
            "1 / torch.cosh({x})",
            "torch.sinh({x})",
            "1 / (1 + {x}**2)",
            "1 / (1 + {y}**2)",
            "1 / (1 - {y}**2)",
            "1 / (1 - {x}**2)",
            "torch.cos({x})",
            "1 / torch.cos({x})**2",
            "1 + torch.tan({x})**2",
            "torch.atanh({y})",
            "torch.exp({x})",
        ),
        square="0",
    ),
    edit(
        "other_function",
        "forwards tanh; backwards a factor",
        one="torch.tanh({up_})",
        square="0",
        up="1",
    ),
    edit(
        "other_function",
        "the local derivative multiplies; nothing is added",
        one="1 - {y}**2 + {up_}",
        square="0",
        up="1",
    ),
)

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

# A variable that was broadcast along {dim}: the sum of factor times gradient.
REDUCED_BODY = "{sign} ({factor} * {up}).{sum}"
REDUCED: tuple[Edit, ...] = (
    edit("wrong_index", _EXAMPLES, sum=("narrow({dim}, 0, 1)", "narrow({dim}, -1, 1)")),
    edit(
        "overwritten_accumulation",
        "each one replaces what was there before",
        sum="narrow({dim}, -1, 1)",
        source="for ",
    ),
    edit(
        "wrong_index",
        _EXAMPLES,
        up="{up_}.narrow({dim}, 1, {up_}.shape[{dim}] - 1)",
        factor="{factor_}.narrow({dim}, 1, {up_}.shape[{dim}] - 1)",
    ),
    edit(
        "wrong_index",
        _EXAMPLES,
        up="{up_}.narrow({dim}, 0, {up_}.shape[{dim}] - 1)",
        factor="{factor_}.narrow({dim}, 0, {up_}.shape[{dim}] - 1)",
    ),
    edit(
        "other_function",
        "what was broadcast is summed: no other reduction",
        sum=(
            "amax({dim}, keepdim=True)",
            "amin({dim}, keepdim=True)",
            "std({dim}, keepdim=True)",
            "prod({dim}, keepdim=True)",
            "norm(dim={dim}, keepdim=True)",
            "cumsum({dim})",
            "median({dim}, keepdim=True).values",
        ),
    ),
    edit("wrong_sign", "the sizes are summed, and the signs are lost", up="{up_}.abs()"),
    edit(
        "wrong_sign",
        "the sizes are summed, and the signs are lost",
        sum="abs().sum({dim}, keepdim=True)",
    ),
    edit("wrong_power", "the gradient enters once, not squared", up="{up_}**2"),
    edit(
        "wrong_axis",
        "the sum is over the dimension that was broadcast",
        sum=("sum(1 - {dim}, keepdim=True)", "mean(1 - {dim}, keepdim=True)"),
    ),
    edit("extra_sum", "only the dimension that was broadcast is summed", sum=("sum()", "mean()")),
    edit("missing_sum", "what was broadcast is summed on the way back", sum="clone()"),
)

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
