"""A prepared submission as the judge runs it: which cells, from which names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.grading.autograd_flow import AutogradUse, Source, find_autograd
from autograder.grading.bindings import (
    bound_names,
    definitions,
    loaded_names,
    nodes_of,
    only_assigns,
    rebound_names,
    words_in,
)
from autograder.grading.magics import parse_cell
from autograder.grading.plots import drawing_names, names_in
from autograder.grading.repair import Cell
from autograder.grading.sizes import may_write_sizes, writes_numbers
from autograder.steps import GradientStep, PropertyStep, Stage, ValueStep

__all__ = ["Cells", "judged_in_passes"]


def judged_in_passes(step: object) -> bool:
    """Whether the step's answer is judged on fresh states (and not in the notebook's own)."""
    return isinstance(step, GradientStep | ValueStep)


@dataclass(frozen=True)
class Cells:
    """The cells of a submission in the notebook's order, with what their texts tell."""

    stage: Stage
    all: Sequence[Cell]

    @cached_property
    def setup(self) -> str:
        """The source of the set-up cell."""
        return next((cell.source for cell in self.all if cell.kind == "setup"), "")

    @cached_property
    def students(self) -> list[int]:
        """The places of the cells that the student wrote."""
        return [i for i, cell in enumerate(self.all) if cell.kind in ("solution", "extra")]

    def place_of(self, step: str) -> int | None:
        """The place of the cell in which a step is to be answered, if the submission has it."""
        places = (i for i in self.students if self.all[i].name == step)
        return next((i for i in places if self.all[i].kind == "solution"), None)

    @cached_property
    def trees(self) -> Mapping[int, ast.Module]:
        """The syntax tree of each of the student's cells."""
        return {place: parse_cell(self.all[place].source) for place in self.students}

    @cached_property
    def rebound(self) -> Mapping[int, frozenset[str]]:
        """The names to which each of the student's cells gives another value."""
        return {place: rebound_names(tree) for place, tree in self.trees.items()}

    @cached_property
    def setup_names(self) -> frozenset[str]:
        """What the set-up cell defines, without the package's references."""
        return rebound_names(parse_cell(self.setup)) - self.references

    @cached_property
    def references(self) -> frozenset[str]:
        """Names of the set-up cell by which the package's own gradients can be had."""
        return frozenset(
            alias.asname or alias.name
            for node in ast.walk(parse_cell(self.setup))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_REFERENCES)
            for alias in node.names
        )

    @cached_property
    def setup_imports(self) -> list[tuple[frozenset[str], str]]:
        """Each import of the set-up cell: the names it makes, and its text."""
        return [
            (rebound_names(statement) & self.setup_names, ast.unparse(statement))
            for statement in parse_cell(self.setup).body
            if isinstance(statement, ast.Import | ast.ImportFrom)
        ]

    @cached_property
    def sizes_written(self) -> frozenset[str]:
        """The steps whose answer may have a size of the notebook written in it."""
        # A cell that only shows something leaves no size behind for an answer.
        writing = {
            place
            for place, tree in self.trees.items()
            if any(map(bound_names, tree.body)) and may_write_sizes(tree)
        }
        solutions = {place: self.all[place].name for place in self.students}
        if any(self.all[place].kind == "extra" for place in writing - self.drawing):
            return frozenset(solutions.values())
        return frozenset(solutions[place] for place in writing)

    def knows_no_size(self, step: str) -> bool:
        """Whether the answer is made of nothing but what the judge defines, and tiny numbers.

        Then it knows the notebook's sizes from nowhere: what is wrong in other sizes is wrong.
        """
        place = self.place_of(step)
        if place is None:
            return True
        tree = parse_cell(self.text_behind(place))
        if not tree.body or writes_numbers(tree):
            return False
        others = loaded_names(tree) - rebound_names(tree) - self._anew - _SAFE
        return not others

    def needed_for(self, steps: Collection[str]) -> frozenset[int]:
        """The places of the student's cells that have to run so that these steps can be judged.

        Not those behind them, nor answers that only assign to what the judge defines anew.
        """
        wanted = {place for step in steps if (place := self.place_of(step)) is not None}
        last = max(wanted, default=-1)
        idle = self._answers_alone | self.untouched
        before = {i for i in self.students if i < last and i not in idle}
        return frozenset(wanted | before)

    @cached_property
    def _answers_alone(self) -> frozenset[int]:
        """The places of answers of which nothing is left when the judge has put them right.

        An answer that makes another step's gradient, too, may be the only one that does.
        """
        steps = {step.name for step in self.stage.steps}
        return frozenset(
            place
            for place in self.students
            if self.all[place].kind == "solution"
            and only_assigns(self.trees[place], self._anew - (steps - {self.all[place].name}))
            and self.only_names(place) is not None  # what the student defined may do more
        )

    def only_names(self, place: int) -> frozenset[str] | None:
        """All names by which a cell knows variables; None if it may know some by other names.

        What it does not know it cannot change: an alias has a name that the judge has not given.
        """
        tree = self.trees[place]
        names = {node.id for node in nodes_of(tree) if isinstance(node, ast.Name)}
        hidden = any(word.startswith("_") for word in words_in(tree))
        if hidden or names - rebound_names(tree) - self._anew - _SAFE:
            return None
        return frozenset(names)

    def definitions_before(self, place: int) -> list[str]:
        """Imports, functions and constants in the student's cells before ``place``."""
        return list(definitions(self.trees[i] for i in self.students if i < place))

    def text_behind(self, place: int) -> str:
        """The text of a cell, after those of the student's that make what it reads.

        What the judge defines before each answer is made by no cell.
        """
        texts, needed = [self.all[place].source], loaded_names(self.trees[place]) - self._anew
        for before in sorted((i for i in self.students if i < place), reverse=True):
            if made := self.rebound[before] & needed:
                texts.append(self.all[before].source)
                needed = (needed - made) | (loaded_names(self.trees[before]) - self._anew)
        return "\n".join(reversed(texts))

    def autograd(self) -> tuple[AutogradUse, ...]:
        """What autograd has to do with each step's answer; see ``find_autograd``.

        Before each answer the judge defines the forward variables and all gradients anew, so
        that no use of autograd reaches an answer through them.
        """
        return find_autograd(
            [self._source(place) for place in self.students], self.references, self._anew
        )

    @cached_property
    def drawing(self) -> frozenset[int]:
        """The places of cells that do nothing but draw figures which nothing else speaks of."""
        own = [i for i in self.students if self.all[i].kind == "extra"]
        if "plt" not in self.setup_names or not any("plt" in self.all[i].source for i in own):
            return frozenset()
        known = self._anew.difference(*(self.rebound[place] for place in own))
        found = {place: drawing_names(self.all[place].source, known) for place in own}
        if any("plt" in self.rebound[i] for i in self.students if found.get(i) is None):
            return frozenset()
        texts = {place: names_in(tree) for place, tree in self.trees.items()}
        return frozenset(
            place
            for place, names in found.items()
            if names is not None
            and not names & (self._anew | self.setup_names)
            and not any(names & texts[other] for other in self.students if other != place)
        )

    @cached_property
    def untouched(self) -> frozenset[int]:
        """The places of answers as they were handed out, whose variables no other cell can make.

        They raise NotImplementedError, which need not be tried again and again.
        """
        if any(words_in(tree) & _BY_NAME for tree in self.trees.values()):
            return frozenset()
        made = Counter(name for names in self.rebound.values() for name in names)
        return frozenset(
            place
            for place, tree in self.trees.items()
            if self.all[place].kind == "solution"
            and judged_in_passes(self.stage.by_name.get(name := self.all[place].name))
            and not made[name]
            and not made["*"]
            and _only_raises(tree)
        )

    @cached_property
    def _anew(self) -> frozenset[str]:
        """The forward variables and gradients, which the judge defines."""
        steps = [step for step in self.stage.steps if judged_in_passes(step)]
        anew = {step.name for step in steps} | set(self.stage.given)
        for step in steps:
            if isinstance(step, GradientStep):
                anew |= {*step.graph.inputs, *step.graph.nodes}
        return frozenset(anew)

    def _source(self, place: int) -> Source:
        cell = self.all[place]
        step = self.stage.by_name.get(cell.name) if cell.kind == "solution" else None
        # How a number was found is not asked.
        by_hand = step.by_hand if isinstance(step, PropertyStep) else True
        return Source(step.name if step else "", cell.source, by_hand)


def _only_raises(tree: ast.Module) -> bool:
    """Whether a cell is nothing but `raise NotImplementedError()`."""
    match tree.body:
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"), args=[]))]:
            return True
    return False


# What can make a variable whose name is in no assignment.
_BY_NAME = frozenset(
    (
        *("globals", "locals", "vars", "exec", "eval", "get_ipython", "sys", "importlib"),
        *("inspect", "builtins", "__builtins__", "__main__", "__import__"),
    )
)
# Functions that give what they give in any sizes.
_SAFE = frozenset(("torch", "F", "len", "range", "float", "int", "abs", "sum", "min", "max"))
# The graphs and functions of the stages know every gradient by autograd.
_REFERENCES = ("autograder.stages", "autograder.graph")
