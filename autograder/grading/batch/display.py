"""What `autograder grade` shows while it works: a bar in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

__all__ = ["Display"]

_EVERY = 10.0  # seconds between two lines where there is no terminal


class Display:
    """Counts submissions. A context manager. ``quiet``: only what went wrong is told."""

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        self._total, self._quiet = total, quiet
        self._done = self._failed = 0
        self._told = time.monotonic()
        self._bar = None
        if sys.stderr.isatty() and not quiet and total:
            self._bar = _Bar(total)

    def advance(self, *, failed: bool) -> None:
        """One more submission is done."""
        self._done += 1
        self._failed += failed
        if self._bar is not None:
            self._bar.show(self._done, self._failed)
        elif not self._quiet and time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            failures = f", {self._failed} not gradable" if self._failed else ""
            self.say(f"{self._done} of {self._total} submissions{failures}")

    def say(self, sentence: str) -> None:
        """A line of its own, above the bar if there is one."""
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.say(sentence)
        else:
            print(sentence, file=sys.stderr, flush=True)

    def running(self, count: int) -> None:
        """How many submissions are being judged at the moment."""
        if self._bar is not None:
            self._bar.running(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()


class _Bar:
    """Done, running, failed and the time left, by rich."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("running {task.fields[running]}, not gradable {task.fields[failed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("starting", total=total, running=0, failed=0)
        self._progress.start()

    def show(self, done: int, failed: int) -> None:
        self._progress.update(self._task, completed=done, failed=failed)

    def running(self, count: int) -> None:
        self._progress.update(self._task, running=count, description="graded")

    def say(self, sentence: str) -> None:
        self._progress.console.print(sentence, markup=False, highlight=False)

    def close(self) -> None:
        self._progress.stop()
