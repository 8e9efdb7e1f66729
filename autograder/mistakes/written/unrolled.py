"""Mistakes of 01_unrolled that its graph cannot know."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.unrolled_branches import BRANCHES
from autograder.mistakes.written.unrolled_embedding import EMBEDDING
from autograder.mistakes.written.unrolled_maxima import MAXIMA
from autograder.mistakes.written.unrolled_means import MEANS
from autograder.mistakes.written.unrolled_powers import POWERS
from autograder.mistakes.written.unrolled_products import PRODUCTS
from autograder.mistakes.written.unrolled_shift import DIFFERENCES
from autograder.mistakes.written.unrolled_softmax import SOFTMAX_STEPS
from autograder.mistakes.written.unrolled_sums import SUMS
from autograder.mistakes.written.unrolled_targets import TARGETS
from autograder.mistakes.written.unrolled_views import VIEWS

__all__ = ["WRITTEN"]

WRITTEN: tuple[Mistake, ...] = (
    *(*TARGETS, *SOFTMAX_STEPS, *BRANCHES, *MAXIMA, *PRODUCTS, *SUMS, *POWERS),
    *(*MEANS, *DIFFERENCES, *VIEWS, *EMBEDDING),
)
