"""Mistakes of 00_warmup that its graphs cannot know."""

from autograder.mistakes.mistake import Written

__all__ = ["WRITTEN"]

WRITTEN: tuple[Written, ...] = ()
