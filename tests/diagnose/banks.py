"""The four banks of formulas.

The first was written before the catalogue. The others were written one after the other by authors
who had not seen it, and have been looked at since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from tests.diagnose.also import ALSO
from tests.mutants.bank import BANKS

__all__ = ["NAMES", "Entry", "right", "wrong"]

NAMES = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Entry:
    """A formula of a bank; of a wrong one ``codes`` are the right names.

    Any of them will do; of a formula with two mistakes (``combined``) all that is named has to
    be among them.
    """

    stage: str
    step: str
    codes: tuple[str, ...]
    source: str
    combined: bool = False


def wrong(bank: str) -> Iterator[Entry]:
    """The wrong formulas of a bank."""
    if bank == "first":
        for known in BANKS.values():
            for mistake in known.all_mistakes():
                further = ALSO.get((mistake.step, mistake.source), ())
                yield Entry(known.stage, mistake.step, (mistake.code, *further), mistake.source)
        return
    written = import_module(f"tests.diagnose.{bank}_bank")
    for entry in written.mistakes():
        further = ALSO.get((entry.step, entry.source), ())
        yield Entry(entry.stage, entry.step, (*entry.codes, *further), entry.source)
    for entry in written.combined() if bank == "second" else ():
        yield Entry(entry.stage, entry.step, entry.codes, entry.source, combined=True)


def right(bank: str) -> Iterator[Entry]:
    """Right answers that look different from the course's."""
    if bank == "first":
        for known in BANKS.values():
            for step, sources in known.right.items():
                yield from _right(known.stage, step, sources)
        return
    for entry in import_module(f"tests.diagnose.{bank}_bank").right():
        yield Entry(entry.stage, entry.step, (), entry.source)


def _right(stage: str, step: str, sources: Sequence[str]) -> Iterator[Entry]:
    for source in sources:
        yield Entry(stage, step, (), source)
