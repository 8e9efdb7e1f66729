"""One grader at a time in a course."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.grading.errors import GradingError

__all__ = ["OURS", "Busy", "course_lock"]

OURS = Path(".autograder")  # what the grader keeps in a course's folder
_INTERVAL = 0.05


class Busy(GradingError):
    """Another grader is at work in the course."""


@contextlib.contextmanager
def course_lock(course: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the course's lock; the system takes it back when this process ends, however it ends.

    Waits up to ``patience`` seconds. Raises Busy, or GradingError when there can be no lock file.
    """
    path = course / OURS / "lock"
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GradingError(f"{path} cannot be written ({error.strerror}).") from error
    try:
        _take(descriptor, time.monotonic() + patience)
        told = f"process {os.getpid()} on {socket.gethostname()}"
        with contextlib.suppress(OSError):  # a full disk; the lock holds all the same
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, told.encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(_INTERVAL)
                continue
        holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace") or "another process"
        raise Busy(f"{holder} is grading in this course already; wait until it is done, or end it.")
