"""The memory of a submission's processes together: the kernel's limits are for each alone."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["MemoryWatch"]

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class MemoryWatch:
    """Looks at a process and all that descend from it, from outside.

    What they hold when the watch begins is the imported packages' and not counted.
    """

    def __init__(self, pid: int, limit: int) -> None:
        self._pid = pid
        family = _family(pid)
        self._number = len(family)
        self._limit = limit + sum(map(_mapped, family))

    def exceeded(self) -> bool:
        """Whether they hold more than the limit by now; a page that is shared counts once."""
        family = _family(self._pid)
        # As long as there are no more than at first, the kernel's limits are enough.
        return len(family) > self._number and _held(family) > self._limit


def _family(pid: int) -> list[int]:
    """A process and its descendants; without those that end while it is made."""
    family = [pid]
    for member in family:  # it grows while it is read
        try:
            tasks = list((_PROC / str(member) / "task").iterdir())
            for task in tasks:
                family += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    return family


def _mapped(pid: int) -> int:
    """Bytes of memory without a file behind it, those that it shares in full.

    That is more than its part of them, and is told a hundred times faster.
    """
    try:
        _, resident, shared, *_ = (_PROC / str(pid) / "statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * _PAGE


def _held(family: list[int]) -> int:
    return sum(_proportional(pid) for pid in family)


def _proportional(pid: int) -> int:
    """Bytes of memory without a file behind it; of a shared page each process has its part."""
    try:
        rollup = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    kilobytes = 0
    for line in rollup.splitlines():
        if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:")):
            kilobytes += int(line.split()[1])
    return kilobytes * 1024
