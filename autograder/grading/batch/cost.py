"""What processes have cost, as Linux tells."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cpu_below"]


def cpu_below(pid: int) -> float:
    """Processor seconds of a process, all that descend from it, and the children they buried.

    0 where there is no /proc.
    """
    ticks: dict[int, int] = {}
    parents: dict[int, int] = {}
    folder = Path("/proc")
    for entry in folder.iterdir() if folder.is_dir() else ():
        if not entry.name.isdigit():
            continue
        try:
            told = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents[int(entry.name)] = int(told[1])
        ticks[int(entry.name)] = sum(map(int, told[11:15]))
    total, waiting = 0, [pid]
    while waiting:
        parent = waiting.pop()
        total += ticks.get(parent, 0)
        waiting += [child for child, its_parent in parents.items() if its_parent == parent]
    return total / os.sysconf("SC_CLK_TCK") if total else 0.0
