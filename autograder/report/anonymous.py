"""A student's code and the sentences on it without what may tell who wrote it.

Comments go, strings become ``'…'``, names that the course does not use become ``name1``, and the
layout is Python's own (``ast.unparse``). What stays is the formula.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.grading.magics import parse_cell

__all__ = ["Example", "Vocabulary", "anonymous_code", "anonymous_message", "vocabulary"]

_LONGEST_SOURCE = 8_000  # characters; a longer cell is no example of anything
_MOST_LINES, _MOST_CHARACTERS = 14, 700
_REMOVED = "…"
# Fields of syntax nodes that hold a name which the student may have made up.
_OWN = ("id", "arg", "name", "asname", "rest")
_FORMATTED = (ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))
_EINSUM = re.compile(r"\s*[A-Za-z.]{1,3}(\s*,\s*[A-Za-z.]{0,3})*\s*(->\s*[A-Za-z.]{0,3}\s*)?")
_MODULES = {"torch", "numpy", "math"}
_RAISED = re.compile(r"raised (\w+)\b.*", re.DOTALL)


@dataclass(frozen=True)
class Vocabulary:
    """The names and the strings of the instructor's notebook: they tell nothing of a student."""

    names: frozenset[str]
    strings: frozenset[str]


@dataclass(frozen=True)
class Example:
    """Code that may be shown, and which names of the student's it has replaced by which."""

    code: str
    replaced: Mapping[str, str]


def vocabulary(sources: Iterable[str]) -> Vocabulary:
    """All names and strings in code cells, and Python's own names."""
    names, strings = {name for name in dir(builtins) if name != "_"}, set()
    for source in sources:
        for node in ast.walk(parse_cell(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
            names.update(_names(node))
    return Vocabulary(frozenset(names), frozenset(strings))


def anonymous_code(source: str, known: Vocabulary, student: str) -> Example | None:
    """A cell's code as an example, at most 14 lines; None if it is no Python, or none is left.

    ``student`` is the id, whose parts are looked for in names that otherwise stay, such as
    those of methods.
    """
    if len(source) > _LONGEST_SOURCE:
        return None
    tree = parse_cell(source)
    cleaner = _Cleaner(known, student)
    try:
        cleaner.clean(tree)
        text = ast.unparse(ast.fix_missing_locations(tree))
    except (RecursionError, MemoryError, ValueError):
        return None
    code = _shortened(text)
    return Example(code, cleaner.made) if code else None


def anonymous_message(message: str, known: Vocabulary, example: Example | None) -> str:
    """A diagnosis without words of the student's.

    Of an exception only its type is told. `Names` are replaced as in the example; without one,
    those that the course does not use are left out.
    """
    found = _RAISED.search(message)
    if found:
        kind = found[1] if found[1] in known.names else "an exception of its own"
        return f"{message[: found.start()]}raised {kind}."

    def shown(name: re.Match[str]) -> str:
        if example is not None:
            return example.replaced.get(name[0], name[0])
        return name[0] if name[0] in known.names else _REMOVED

    parts = message.split("`")
    parts[1::2] = [re.sub(r"[^\W\d]\w*", shown, part) for part in parts[1::2]]
    return "`".join(parts)


def _names(node: ast.AST) -> Iterator[str]:
    """All names in a node itself: those made up, and those of attributes and modules."""
    for value in (getattr(node, field, None) for field in ("id", "arg", "name", "asname", "attr")):
        if isinstance(value, str):
            yield from value.split(".")
    yield from (getattr(node, "module", None) or "").split(".")


class _Cleaner:
    def __init__(self, known: Vocabulary, student: str) -> None:
        self._known = known
        self.made: dict[str, str] = {}
        self._public: set[str] = set()  # names that come from torch and the like
        parts = re.split(r"[\W\d_]+", student.lower())
        self._telling = [part for part in parts if len(part) > 2]

    def clean(self, tree: ast.Module) -> None:
        """Change a tree in place."""
        kept: set[int] = set()
        for node in ast.walk(tree):  # outer nodes come before what is in them
            for body in ("body", "orelse", "finalbody"):
                if isinstance(statements := getattr(node, body, None), list):
                    _drop_texts(statements, empty=body != "body" or node is tree)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "einsum":
                kept.update(id(argument) for argument in node.args[:1])
            self._rename(node)
            for name, value in ast.iter_fields(node):
                if isinstance(value, _FORMATTED):
                    setattr(node, name, ast.Constant(_REMOVED))
                elif isinstance(value, list):
                    value[:] = [
                        ast.Constant(_REMOVED) if isinstance(each, _FORMATTED) else each
                        for each in value
                    ]
            if isinstance(node, ast.Constant):
                self._empty(node, kept)

    def _empty(self, node: ast.Constant, kept: set[int]) -> None:
        value = node.value
        if isinstance(value, bytes):
            node.value = b"..."
        elif isinstance(value, str) and value not in self._known.strings:
            subscripts = id(node) in kept and _EINSUM.fullmatch(value)
            node.value = value if subscripts else _REMOVED

    def _rename(self, node: ast.AST) -> None:
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module.split(".")[0] in _MODULES:
                self._public.update(alias.name for alias in node.names)
            else:
                node.module = self._dotted(node.module)
        elif isinstance(node, ast.Attribute):
            node.attr = self._named(node.attr, stays=True)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [self._named(name) for name in node.names]
        elif isinstance(node, ast.alias) and node.name.split(".")[0] not in _MODULES:
            node.name = self._dotted(node.name)
        for field in _OWN:
            value = getattr(node, field, None)
            if isinstance(value, str) and not (field == "name" and isinstance(node, ast.alias)):
                setattr(node, field, self._named(value, stays=isinstance(node, ast.keyword)))

    def _dotted(self, name: str) -> str:
        return ".".join(
            part if part in ("", "*") else self._named(part) for part in name.split(".")
        )

    def _named(self, name: str, stays: bool = False) -> str:
        """The name to show; ``stays``: as it is, unless something tells against it."""
        told = any(part in name.lower() for part in self._telling)
        if name in self._known.names | self._public or (
            stays and not told and name not in self.made
        ):
            return name
        return self.made.setdefault(name, f"name{len(self.made) + 1}")


def _drop_texts(statements: list[ast.stmt], *, empty: bool) -> None:
    """Take out statements that are only a text, such as docstrings."""
    left = [
        each
        for each in statements
        if not (
            isinstance(each, ast.Expr)
            and (
                isinstance(each.value, _FORMATTED)
                or (isinstance(each.value, ast.Constant) and isinstance(each.value.value, str))
            )
        )
    ]
    statements[:] = left if left or empty else [ast.Pass()]


def _shortened(text: str) -> str:
    lines = text.splitlines()
    cut = "\n".join(lines[:_MOST_LINES])
    if len(cut) > _MOST_CHARACTERS:
        return cut[:_MOST_CHARACTERS].rstrip() + " …"
    return cut + ("\n…" if len(lines) > _MOST_LINES else "")
