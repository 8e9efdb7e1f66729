"""Which names a cell's source gives a value, read with a light lexer.

Not with Python's parser: it may be driven into its recursion limits by hostile source, it refuses
a whole cell for one fault, and it knows nothing of IPython's ``%magic`` and ``!command`` lines.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

__all__ = ["Source", "Statement", "read_source"]

# Texts (three quotes first; whole, or up to where they should have ended), comments, line ends
# (not those after a backslash), brackets, and an equals sign that assigns. Nothing is ever looked
# at twice: quantifiers are possessive, and a text that never ends is a token, too.
# No possessive group: Python 3.11.2, which is Debian 12's, takes one for something else.
_TOKEN = re.compile(
    r"""
      (?P<text>   '''(?:[^'\\]++|\\.?|'(?!''))*(?:'''|\Z(?P<endless>))
                | \"""(?:[^"\\]++|\\.?|"(?!""))*(?:\"""|\Z(?P<open_end>))
                | '(?:[^'\\\n]++|\\.?)*'?
                | "(?:[^"\\\n]++|\\.?)*"?    )
    | (?P<comment>  \#[^\n]*+ )
    | (?P<joined>   \\\n )
    | (?P<end>      \n )
    | (?P<open>     [(\[{] )
    | (?P<close>    [)\]}] )
    | (?P<assign>   (?<![=!<>:]) = (?!=) )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = r"(?<![\w.])([^\W\d]\w*+)"
_TARGET = re.compile(_NAME + r"\s*+(?=(.?))")  # and what follows it
_CHAIN = re.compile(_NAME + r"((?:\[\]|\(\)|\.\w++)++)")
_DEFINITION = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+([^\W\d]\w*+)")
_AUGMENTED = re.compile(r"\s*([^\W\d]\w*+)[^=]*+(?<=[-+*/%&|^@<>])=")


@dataclass(frozen=True)
class Statement:
    """What a logical line does to names; ``first`` and ``last`` count the cell's lines from 0.

    ``stores`` are the names it binds afresh; ``changes`` those whose earlier value it goes on
    from: ``x += 1``, ``x[0] = 1``, ``x = x.T``, ``x.add_(1)``.
    """

    first: int
    last: int
    indent: int
    stores: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()


def _effects(flat: str, inner: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a logical line stores and changes.

    ``flat`` is its code with empty brackets for calls and indices, ``inner`` what stood in them.
    """
    defined = _DEFINITION.match(flat)
    if defined:
        return frozenset({defined[1]}), frozenset()
    stores, changes = set(), set()
    augmented = _AUGMENTED.match(flat)
    if augmented:
        changes.add(augmented[1])
    parts = re.split(r"(?<![=!<>:])=(?!=)", flat)
    for target in [] if augmented else parts[:-1]:
        for name, after in _TARGET.findall(target):
            if after in ("[", "."):
                changes.add(name)
            elif after != "(" and not re.match(r"\w", after):
                stores.add(name)
    changes.update(name for name, chain in _CHAIN.findall(flat) if re.search(r"[a-z]_\(", chain))
    loaded = {name for name, _ in _TARGET.findall(f"{parts[-1]} {inner}")}
    changes |= stores & loaded
    return frozenset(stores), frozenset(changes)


@dataclass(frozen=True)
class Source:
    """A cell's statements.

    ``unfinished`` tells that a bracket or a text is still open, or that a block has not begun;
    ``extensible`` that a block which the next cell could go on with is still open at the end.
    """

    statements: tuple[Statement, ...]
    unfinished: bool
    extensible: bool

    @property
    def continues(self) -> bool:
        """Whether the first statement is indented: it goes on with a block of another cell."""
        return bool(self.statements) and self.statements[0].indent > 0

    def extends(self, other: "Source") -> bool:
        """Whether this can go on with the last block of the other, at an indent that it has."""
        return (
            self.continues
            and other.extensible
            and self.statements[0].indent in {statement.indent for statement in other.statements}
        )

    @cached_property
    def stores(self) -> frozenset[str]:
        """The names bound outside of functions and classes."""
        return frozenset().union(*(statement.stores for statement in self.statements))

    def goes_on(self, name: str) -> bool:
        """Whether the cell changes the name's earlier value before it binds the name, if ever."""
        for statement in self.statements:
            if name in statement.changes:
                return True
            if name in statement.stores:
                return False
        return False


class _Reader:
    """Collects statements while the tokens of a source go by."""

    def __init__(self, source: str):
        self.source = source
        self.statements: list[Statement] = []
        self.flat: list[str] = []
        self.inner: list[str] = []
        self.brackets: list[bool] = []  # those open; whether it is a call or an index
        self.calls = 0  # how many of them are
        self.line = self.first = 0
        self.definition: int | None = None  # the indent of the def or class that we are in
        self.body = 0  # the indent of the last body of a block that hangs from the margin
        self.block = self.returned = False  # whether the last statement opens a block, or ends one

    def add(self, text: str) -> None:
        (self.inner if self.calls else self.flat).append(text)

    def bracket(self, sign: str) -> None:
        """Keep track of an opening or closing bracket."""
        if sign in "([{":
            before = next((text for text in reversed(self.flat) if text.strip()), " ")
            self.add(sign)
            self.brackets.append(bool(re.search(r"[\w\])'}]\s*\Z", before[-80:])))
            self.calls += self.brackets[-1]
        elif self.brackets:
            self.calls -= self.brackets.pop()
            self.add(sign)

    def finish(self) -> None:
        """End the logical line."""
        flat = "".join(self.flat)
        if flat.strip():
            indent = len(flat) - len(flat.lstrip())
            if self.definition is not None and indent <= self.definition:
                self.definition = None
            self.body = (self.body or indent) if indent else 0
            effects = (
                _effects(flat, " ".join(self.inner))
                if self.definition is None
                else (frozenset[str](), frozenset[str]())
            )
            self.statements.append(Statement(self.first, self.line, indent, *effects))
            if self.definition is None and _DEFINITION.match(flat):
                self.definition = indent
            self.block = flat.rstrip().endswith(":")
            ending = re.match(r"\s*(return|raise)\b", flat)
            self.returned = bool(ending) and indent == self.body
        self.flat, self.inner = [], []

    def read(self) -> Source:
        """Go through the tokens."""
        place, endless = 0, False
        for match in _TOKEN.finditer(self.source):
            self.add(self.source[place : match.start()])
            place, kind = match.end(), match.lastgroup or ""
            if kind == "end" and not self.brackets:
                self.finish()
                self.line += 1
                self.first = self.line
            elif kind in ("end", "joined", "text"):
                endless = match["endless"] is not None or match["open_end"] is not None
                self.line += match[0].count("\n")
                self.add(" " if kind in ("end", "joined") else "''")
            elif kind in ("open", "close"):
                self.bracket(match[0])
            elif kind == "assign":
                self.add("=")
        self.add(self.source[place:])
        self.finish()
        unfinished = bool(self.brackets or endless or self.block)
        within = bool(self.statements) and self.statements[-1].indent > 0 and not self.returned
        return Source(tuple(self.statements), unfinished, unfinished or within)


@lru_cache(maxsize=64)  # one long cell may be asked about once for each step
def read_source(source: str) -> Source:
    """The statements of a cell; never fails, whatever the text is."""
    return _Reader(source).read()
