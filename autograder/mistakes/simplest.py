"""Which of two ideas is the simpler one."""

__all__ = ["place_of"]

# Mistakes that make the same tensor at the same cost: the simpler idea goes first, and codes that
# are not listed last, in the order of the catalogue.
_ORDER = (
    "zero_answer",
    "missing_branch",
    "branch_twice",
    "missing_upstream",
    "missing_local_derivative",
    "wrong_sign",
    "missing_mean_factor",
    "missing_sum",
    "mean_instead_of_sum",
    "extra_mean_factor",
    "bessel",
    "wrong_axis",
    "broadcast_shape",
    "extra_sum",
    "transposed",
    "missing_epsilon",
    "product_of_sums",
    "wrong_power",
    "wrong_constant",
    "forward_value_returned",
    "wrong_variable",
    "wrong_upstream",
)


def place_of(code: str) -> int:
    """The place of a code's idea, the simplest first."""
    return _ORDER.index(code) if code in _ORDER else len(_ORDER)
