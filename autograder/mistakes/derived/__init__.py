"""Mistakes derived from the forward graph: nothing is written per step."""

from autograder.mistakes.derived.change import Change, Derived, Rule
from autograder.mistakes.derived.rules import derived_of
from autograder.mistakes.derived.state import Remembering

__all__ = ["Change", "Derived", "Remembering", "Rule", "derived_of"]
