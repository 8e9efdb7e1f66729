"""Where a cell uses automatic differentiation, as its syntax tree tells.

This finds what people write, in plain sight or behind `getattr` and `eval`. It is no wall, and
need not be one: the judge hands out inputs without a graph and without `.grad`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.grading.autograd_harmless import of_own_objects, switched_off
from autograder.grading.autograd_texts import asks_for_graph, shell_command, spoken_of
from autograder.grading.autograd_words import (
    RUNS_TEXT,
    computes,
    hides,
    imports,
    reads,
    speaks_of_autograd,
)
from autograder.grading.bindings import called_name, nodes_of, root_name, words_in
from autograder.grading.constant_text import constant_text
from autograder.grading.feedback.terminal import plain_text
from autograder.grading.magics import parse_cell
from autograder.grading.own_classes import OwnObjects

__all__ = ["Kind", "Use", "find_uses"]

_FINDERS = {"getattr", "setattr", "attrgetter", "methodcaller", "__getattribute__"}
_IMPORTERS = {"__import__", "import_module"}
_LONGEST = 160  # characters of a use that are told
_DEEPEST = 5  # texts that run texts; whatever is below counts as hidden
_MAGICS = {"run_cell_magic", "run_line_magic"}
_TABLES = {"__dict__", "vars", "globals", "locals", "modules"}
_DRAWS = "draw_graph"  # the course's own cells call it with a graph
# Functions that are not called but handed on may be called by any name with any text.
_HANDED_ON = _FINDERS | _IMPORTERS | {"vars", "eval", "exec", "compile"}
_NONE_OWN = OwnObjects()


Kind = Literal["computes", "reads", "hidden"]


@dataclass(frozen=True)
class Use:
    """One place in a cell.

    "computes": a derivative is computed, or a means to that is fetched. "reads": a `.grad` is
    looked at. "hidden": something that could be either and cannot be told from the text.
    """

    line: int
    what: str
    kind: Kind

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", _fit_to_show(self.what))


def _fit_to_show(text: str) -> str:
    """A submission's words in a sentence of ours: short, and without control characters."""
    text = " ".join(plain_text(text[: 4 * _LONGEST]).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def find_uses(
    tree: ast.AST,
    references: Collection[str] = (),
    own: OwnObjects = _NONE_OWN,
    depth: int = _DEEPEST,
) -> Iterator[Use]:
    """Every use of autograd in a tree, in the order of ``ast.walk``.

    ``references`` are the names by which the notebook's own cells know the package's references.
    What objects of the student's ``own`` do is only suspected. Texts inside are read as programs
    ``depth`` times over.
    """
    nodes = nodes_of(tree)
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    harmless, suspected = {*switched_off(nodes)}, {*of_own_objects(nodes, own)}
    drawn = {
        id(given)
        for node in nodes
        if isinstance(node, ast.Call) and called_name(node.func) == _DRAWS
        for given in node.args
    }
    tables = _speaking_of(_TABLES, nodes) if _TABLES & words_in(tree) else ()
    for node in nodes:
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Attribute() if id(node) in harmless:
                pass
            case ast.Attribute(attr=attribute) if id(node) in suspected:
                yield Use(line, f"`.{attribute}` of an object of the notebook's own", "hidden")
            case ast.Attribute(attr=attribute):
                yield from _attribute(node, attribute, line)
            case ast.Name(id=name) if name in references:
                kind: Kind = "hidden" if id(node) in drawn else "computes"
                yield Use(line, f"`{name}`, which the course uses to check answers", kind)
            case ast.Name(id=name) if hides(name) or (
                name in _HANDED_ON and id(node) not in called and isinstance(node.ctx, ast.Load)
            ):
                yield Use(line, f"`{name}`", "hidden")
            case ast.MatchClass(kwd_attrs=names):
                for name in filter(speaks_of_autograd, names):
                    yield Use(line, f"`.{name}` in a pattern", "computes")
            case ast.keyword(arg="requires_grad", value=ast.Constant(value=False)):
                pass
            case ast.keyword(arg="requires_grad"):
                yield Use(getattr(node.value, "lineno", 0), "`requires_grad=`", "computes")
            case ast.keyword(arg=None, value=ast.Dict() as table) if asks_for_graph(table):
                yield Use(getattr(table, "lineno", 0), "`requires_grad=`", "computes")
            case ast.Dict() if asks_for_graph(node):
                yield Use(line, "`requires_grad` in a table", "hidden")
            case ast.Import(names=names):
                for alias in names:
                    if imports(alias.name):
                        yield Use(line, f"`import {alias.name}`", "computes")
                    elif alias.asname and hides(alias.name.split(".")[0]):
                        # Under its own name it is told where it is used.
                        yield Use(line, f"`import {alias.name}`", "hidden")
            case ast.ImportFrom(module=module, names=names):
                for alias in names:
                    if imports(module or "", alias.name):
                        yield Use(line, f"`from {module} import {alias.name}`", "computes")
                    elif hides((module or "").split(".")[0]) or hides(alias.name):
                        yield Use(line, f"`from {module} import {alias.name}`", "hidden")
            case ast.Subscript(value=table, slice=key) if id(table) in tables:
                text = constant_text(key)
                if text is None:
                    yield Use(line, "a table of names with a name that is put together", "hidden")
                elif speaks_of_autograd(text):
                    yield Use(line, f"`{text}` out of a table of names", "computes")
            case ast.Call():
                yield from _call(node, references, own, line, depth)


def _speaking_of(words: Collection[str], nodes: Sequence[ast.AST]) -> set[int]:
    """The ids of the nodes in which one of the words stands anywhere; ``nodes`` as ``nodes_of``."""
    found: set[int] = set()
    for node in reversed(nodes):  # what is inside of a node comes behind it
        word = getattr(node, "id", None) or getattr(node, "attr", None)
        if word in words or any(id(inner) in found for inner in ast.iter_child_nodes(node)):
            found.add(id(node))
    return found


def _attribute(node: ast.Attribute, attribute: str, line: int) -> Iterator[Use]:
    if computes(attribute, of_torch=root_name(node.value) == "torch"):
        yield Use(line, f"`.{attribute}`", "computes")
    elif attribute == "requires_grad" and isinstance(node.ctx, ast.Store):
        yield Use(line, "`.requires_grad =`", "computes")
    elif reads(attribute) and root_name(node.value) == "torch":
        yield Use(line, f"`torch.{attribute}`", "computes")
    elif reads(attribute):
        yield Use(line, f"`.{attribute}`", "reads")
    elif hides(attribute):
        yield Use(line, f"`.{attribute}`", "hidden")


def _call(
    node: ast.Call, references: Collection[str], own: OwnObjects, line: int, depth: int
) -> Iterator[Use]:
    name = called_name(node.func)
    if name in _FINDERS:
        texts = node.args[1:2] if name in ("getattr", "setattr") else node.args
        yield from _found_by(name, texts, line)
    elif name in _IMPORTERS and node.args:
        module = constant_text(node.args[0])
        if module is None:
            yield Use(line, f"`{name}` of a module whose name is put together", "hidden")
        elif imports(module):
            yield Use(line, f"`{name}({module!r})`", "computes")
    elif name in RUNS_TEXT and node.args and root_name(node.func) not in ("re", "torch"):
        yield from _program(name, constant_text(node.args[0]), references, own, line, depth)
    elif name in _MAGICS and node.args:
        yield from _program(name, constant_text(node.args[-1]), references, own, line, depth)
    elif command := shell_command(node):
        yield Use(line, f"the shell command `!{command}`", "hidden")
    else:
        for text in spoken_of(node, name):
            yield Use(line, f"the text `{text}` in a call", "hidden")


def _found_by(name: str, texts: list[ast.expr], line: int) -> Iterator[Use]:
    for node in texts:
        text = constant_text(node)
        if text is None:
            yield Use(line, f"`{name}` with a name that is put together", "hidden")
        elif speaks_of_autograd(text) or computes(text, of_torch=True):
            yield Use(line, f"`{name}` of `{text}`", "computes")


def _program(
    name: str,
    program: str | None,
    references: Collection[str],
    own: OwnObjects,
    line: int,
    depth: int,
) -> Iterator[Use]:
    """Uses inside a text that is run; a text that cannot be known is told."""
    if program is None or not depth:
        yield Use(line, f"`{name}` of a text that is put together", "hidden")
        return
    for use in find_uses(parse_cell(program), references, own, depth - 1):
        yield Use(line, f"{use.what} inside `{name}`", use.kind)
