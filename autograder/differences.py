"""Where an answer differs from its reference, and by what factor, in words."""

from fractions import Fraction

from autograder.compare import Comparison

__all__ = ["entries_in_words", "ratio_in_words"]

# Above this a fraction is no more telling than its decimals: any number is near some fraction.
_LARGEST_DENOMINATOR = 64

# A list of more rows or columns than this points at nothing.
_MOST_LINES = 8


def entries_in_words(comparison: Comparison) -> str:
    """How many entries differ, and in which rows and columns if that says something."""
    if not comparison.differing:
        return f"none of {comparison.entries} differ"
    told = f"{comparison.differing} of {comparison.entries} differ"
    shape = comparison.expected_shape
    if comparison.differing == comparison.entries or len(shape) < 2:
        return told
    for name, indices, size in (
        ("row", comparison.rows, shape[0]),
        ("column", comparison.columns, shape[-1]),
    ):
        if len(indices) < min(size, _MOST_LINES + 1):
            listed = ", ".join(map(str, indices))
            told += f", only in {name}{'s' if len(indices) > 1 else ''} {listed}"
    return told


def ratio_in_words(ratio: float) -> str:
    """A ratio as a fraction where it is one: 1/32 says more than 0.03125."""
    fraction = Fraction(ratio).limit_denominator(_LARGEST_DENOMINATOR)
    if ratio and abs(float(fraction) / ratio - 1) < 1e-6:
        return str(fraction)
    return f"{ratio:.4g}"
