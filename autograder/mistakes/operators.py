"""What goes wrong with Python's operators in any formula: `//` in place of `/`, a power of `-3/2`.

The numbers that come of it may come of another mistake, too. Only the text of the cell tells, so
that each of these needs its traces there.
"""

__all__ = ["COLUMNS", "FLOOR", "FLOORED", "HALVED", "HALVED_POWER", "ROOTED"]

# A number is divided, or something is divided by how many examples there are: sizes are divided
# like that for good reasons.
FLOOR = r"\b\d++(?:\.\d*+)?\s*//|//=?\s*\(*\s*(?:[nN]\b|batch|len\(\s*(?!C\b)|\w+\.shape\[0\])"
FLOORED = "`//` rounds down to a whole number, and here a fraction is meant"

# `x**-3/2` and `x**-1/2`: half of a power.
HALVED = r"\*\*\s*-\s*3\.?0?\s*/\s*2"
ROOTED = r"\*\*\s*-\s*1\.?0?\s*/\s*2"
HALVED_POWER = "Python raises to a power before it divides: how far does the exponent reach?"

# Columns of all rows.
COLUMNS = r"\[\s*(?::|\.\.\.)\s*,"
