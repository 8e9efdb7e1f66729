"""Processes as Linux tells of them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Seen", "descendants", "living"]

Seen = tuple[int, str]  # a number, and when the process began: numbers are used again


def _all() -> dict[int, tuple[int, str]]:
    """The parent and the begin of every process."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                told = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if told[0] != "Z":
                found[int(folder.name)] = (int(told[1]), told[19])
    return found


def descendants(pid: int) -> set[Seen]:
    """All processes that descend from one, without itself."""
    processes = _all()
    found: set[Seen] = set()
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for child, (its_parent, begin) in processes.items():
            if its_parent == parent and (child, begin) not in found:
                found.add((child, begin))
                waiting.append(child)
    return found


def living(seen: set[Seen]) -> set[Seen]:
    """Those of some processes that have not ended."""
    processes = _all()
    return {(pid, begin) for pid, begin in seen if processes.get(pid, (0, ""))[1] == begin}
