"""What is known of a wrong answer that no mistake explains: shapes, entries, a constant ratio."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.compare import Comparison, compare
from autograder.differences import entries_in_words, ratio_in_words
from autograder.observation import Observation
from autograder.steps import Step

__all__ = ["story"]


def story(step: Step, observations: Sequence[Observation]) -> str:
    """One sentence on how the answer to ``step`` differs in the states that were observed."""
    compared = [compare(one.answer, one.expected) for one in observations]
    wrong = [one for one in compared if not one.passed]
    if not wrong:
        return "Nothing differs."
    first = wrong[0]
    if not first.shapes_fit:
        return _shapes(step, first)
    told = entries_in_words(first)
    ratios = [one.ratio for one in wrong]
    # A single number is always some multiple of the right one.
    if first.entries > 1 and all(ratio is not None for ratio in ratios):
        assert first.ratio is not None
        told += f"; the answer is {ratio_in_words(first.ratio)} times the expected one"
    return f"{told} (in sizes {list(first.expected_shape)})."


def _shapes(step: Step, comparison: Comparison) -> str:
    yours, theirs = comparison.shape, comparison.expected_shape
    told = f"`{step.name}` has shape {yours} where {theirs} is expected"
    if yours[::-1] == theirs:
        return f"{told}: rows and columns have changed places."
    if len(yours) > len(theirs):
        return f"{told}: is a sum missing?"
    return f"{told}."
