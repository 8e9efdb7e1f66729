"""What is written for a step: the rule in words and the formula in mathematics."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Hint"]


@dataclass(frozen=True)
class Hint:
    r"""The second and the third hint for one step.

    ``rule`` says the idea in words, in Markdown, without the answer. ``formula`` is LaTeX for
    display (each string a line of its own), in the notation of the step's notebook, from the
    commands that ``autograder.hints.plain`` can read out. ``letters`` tells what a letter of the
    formula is, where the formula does not write variables by their names (`\mathtt`); ``words``
    the same for what is no variable. ``shapes`` is a sentence for the first hint of a step that
    no graph speaks of.
    """

    rule: str
    formula: tuple[str, ...]
    letters: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    shapes: str = ""
