"""Explanations of names that do not exist: a step not done, a cell not run, a misprint."""

import ast
import difflib
import re

import torch

from autograder.exceptions.clue import Clue
from autograder.steps import GradientStep, Stage

__all__ = ["changed_before_made", "unbound", "undefined"]

Match = re.Match[str]

# What the notebooks' set-up cells import.
_IMPORTED = ("F", "plt", "torch", "check")
# What they do not, under the names that people give it.
_ELSEWHERE = {"np": "NumPy", "numpy": "NumPy", "math": "Python's `math`"}


def undefined(clue: Clue, match: Match) -> str | None:
    """`name 'dlogit' is not defined`."""
    name = match[1]
    if name in (*clue.steps, *(f"d{other}" for other in clue.known)):
        if change := changed_before_made(clue, name):
            return change
        if _is_set(name, clue.source):
            return f"`{name}` is read before it has a value: it is set further down in this cell."
    if name in clue.steps:
        return f"`{name}` is made in the step `{name}`: do that one first, and run its cell."
    if name in _IMPORTED or name in _variables(clue.stage):
        return (
            f"`{name}` is made by a cell further up: run every cell from the top (Run > Run All "
            "Above Selected Cell)."
        )
    if name in _ELSEWHERE:
        return _not_imported(name, clue)
    meant = _close(name, clue)
    if meant is None:
        return changed_before_made(clue, name) or None
    there = meant in clue.known
    later = "" if there or meant not in clue.steps else f" It is made in the step `{meant}`."
    return f"There is no `{name}`. Do you mean `{meant}`?{later}"


def _not_imported(name: str, clue: Clue) -> str:
    """`np.zeros(3)`, which PyTorch has under the same name, mostly."""
    used = [
        node.attr
        for node in clue.nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    ]
    same = [attribute for attribute in used if callable(getattr(torch, attribute, None))]
    instead = f": `torch.{same[0]}` does the same for tensors" if same else ""
    return f"`{name}` is {_ELSEWHERE[name]}, which this notebook does not import{instead}."


def changed_before_made(clue: Clue, name: str) -> str:
    """Of `dlogprobs[0] = 1` and `dprobs += 1` without a tensor to begin with; else empty."""
    like = _variable(clue, name)
    zeros = "a tensor of zeros" + (f" in the shape of `{like}`" if like else "")
    for statement in clue.statements:
        match statement:
            case ast.Assign(targets=targets) if any(_is_entry_of(name, one) for one in targets):
                return f"`{name}` has no entries yet that could be set: begin with {zeros}."
            case ast.AugAssign(target=target) if _is_entry_of(name, target):
                return f"`{name}` has no entries yet that could be changed: begin with {zeros}."
            case ast.AugAssign(target=ast.Name(id=target)) if target == name:
                return (
                    f"`{name}` has no value yet that could be changed in place: begin with "
                    f"{zeros}, or write `=` here."
                )
    return ""


def _is_entry_of(name: str, target: ast.expr) -> bool:
    """Whether a target is `name[...]`."""
    while isinstance(target, ast.Subscript):
        target = target.value
        if isinstance(target, ast.Name) and target.id == name:
            return True
    return False


def _variable(clue: Clue, name: str) -> str:
    """The variable whose gradient is called ``name``, if there is one; else empty."""
    step = clue.stage.by_name.get(name) if clue.stage else None
    variable = step.variable if isinstance(step, GradientStep) else name.removeprefix("d")
    known = isinstance(clue.known.get(variable), tuple) or variable in _variables(clue.stage)
    return variable if known and variable != name else ""


def _is_set(name: str, source: str) -> bool:
    """Whether a cell gives a name a value anywhere."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in nodes
    )


def unbound(clue: Clue, match: Match) -> str:
    """A name that its function sets only further down."""
    name = match[1]
    if change := changed_before_made(clue, name):
        return change
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
