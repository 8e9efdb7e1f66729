"""Mistakes of 03_batchnorm that its graphs cannot know."""

from autograder.mistakes.mistake import Written

__all__ = ["WRITTEN"]

WRITTEN: tuple[Written, ...] = ()
