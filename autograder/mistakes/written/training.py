"""Mistakes of 04_training that its graphs cannot know."""

from autograder.mistakes.mistake import Written

__all__ = ["WRITTEN"]

WRITTEN: tuple[Written, ...] = ()
