"""What the process of a submission may use."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds for one submission: bytes, seconds and counts.

    Memory is what a submission may take on top of the imported packages; the wall time is for
    the submission as a whole, while each cell has a timeout of its own.
    """

    memory: int = 1 << 30
    scratch: int = 64 << 20  # of files, all together
    file: int = 32 << 20
    files: int = 256  # open at a time
    processes: int = 16  # threads count, too
    cpu: float = 900.0
    wall: float = 1800.0
    start: float = 120.0  # until the process has imported its packages
