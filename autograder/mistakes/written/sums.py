"""What goes wrong where a variable was broadcast: a sum over the dimension `{dim}`."""

from autograder.mistakes.written.formula import Edit, edit

__all__ = ["REDUCED", "REDUCED_BODY"]

_EXAMPLES = "every example adds its part: are all of them there?"

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
        sum=("narrow({dim}, 1, {length} - 1).{sum_}", "narrow({dim}, 0, {length} - 1).{sum_}"),
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
