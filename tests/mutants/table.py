"""The table of the mutation test: what is known of each step, and what the judge makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.mutants.kinds import Bank
from tests.mutants.session import Fault

__all__ = ["table"]

_COLUMNS = ("stage", "step", "mistakes", "killed", "right", "passed")
_SPARED = ("survived", "status")


def table(banks: Iterable[Bank], faults: Sequence[Fault]) -> str:
    """A row for each step, one for right ways across cells, and the totals."""
    rows = [row for bank in banks for row in _rows(bank, faults)]
    totals = [sum(row[place] for row in rows) for place in range(2, 6)]  # type: ignore[misc]
    listed = [_COLUMNS, *rows, ("in all", "", *totals)]
    widths = [max(len(str(row[i])) for row in listed) for i in range(len(_COLUMNS))]
    return "\n".join(_line(row, widths) for row in listed)


def _rows(bank: Bank, faults: Sequence[Fault]) -> Iterator[tuple[str, str, int, int, int, int]]:
    known = Counter(mistake.step for mistake in bank.all_mistakes())
    spared = _sources(bank, faults, _SPARED)
    killed = _sources(bank, faults, ("killed",))
    for step in known:
        ways = bank.right.get(step, ())
        passed = len(ways) - len(killed & {(step, way) for way in ways})
        missed = sum(place == step for place, _ in spared)
        yield bank.stage, step, known[step], known[step] - missed, len(ways), passed
    if bank.across:
        failed = {source for _, source in killed} & {way.name for way in bank.across}
        count = len(bank.across)
        yield bank.stage, "(several cells)", 0, 0, count, count - len(failed)


def _sources(bank: Bank, faults: Sequence[Fault], kinds: Sequence[str]) -> set[tuple[str, str]]:
    return {
        (fault.step, fault.source)
        for fault in faults
        if fault.stage == bank.stage and fault.kind in kinds
    }


def _line(row: Sequence[object], widths: Sequence[int]) -> str:
    words = [str(entry).ljust(width) for entry, width in zip(row[:2], widths, strict=False)]
    numbers = [str(entry).rjust(width) for entry, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join((*words, *numbers)).rstrip()
