"""Explanations of names that do not exist: a step not done, a cell not run, a misprint."""

import difflib
import re

from autograder.exceptions.clue import Clue
from autograder.steps import GradientStep, Stage

__all__ = ["unbound", "undefined"]

Match = re.Match[str]

# What the notebooks' set-up cells import.
_IMPORTED = ("F", "plt", "torch", "check")


def undefined(clue: Clue, match: Match) -> str | None:
    """`name 'dlogit' is not defined`."""
    name = match[1]
    if name in clue.steps:
        return f"`{name}` is made in the step `{name}`: do that one first, and run its cell."
    if name in _IMPORTED or name in _variables(clue.stage):
        return (
            f"`{name}` is made by a cell further up: run every cell from the top (Run > Run All "
            "Above Selected Cell)."
        )
    meant = _close(name, clue)
    if meant is None:
        return None
    there = meant in clue.known
    later = "" if there or meant not in clue.steps else f" It is made in the step `{meant}`."
    return f"There is no `{name}`. Do you mean `{meant}`?{later}"


def unbound(clue: Clue, match: Match) -> str:
    """A name that its function sets only further down."""
    name = match[1]
    return (
        f"`{name}` is read before it has a value: the function sets it further down, and so it is "
        "the function's own from its first line on."
    )


def _close(name: str, clue: Clue) -> str | None:
    # A variable is no misprint of its gradient.
    others = {*clue.known, *clue.steps, *_variables(clue.stage)} - {name, name.removeprefix("d")}
    candidates = sorted(others)
    same = [other for other in candidates if _letters(other) == _letters(name)]
    return next(iter(same or difflib.get_close_matches(name, candidates, n=1, cutoff=0.75)), None)


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def _variables(stage: Stage | None) -> frozenset[str]:
    """The variables of the stage's forward passes, and the gradients it gives."""
    if stage is None:
        return frozenset()
    graphs = [step.graph for step in stage.steps if isinstance(step, GradientStep)]
    return frozenset(
        (*stage.given, *(name for graph in graphs for name in (*graph.inputs, *graph.nodes)))
    )
