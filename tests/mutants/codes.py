"""The codes that label a mistake in the bank, and the status that the judge gives it."""

from __future__ import annotations

from autograder.verdict import Status

__all__ = ["CODES", "MORE", "statuses_of"]

# Mistakes in a formula.
_FORMULAS = """
    missing_upstream missing_local_derivative missing_branch branch_twice
    overwritten_accumulation wrong_sign missing_mean_factor extra_mean_factor bessel
    wrong_constant missing_sum wrong_axis mean_instead_of_sum extra_sum transposed wrong_variable
    wrong_upstream wrong_power missing_epsilon precedence lost_duplicates wrong_layout wrong_index
    all_rows_indexed zero_answer aliasing broadcast_shape hard_coded_size forward_value_returned
    not_finite not_a_tensor not_attempted raised used_autograd shortcut other_function
    elementwise_for_matmul matmul_for_elementwise product_of_sums
"""

# Beyond the formulas: a one-hot matrix that is as wide as the largest class that occurs, a
# difference taken on one side only, and numbers found by trying or training.
_OTHERS = "missing_classes one_sided wrong_dtype wrong_shape too_small too_large loss_too_high"

CODES, MORE = frozenset(_FORMULAS.split()), frozenset(_OTHERS.split())

_OWN_STATUS = {
    "hard_coded_size": Status.HARD_CODED,
    "not_finite": Status.NOT_FINITE,
    "not_a_tensor": Status.NOT_A_TENSOR,
    "not_attempted": Status.NOT_ATTEMPTED,
    "raised": Status.RAISED,
    "used_autograd": Status.USED_AUTOGRAD,
}


# Any other formula is wrong, raises where shapes do not fit, or overflows where numbers are large.
_WRONG = frozenset({Status.WRONG, Status.RAISED, Status.NOT_FINITE})


def statuses_of(code: str) -> frozenset[Status]:
    """The statuses that say the truth about a mistake of this code.

    What is found by trying or training is wrong whatever it is, and only the diagnosis tells.
    """
    if code in ("not_finite", "not_a_tensor"):
        return frozenset({_OWN_STATUS[code], Status.WRONG})
    return frozenset({_OWN_STATUS[code]}) if code in _OWN_STATUS else _WRONG
