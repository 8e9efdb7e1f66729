"""A fourth bank of formulas, blind like the third: what learners would type, and what it is called.

Its author had the authored notebooks, the stages' declarations (forward graphs, steps, draws), the
labeling standard, the package layout of the third bank (its ``__init__`` and its test), and of the
second bank the ``__init__`` and the functions that evaluate a formula. Its author had
not seen the catalogue of mistakes, the diagnosis or what it is made from, the page about
mistakes, the hints, or a formula of any other bank, and never ran a diagnosis, on these formulas or
others. The labels follow from the formulas and the standard alone. One mind imagined all of these
mistakes, after reading the names of the codes: no learner typed them, and their frequencies say
nothing about a class. About three of five are about stage 01.

A formula is an expression for the step's variable, or the whole cell. Where it has several codes,
each one describes it truthfully by the standard, and a comment says why.
"""

from collections.abc import Iterator

from tests.diagnose.rows import mistakes_in, right_in
from tests.diagnose.second_bank import Entry

from . import (
    batchnorm,
    cross_entropy,
    training,
    unrolled_embedding,
    unrolled_layers,
    unrolled_loss,
    unrolled_norm,
    unrolled_variance,
    variants,
    warmup,
)

__all__ = ["mistakes", "right"]

_MISTAKES = (
    ("00_warmup", warmup.MISTAKES),
    ("01_unrolled", unrolled_loss.MISTAKES),
    ("01_unrolled", unrolled_layers.MISTAKES),
    ("01_unrolled", unrolled_norm.MISTAKES),
    ("01_unrolled", unrolled_variance.MISTAKES),
    ("01_unrolled", unrolled_embedding.MISTAKES),
    ("02_cross_entropy", cross_entropy.MISTAKES),
    ("03_batchnorm", batchnorm.MISTAKES),
    ("04_training", training.MISTAKES),
)


def mistakes() -> Iterator[Entry]:
    """The formulas with exactly one mistake; each of ``codes`` names it."""
    return mistakes_in(_MISTAKES)


def right() -> Iterator[Entry]:
    """Right answers typed in unusual ways, without codes."""
    return right_in(variants.RIGHT)
