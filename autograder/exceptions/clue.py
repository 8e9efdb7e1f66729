"""What an explanation goes by: the statements of the failing line, and what their names are."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from autograder.exceptions.infer import Described, Shapes
from autograder.steps import Stage

__all__ = ["Clue", "describe", "descriptions", "read"]

_LONGEST = 48  # characters of source that a sentence can carry
_MOST = 6  # tensors that it can list


@dataclass(frozen=True)
class Clue:
    """The statements of the failing line, if they could be read, and what their names stand for."""

    statements: tuple[ast.stmt, ...]
    source: str
    known: Mapping[str, Described]
    stage: Stage | None

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes of the statements' expressions."""
        return Shapes(self.known)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The statements' own nodes in the order of evaluation, without statements inside them."""
        return tuple(node for statement in self.statements for node in _inside(statement))

    def text(self, node: ast.AST) -> str:
        """The source of a node as `code`, or empty if it is too long to be quoted."""
        segment = ast.get_source_segment(self.source, node) or ""
        line = " ".join(segment.split())
        quotable = line.isprintable() and len(line) <= _LONGEST and "`" not in line
        return f"`{line}`" if line and quotable else ""

    def named(self, node: ast.AST) -> str:
        """The source of a node with its shape, as far as they are known."""
        shape = self.shapes.of(node)
        text = self.text(node)
        if not isinstance(shape, tuple):
            return text
        return f"{text} is {shape}" if text else f"one side is {shape}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the statements read, each once."""
        read = [
            node.id
            for node in self.nodes
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        ]
        targets = [node.target for node in self.nodes if isinstance(node, ast.AugAssign)]
        read += [target.id for target in targets if isinstance(target, ast.Name)]
        return tuple(dict.fromkeys(read))

    @property
    def tensors(self) -> str:
        """The shapes of all tensors that the line names, as a sentence; empty if none."""
        shapes = ((name, self.known.get(name)) for name in self.names)
        told = [f"`{name}` {shape}" for name, shape in shapes if isinstance(shape, tuple)]
        return f" On this line: {', '.join(told[:_MOST])}." if told else ""

    @property
    def steps(self) -> frozenset[str]:
        """The names of the stage's steps."""
        return frozenset(step.name for step in self.stage.steps) if self.stage else frozenset()


def read(source: str, line: int, known: Mapping[str, Described], stage: Stage | None) -> Clue:
    """The clue for a failure in ``line`` (from 1) of ``source``; no statements if unreadable."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Clue((), source, known, stage)
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    there = {id(node) for node in around}
    innermost = [n for n in around if not any(id(child) in there for child in _statements(n))]
    return Clue(tuple(innermost), source, known, stage)


def describe(value: object) -> Described:
    """The shape of a tensor; of anything else what it is, in words."""
    if isinstance(value, Tensor):
        return tuple(value.shape)
    if value is None or value is Ellipsis:
        return "None" if value is None else "..."
    if isinstance(value, int | float):
        return "a number"
    return "a function" if callable(value) else f"a {type(value).__name__}"


def descriptions(namespace: Mapping[str, object]) -> dict[str, Described]:
    """Every public variable of a notebook, described."""
    return {name: describe(v) for name, v in namespace.items() if not name.startswith("_")}


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements right below a node; what stands inside them is not looked at."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        else:
            yield from _statements(child)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt):
            yield from _inside(child)
    yield node
