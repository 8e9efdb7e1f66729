"""Mistakes of 01_unrolled that its graphs cannot know."""

from autograder.mistakes.mistake import Written

__all__ = ["WRITTEN"]

WRITTEN: tuple[Written, ...] = ()
