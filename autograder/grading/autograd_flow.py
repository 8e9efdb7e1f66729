"""Whether autograd has a part in the answers of a submission.

Computing a derivative by autograd in the cell of an answer is not an answer, whatever becomes of
it. Elsewhere (in a cell that the student added), and for a mere look at a `.grad`, what counts is
whether the answer is made from it: many people compare their gradients with PyTorch's.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.grading.autograd_use import Kind, Use, find_uses
from autograder.grading.autograd_words import imports
from autograder.grading.bindings import bound_names, loaded_names, nodes_of, rebound_names
from autograder.grading.magics import parse_cell
from autograder.grading.own_classes import OwnObjects, own_objects

__all__ = ["AutogradUse", "Source", "find_autograd"]


_DEEPEST = 5  # `with` within `with`
_MOST = 5  # suspicions told of one answer

# Statements after which the names that they bind hold nothing of what they held before.
_REPLACING = ast.Assign | ast.For | ast.With | ast.Import | ast.ImportFrom | ast.FunctionDef


@dataclass(frozen=True)
class Source:
    """A cell of the student: ``step`` is the name of its answer, or "" for a cell without one."""

    step: str
    text: str
    by_hand: bool = True


@dataclass(frozen=True)
class AutogradUse:
    """What was found for one step; ``refused`` if the answer does not count for it."""

    step: str
    refused: bool
    message: str


@dataclass
class _Marks:
    """Names that autograd has a part in, with the place where it comes in."""

    own: OwnObjects
    names: dict[str, Use] = field(default_factory=dict)

    def pass_through(self, tree: ast.Module, references: Collection[str]) -> None:
        """Mark what the statements of a cell make from a use or from a marked name."""
        self._pass_through(tree.body, references, _DEEPEST)

    def _pass_through(
        self, statements: Sequence[ast.stmt], references: Collection[str], depth: int
    ) -> None:
        for statement in statements:
            cause = self._cause(statement, references)
            if cause and depth and self._only_inside(statement, references):
                assert isinstance(statement, ast.With)
                self._pass_through(statement.body, references, depth - 1)
                continue
            if isinstance(statement, ast.Import | ast.ImportFrom):
                bound: Collection[str] = _brought(statement)
            else:
                bound = bound_names(statement)
            if cause:
                self.names.update(dict.fromkeys(bound, cause))
            elif isinstance(statement, _REPLACING):
                for name in rebound_names(statement):
                    self.names.pop(name, None)

    def _only_inside(self, statement: ast.stmt, references: Collection[str]) -> bool:
        """Whether autograd has a part in lines of a `with`, which may be no part of others."""
        return isinstance(statement, ast.With) and not any(
            self._cause(item.context_expr, references) for item in statement.items
        )

    def _cause(self, statement: ast.AST, references: Collection[str]) -> Use | None:
        direct = _telling(find_uses(statement, references, self.own))
        if direct:
            return direct
        names = loaded_names(statement) & self.names.keys()
        return self.names[min(names)] if names else None


def find_autograd(
    cells: Sequence[Source],
    references: Collection[str] = (),
    given: Collection[str] = (),
) -> tuple[AutogradUse, ...]:
    """What autograd has to do with each answer; steps without a finding are not listed.

    ``given`` are the variables that the judge defines anew before each answer, so that no use of
    autograd can reach an answer through them.
    """
    trees = [parse_cell(cell.text) for cell in cells]
    own = own_objects(trees)
    functions = {
        node.name for tree in trees for node in nodes_of(tree) if isinstance(node, ast.FunctionDef)
    }
    marks = _Marks(own)
    found: list[AutogradUse] = []
    hidden: list[Use] = []  # in cells without an answer, since the last answer
    for cell, tree in zip(cells, trees, strict=True):
        before = dict(marks.names)
        marks.pass_through(tree, references)
        if cell.step and cell.by_hand:
            found += _judge(cell, tree, before, marks.names.get(cell.step), references, own)
            for what in sorted({use.what for use in hidden})[:_MOST]:
                message = f"a cell before it uses {what}; it cannot be told what for."
                found.append(AutogradUse(cell.step, False, message))
            hidden.clear()
        elif not cell.step:
            hidden += (use for use in find_uses(tree, references, own) if use.kind == "hidden")
            hidden += _handed_on(tree, marks.names, functions)
        for name in (*given, cell.step):
            marks.names.pop(name, None)
    return tuple(found)


def _judge(
    cell: Source,
    tree: ast.Module,
    before: dict[str, Use],
    answer: Use | None,
    references: Collection[str],
    own: OwnObjects,
) -> Iterator[AutogradUse]:
    uses = sorted(set(find_uses(tree, references, own)), key=lambda use: (use.line, use.what))
    computed = next((use for use in uses if use.kind == "computes"), None)
    if computed:
        message = f"line {computed.line} of the cell uses {computed.what}"
        yield AutogradUse(cell.step, True, f"{message}: write the gradient by hand.")
        return
    if answer is not None:
        here = answer in uses
        where = f"line {answer.line} of the cell" if here else "an earlier cell, which it rests on,"
        message = f"{where} uses {answer.what}: write the gradient by hand."
        yield AutogradUse(cell.step, True, message)
        return
    shown = list({use.what: use for use in reversed(uses)}.values())[::-1]
    for use in sorted(shown[:_MOST], key=lambda use: use.line):
        tell: dict[Kind, str] = {
            "reads": "the answer does not seem to be made from it",
            "hidden": "it cannot be told what for",
            "computes": "",
        }
        message = f"line {use.line} of the cell uses {use.what}; {tell[use.kind]}."
        yield AutogradUse(cell.step, False, message)
    called = sorted(loaded_names(tree) & before.keys())
    if called:
        message = (
            f"the cell uses `{called[0][:80]}`, which has to do with {before[called[0]].what}."
        )
        yield AutogradUse(cell.step, False, message)


def _handed_on(
    tree: ast.Module, marked: Mapping[str, Use], functions: Collection[str]
) -> Iterator[Use]:
    """Functions that autograd has a part in, given to another one, which may keep them."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(given, ast.Name) and given.id in marked and given.id in functions:
                    what = f"`{given.id}`, which has to do with {marked[given.id].what},"
                    yield Use(given.lineno, f"{what} as an argument", "hidden")


def _brought(statement: ast.Import | ast.ImportFrom) -> set[str]:
    """The names by which an import makes derivatives available.

    `import torch.autograd` is not among them: the name that it binds is `torch`, which is there.
    """
    module = (statement.module or "") if isinstance(statement, ast.ImportFrom) else None
    names = set()
    for alias in statement.names:
        root = alias.name.split(".")[0]
        if module is not None:
            if imports(module, alias.name):
                names.add(alias.asname or alias.name)
        elif imports(alias.name) and (alias.asname or root != "torch"):
            names.add(alias.asname or root)
    return names


def _telling(uses: Iterator[Use]) -> Use | None:
    """The first use that is more than a suspicion."""
    return next((use for use in uses if use.kind != "hidden"), None)
