"""The notebooks of the attacks: an honest one with every other step answered, and a full one."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from functools import cache

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring.layout import CHECKOUT
from autograder.stages import stage as find_stage
from tests.attacks.attack import Attack

__all__ = ["attacked", "half_answered", "honest", "name_of", "reference_answers"]


def name_of(cell: NotebookNode) -> str:
    """The grade_id of a cell, or nothing."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


@cache
def reference_answers(stage: str) -> Mapping[str, str]:
    """The instructor's answers in code, in the notebook's order."""
    notebook = nbformat.read(CHECKOUT.solution(stage), as_version=4)
    code = {step.name for step in find_stage(stage).checked}
    return {name_of(c): c.source for c in notebook.cells if name_of(c) in code}


@cache
def _release(stage: str) -> NotebookNode:
    """The release without the cells that draw: a student may delete them, and they take seconds."""
    notebook = nbformat.read(CHECKOUT.release(stage), as_version=4)
    notebook.cells = [c for c in notebook.cells if c.cell_type != "code" or name_of(c)]
    return notebook


def _answered(stage: str, names: Collection[str]) -> NotebookNode:
    notebook = copy.deepcopy(_release(stage))
    answers = reference_answers(stage)
    for found in notebook.cells:
        if name_of(found) in names:
            found.source = answers[name_of(found)]
    return notebook


def honest(stage: str) -> NotebookNode:
    """Every step answered."""
    return _answered(stage, set(reference_answers(stage)))


def half_answered(stage: str) -> NotebookNode:
    """The first step answered, the second not, and so on: points can be gained and lost."""
    return _answered(stage, list(reference_answers(stage))[::2])


def attacked(attack: Attack, places: Mapping[str, str]) -> NotebookNode:
    """The base notebook with the cells of an attack in it."""

    def located(source: str) -> str:
        for word, place in places.items():
            source = source.replace(word, place)
        return source

    notebook = half_answered(attack.stage)
    first = next(iter(reference_answers(attack.stage)))
    cells = []
    for found in notebook.cells:
        name = name_of(found)
        if name == first and attack.extra:
            cells.append(new_code_cell(located(attack.extra)))
        if name in attack.answers:
            found.source = located(attack.answers[name])
        cells.append(found)
        if name in attack.after:
            cells.append(new_code_cell(located(attack.after[name])))
    notebook.cells = cells
    if attack.edit:
        attack.edit(notebook)
    return notebook
