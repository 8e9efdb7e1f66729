"""A third bank of formulas: answers as learners type them, with the names of their mistakes.

What its author had seen when writing it: the course itself (the authored notebooks, the stages'
declarations, the forward graph and the random draws), the labeling standard, the plan's paragraph
on which kinds of mistakes the catalogue was to cover, the names of the package's modules, and of
the second bank only the functions that evaluate a formula and the signature of ``Entry``. Not
seen: the catalogue of mistakes, the diagnosis and everything it calls, the other two banks'
formulas, the page about mistakes, and any answer of the diagnosis to a formula of this bank. The
labels follow from the formulas by the standard alone; no formula was chosen, changed or left out
for what the diagnosis says. The shortcomings are those of one author: the mistakes are remembered
and imagined, not collected, and the standard's and the plan's words may have called some to mind.
Two thirds of the formulas belong to stage 01, so a share over the whole bank is mostly about it.

A formula is an expression, or the statements of a whole cell. Where several codes are given,
each describes the formula truthfully; a comment says why.
"""

from collections.abc import Iterator

from tests.diagnose.rows import mistakes_in, right_in
from tests.diagnose.second_bank import Entry

from . import (
    batchnorm,
    cross_entropy,
    training,
    unrolled_batchnorm,
    unrolled_linear,
    unrolled_loss,
    unrolled_softmax,
    variants,
    warmup,
)

__all__ = ["mistakes", "right"]

_MISTAKES = (
    ("00_warmup", warmup.MISTAKES),
    ("01_unrolled", unrolled_loss.MISTAKES),
    ("01_unrolled", unrolled_softmax.MISTAKES),
    ("01_unrolled", unrolled_linear.MISTAKES),
    ("01_unrolled", unrolled_batchnorm.MISTAKES),
    ("02_cross_entropy", cross_entropy.MISTAKES),
    ("03_batchnorm", batchnorm.MISTAKES),
    ("04_training", training.MISTAKES),
)


def mistakes() -> Iterator[Entry]:
    """The formulas with one mistake; each of ``codes`` names it."""
    return mistakes_in(_MISTAKES)


def right() -> Iterator[Entry]:
    """Right answers, typed in unusual ways; they have no codes."""
    return right_in(variants.RIGHT)
