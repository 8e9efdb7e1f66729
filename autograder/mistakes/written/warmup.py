"""Mistakes of 00_warmup that its graphs cannot know."""

from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.ruler import RULER
from autograder.mistakes.written.unbroadcast import UNBROADCAST
from autograder.mistakes.written.warmup_neuron import NEURON
from autograder.mistakes.written.warmup_rules import RULES

__all__ = ["WRITTEN"]

WRITTEN: tuple[Mistake, ...] = (*NEURON, *RULES, *RULER, *UNBROADCAST)
