"""Families of mistakes: a formula with named parts, and a table of what goes wrong in each part.

A body is an expression, or the statements of a function that return something. `{name}` in it
stands for a part, and parts may name other parts. An edit replaces one part or several, and calls
what it replaces `{name_}`. Wrong forms of a part that mean the same share an edit. An edit is one
entry in one place, and may serve several steps whose formulas share the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from textwrap import indent
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.mistakes.mistake import Mistake

__all__ = ["Edit", "Formula", "compiled", "edit"]

# How deep parts may name parts.
_DEEPEST = 8


def _one_hot(index: Tensor, like: Tensor, width: int = 0) -> Tensor:
    """One-hot rows as wide as those of ``like`` (or of that width), and of its dtype.

    `F.one_hot` is of whole numbers, and a fraction of these has whatever dtype is the default.
    """
    return F.one_hot(index, width or like.shape[-1]).to(like.dtype)


_ALLOWED = {"torch": torch, "F": F, "one_hot": _one_hot}


@dataclass(frozen=True)
class Edit:
    """What is written in place of some parts, and what that mistake is called.

    ``message``, ``cost``, ``source`` and ``needs`` are those of ``Mistake``; ``{name}`` in the
    message stands for a part as well.
    """

    code: str
    message: str
    parts: Mapping[str, tuple[str, ...]]
    cost: int = 1
    source: str = ""
    needs: str = ""

    def forms(self) -> Iterator[Mapping[str, str]]:
        """What stands for the parts, in each of the forms."""
        for texts in product(*self.parts.values()):
            yield dict(zip(self.parts, texts, strict=True))


def edit(
    code: str,
    message: str,
    *,
    cost: int = 1,
    source: str = "",
    needs: str = "",
    **parts: str | tuple[str, ...],
) -> Edit:
    """An edit: ``edit("wrong_power", "...", scale=("bnvar_inv**2", "bnvar_inv**3"))``."""
    forms = {name: (text,) if isinstance(text, str) else text for name, text in parts.items()}
    return Edit(code, message, forms, cost, source, needs)


@dataclass(frozen=True)
class Formula:
    """How a step is done, with the parts in which it can go wrong.

    ``names`` are the variables that ``body`` reads, as they would stand in a function's head.
    """

    step: str
    names: str
    body: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def filled(self, changes: Mapping[str, str]) -> str:
        """The body with every part put in; a change may call what it replaces ``{name_}``."""
        right = {f"{name}_": text for name, text in self.parts.items()}
        return _filled(self.body, {**right, **self.parts, **changes})

    def wrong_forms(self, *tables: Sequence[Edit]) -> Iterator[tuple[Edit, str]]:
        """Each form of each edit of the tables: the edit, with its message filled, and the body."""
        for entry in (entry for table in tables for entry in table):
            unknown = entry.parts.keys() - self.parts.keys()
            if unknown:
                raise ValueError(f"{self.step} has no part {', '.join(sorted(unknown))}")
            told = replace(entry, message=_filled(entry.message, self.parts))
            for form in entry.forms():
                yield told, self.filled(form)

    def mistakes(self, *tables: Sequence[Edit]) -> tuple[Mistake, ...]:
        """One mistake for each form of each edit in the tables."""
        return tuple(_mistake(self, entry, body) for entry, body in self.wrong_forms(*tables))

    def read_by(self, body: str) -> tuple[str, ...]:
        """Those of the names that occur in ``body``."""
        words = set(re.findall(r"\w+", body))
        return tuple(name for name in self.names.split(", ") if name in words)


def _mistake(formula: Formula, entry: Edit, body: str) -> Mistake:
    names = formula.read_by(body)

    def make(namespace: Mapping[str, Any]) -> Tensor:
        return compiled(names, body)(*(namespace[name] for name in names))

    return Mistake(
        formula.step,
        entry.code,
        entry.message,
        make,
        entry.cost,
        source=entry.source,
        needs=entry.needs,
    )


def _filled(text: str, parts: Mapping[str, str]) -> str:
    for _ in range(_DEEPEST):
        if "{" not in text:
            return text
        text = text.format_map(parts)
    raise ValueError(f"parts that name one another in a circle: {text}")


@cache
def compiled(names: tuple[str, ...], body: str) -> Callable[..., Tensor]:
    """The function of ``names`` with this body. The text is our own, from this package."""
    statements = body if "return " in body else f"return {body}"
    scope: dict[str, Any] = dict(_ALLOWED)
    exec(f"def formula({', '.join(names)}):\n{indent(statements, '    ')}", scope)
    formula: Callable[..., Tensor] = scope["formula"]
    return formula
