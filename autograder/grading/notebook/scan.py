"""Look over a JSON text before it is parsed: how deep it is nested, how long, and where it ends.

``json.loads`` recurses and builds every value at once, so a hostile text must not reach it.
"""

import re
from dataclasses import dataclass

__all__ = ["MAX_DEPTH", "MAX_TOKENS", "Scan", "scan"]

MAX_DEPTH = 100  # a notebook with nested outputs has about 15
MAX_TOKENS = 2_000_000  # brackets, commas and texts; bounds the memory that parsing takes

# A whole text, or a bracket or comma outside of texts, or the quote of a text that never ends.
# The quantifiers are possessive: they keep no record of ways back, which would fill the memory.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)


@dataclass(frozen=True)
class Scan:
    """What a text looks like; ``cell`` is the number of the notebook cell that it ends in, or 0."""

    too_deep: bool = False
    too_many: bool = False
    cut_off: bool = False
    cell: int = 0


def scan(text: str) -> Scan:
    """Count brackets and texts of a JSON text, in linear time and constant memory.

    A cell is an object in a list of the outermost object, as in notebook format 4.
    """
    opened: list[str] = []
    cells = 0
    for count, match in enumerate(_TOKEN.finditer(text)):
        token = match[0]
        if count >= MAX_TOKENS:
            return Scan(too_many=True)
        if token in "[{":
            cells += token == "{" and opened == ["{", "["]
            opened.append(token)
            if len(opened) > MAX_DEPTH:
                return Scan(too_deep=True)
        elif token in "]}":
            if opened:
                opened.pop()
        elif token == '"':
            return Scan(cut_off=True, cell=cells if len(opened) > 2 else 0)
    return Scan(cut_off=bool(opened), cell=cells if len(opened) > 2 else 0)
