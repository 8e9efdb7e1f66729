"""The time that a cell may take, from within its process."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from types import FrameType

__all__ = ["Alarm"]


class _TimeUp(BaseException):
    """The cell's time is up; no `except Exception` of a student's catches it."""


class Alarm:
    """``rang``: whether the time of the last cell was up before its end."""

    rang = False

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Raise in the main thread when the time is up. Code that ignores it is killed later."""
        self.rang = False

        def ring(number: int, frame: FrameType | None) -> None:
            self.rang = True
            raise _TimeUp(f"the cell ran for more than {seconds:g} seconds")

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        begun = time.monotonic()
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.rang = self.rang or time.monotonic() - begun > seconds
