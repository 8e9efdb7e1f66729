"""The second bank of wrong formulas: the blind half of the measurement of the diagnosis.

It was written after the first bank and after work on the catalogue of mistakes had begun, by
someone who looked neither at the catalogue nor at the diagnosis nor at the first bank, and who
did not run the diagnosis on it: from the authored course, from what each code means, and from
what learners of this exercise publish (scripts and notes with their slips left in). What was
known besides is the list of codes with their meanings and the plan of which kinds of mistakes are
to be told apart, so that the kinds here are not independent of the catalogue's; the formulas are.
A label says what was done wrong, by the meaning of the codes, and several codes stand only where
each describes the same formula truthfully. The formulas are our own words; where learners
published the same slip, it is marked `published`.

Each module has a `STAGE` and up to three mappings by step: `MISTAKES` (codes, source), `COMBINED`
(two mistakes at once: the pair of their codes, source) and `RIGHT` (sources that are right, but
written differently from the course). A source is what the student types: an expression for the
step's variable, or the whole cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from . import (
    batchnorm,
    batchnorm_variants,
    cross_entropy,
    training,
    unrolled_batchnorm,
    unrolled_embedding,
    unrolled_layers,
    unrolled_loss,
    warmup,
    warmup_functions,
)

__all__ = ["MODULES", "Entry", "combined", "mistakes", "right"]

MODULES: tuple[ModuleType, ...] = (
    warmup,
    warmup_functions,
    unrolled_loss,
    unrolled_layers,
    unrolled_batchnorm,
    unrolled_embedding,
    cross_entropy,
    batchnorm,
    batchnorm_variants,
    training,
)


class Entry(NamedTuple):
    """A formula of the bank; of a wrong one ``codes`` are the right names (any of them)."""

    stage: str
    step: str
    codes: tuple[str, ...]
    source: str


def mistakes() -> Iterator[Entry]:
    """The formulas with one mistake; each of ``codes`` names it."""
    return _labelled("MISTAKES")


def combined() -> Iterator[Entry]:
    """The formulas with two mistakes at once; ``codes`` is the pair."""
    return _labelled("COMBINED")


def right() -> Iterator[Entry]:
    """The right formulas; they have no codes."""
    for module in MODULES:
        for step, sources in module.RIGHT.items():
            for source in sources:
                yield Entry(module.STAGE, step, (), source)


def _labelled(name: str) -> Iterator[Entry]:
    for module in MODULES:
        table: Mapping[str, Sequence[tuple[str | tuple[str, ...], str]]] = getattr(module, name)
        for step, entries in table.items():
            for codes, source in entries:
                yield Entry(
                    module.STAGE, step, (codes,) if isinstance(codes, str) else codes, source
                )
