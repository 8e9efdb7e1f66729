"""The Python in a cell with IPython's magics, read in time that grows with the cell's length only.

IPython rewrites a cell as often as it has magics, each time from its beginning, which a hostile
cell of thousands of them makes last for minutes. Here each line with a magic is rewritten alone.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any

__all__ = ["parse_cell"]

# `%magic`, `!command`, `x = %magic`, `x = !command`, `name?`
_MAGIC = re.compile(r"\s*+(?:[\w.,\[\] ]*+=\s*+)?+[%!?][^\n]*|[^\n]*\?\s*+")
_TRANSPARENT = ("time", "capture", "prun")  # they run the cell below them as it is
_MOST = 50  # lines with magics that are read; no honest cell has as many
_LONGEST = 1000  # characters of one, and of a cell whose tree is kept


def parse_cell(source: str) -> ast.Module:
    """The syntax tree of a cell, IPython's magics included; an empty one if it has none.

    Nobody may change it: that of a short cell, of which many submissions have the same, is kept.
    """
    return _parse_short(source) if len(source) <= _LONGEST else _parse(source)


def _parse(source: str) -> ast.Module:
    for read in (_as_it_is, _line_by_line, _as_a_whole):
        try:
            return ast.parse(read(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        except Exception:  # IPython's own, on what cannot run either
            continue
    return ast.Module(body=[], type_ignores=[])


_parse_short = lru_cache(maxsize=1024)(_parse)


def _as_it_is(source: str) -> str:
    return source


def _line_by_line(source: str) -> str:
    if source.lstrip().startswith("%%"):
        raise ValueError("a magic for the whole cell")
    lines, left = source.split("\n"), _MOST
    for number, line in enumerate(lines):
        if _is_magic(line):
            indent = line[: len(line) - len(line.lstrip())]
            left -= 1
            known = left >= 0 and len(line) <= _LONGEST
            lines[number] = indent + (_rewritten(line.strip()) if known else "pass")
    return "\n".join(lines)


def _is_magic(line: str) -> bool:
    """Whether IPython would rewrite a line; of a very long one only how it begins is looked at."""
    if len(line) > _LONGEST:
        return line.lstrip()[:1] in ("%", "!", "?")
    return _MAGIC.fullmatch(line) is not None


def _as_a_whole(source: str) -> str:
    if source.lstrip().startswith("%%"):
        first, _, body = source.lstrip().partition("\n")
        name, _, options = first[2:].partition(" ")
        if name.strip() in _TRANSPARENT:
            return _after_blank_lines(body, source)
        return f"get_ipython().run_cell_magic({name!r}, {options!r}, {body!r})"
    if len(source) > _LONGEST:
        raise ValueError("too long for IPython")
    return _rewritten(source)


def _after_blank_lines(body: str, source: str) -> str:
    """The text below a magic, each line at its place, with its own magics."""
    above = source[: len(source) - len(body)].count("\n")
    try:
        ast.parse(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = _line_by_line(body)
    return "\n" * above + body


def _rewritten(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    manager: Any = TransformerManager()  # type: ignore[no-untyped-call]  # IPython's
    return str(manager.transform_cell(source)).rstrip("\n")
