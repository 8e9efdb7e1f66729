"""What is known of a wrong answer that no mistake explains: shapes, entries, a constant ratio.

In words that are the same in any sizes: the answer was seen in random states that nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.compare import Comparison, compare
from autograder.differences import ratio_in_words
from autograder.observation import Observation
from autograder.steps import FunctionStep, Step, ValueStep

__all__ = ["shape_story", "story"]


def story(step: Step, observations: Sequence[Observation]) -> str:
    """One sentence on how the answer to ``step`` differs in the states that were observed."""
    compared = [compare(one.answer, one.expected) for one in observations]
    wrong = [one for one in compared if not one.passed]
    if not wrong:
        return "Nothing differs."
    return shape_story(step, observations) or f"{_entries(wrong)}{_ratio(wrong)}."


def shape_story(step: Step, observations: Sequence[Observation]) -> str:
    """One sentence on the shape of the answer to ``step``, if it is wrong; else nothing."""
    for one in observations:
        comparison = compare(one.answer, one.expected)
        if not comparison.shapes_fit:
            return _shapes(_subject(step, one.result), comparison)
    return ""


def _subject(step: Step, result: int) -> str:
    """A gradient has a variable; what else a cell or a function makes has the shape asked for."""
    if isinstance(step, FunctionStep) and len(step.results) > 1:
        return f"`{step.results[result]}` has another shape than its variable"
    if isinstance(step, FunctionStep | ValueStep):
        return "The answer has another shape than the one that is asked for"
    return f"`{step.name}` has another shape than its variable"


def _entries(wrong: Sequence[Comparison]) -> str:
    if all(one.entries == 1 for one in wrong):
        return "The number differs"
    if all(one.differing == one.entries for one in wrong):
        return "All entries differ"
    many = all(len(one.expected_shape) > 1 for one in wrong)
    if many and all(len(one.rows) < one.expected_shape[0] for one in wrong):
        return "Some rows differ, and others are right"
    if many and all(len(one.columns) < one.expected_shape[-1] for one in wrong):
        return "Some columns differ, and others are right"
    return "Some entries differ, and others are right"


def _ratio(wrong: Sequence[Comparison]) -> str:
    # A single number is always some multiple of the right one.
    ratios = [one.ratio for one in wrong if one.entries > 1]
    known = [ratio for ratio in ratios if ratio is not None]
    if not known or len(known) < len(ratios):
        return ""
    if all(abs(ratio - known[0]) <= 1e-6 * abs(known[0]) for ratio in known):
        return f"; the answer is {ratio_in_words(known[0])} times the expected one"
    return "; the answer is a multiple of the expected one, by a factor that is not always the same"


def _shapes(told: str, comparison: Comparison) -> str:
    yours, theirs = comparison.shape, comparison.expected_shape
    if len(yours) > 1 and yours[::-1] == theirs:
        return f"{told}: rows and columns have changed places."
    if len(yours) > len(theirs):
        return f"{told}: is a sum missing?"
    return f"{told}."
