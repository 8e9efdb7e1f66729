"""Texts in calls that are no programs and yet lead to autograd: paths, options, shell commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from autograder.grading.autograd_words import computes, imports
from autograder.grading.constant_text import constant_text

__all__ = ["asks_for_graph", "shell_command", "spoken_of"]

_PATH = re.compile(r"\w*(?:[.:]+\w+)+|\w+")
_TELLING = frozenset(
    ("autograd", "requires_grad", "requires_grad_", "set_grad_enabled", "enable_grad", "grad_fn")
)
# Whoever shows or stores a text does not look anything up by it.
_SHOWS = re.compile(
    r"print|display|Markdown|HTML|check|hint|format|join|(set_)?(sup)?(title|[xy]label)|text|legend"
    r"|annotate|savefig|save|load|open|debug|info|warning|error|warn|log|write"
)
_LOOKS_ONLY = re.compile(r"\s*(ls|pwd|cat|head|tail|wc|date|echo|pip|nvidia-smi|which|du|df)\b")
_MORE_THAN_ONE = re.compile(r"[;&|`$<>\n{]")


def spoken_of(call: ast.Call, name: str) -> Iterator[str]:
    """Texts among the arguments of a call of ``name`` that say where autograd is."""
    if _SHOWS.fullmatch(name):
        return
    for node in (*call.args, *(keyword.value for keyword in call.keywords if keyword.arg)):
        text = constant_text(node)
        if text is not None and _PATH.fullmatch(text) and _is_telling(text):
            yield text


def _is_telling(text: str) -> bool:
    words = re.findall(r"\w+", text)
    if len(words) == 1:
        return words[0] in _TELLING
    return imports(".".join(words)) or any(computes(w) or w in _TELLING for w in words)


def asks_for_graph(table: ast.Dict) -> bool:
    """Whether a table of options says `"requires_grad": True`, or something that may be True."""
    return any(
        key is not None
        and constant_text(key) == "requires_grad"
        and not (isinstance(value, ast.Constant) and value.value is False)
        for key, value in zip(table.keys, table.values, strict=True)
    )


def shell_command(call: ast.Call) -> str:
    """The command of a line with `!`, if it does more than look at files or packages."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=attribute),
            args=[ast.Constant(value=str(command))],
        ) if attribute in ("system", "getoutput"):
            looks = _LOOKS_ONLY.match(command) and not _MORE_THAN_ONE.search(command)
            return "" if looks else command
    return ""
