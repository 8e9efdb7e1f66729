"""Mistakes of 02_cross_entropy that its graphs cannot know."""

from autograder.mistakes.mistake import Written

__all__ = ["WRITTEN"]

WRITTEN: tuple[Written, ...] = ()
