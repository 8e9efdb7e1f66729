"""Mistakes of 01_unrolled that its graph cannot know."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.unrolled_elementwise import ELEMENTWISE
from autograder.mistakes.written.unrolled_layers import LAYERS
from autograder.mistakes.written.unrolled_places import PLACES

__all__ = ["WRITTEN"]

WRITTEN: tuple[Mistake, ...] = (*ELEMENTWISE, *LAYERS, *PLACES)
