"""Processes for submissions, as many as are needed, from one tested sandbox."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from autograder.grading.results import RunnerDied
from autograder.grading.runner_process import Runner, open_runner
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.selftest import NoSandbox, require_sandbox
from autograder.grading.sandbox.spawned import CannotStart, Sandbox
from autograder.grading.sandbox.zygote import Zygote

__all__ = ["NoSandbox", "Runners", "Sandbox"]


class Runners:
    """Opens a process for each submission. A context manager: leaving it ends them all.

    In a sandbox each is a fork of one zygote, in namespaces of its own. Where a sandbox may not
    hold namespaces of its own, each is a bubblewrap of its own, which starts a hundred times
    slower. Either way the sandbox has passed its test before the first one opens. Open it in a
    thread that outlives it; ``open`` may be called from any thread.
    """

    def __init__(
        self,
        sandbox: Sandbox = Sandbox.BUBBLEWRAP,
        limits: Limits | None = None,
        begun: Zygote | None = None,
        expected: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Raises NoSandbox when the sandbox cannot be had or fails its test.

        ``begun`` is a zygote that was begun before, with the same limits, and not waited for.
        ``expected`` gives the cells of the course that ``after`` will be asked for: they run while
        the sandbox is tested.
        """
        self._sandbox = sandbox
        self._limits = limits or Limits()
        self._zygote: Zygote | None = None
        if sandbox is Sandbox.NONE:
            return
        try:
            zygote = begun or Zygote(self._limits, wait=False)
            zygote.wait()
            self._zygote = zygote
            with ThreadPoolExecutor(1) as preparing:

                def start(bounds: Limits) -> Runner:
                    runner = self._fork(bounds)
                    preparing.submit(zygote.prepare, tuple(expected()))
                    return runner

                require_sandbox(start)
        except (CannotStart, NoSandbox):
            self.close()
            require_sandbox(lambda bounds: open_runner(sandbox, bounds))

    @property
    def forks(self) -> bool:
        """Whether processes are forks of a zygote."""
        return self._zygote is not None

    def open(self) -> Runner:
        """A fresh process. Raises RunnerDied or CannotStart when there is none."""
        return self.after(())

    def after(self, cells: Sequence[str]) -> Runner:
        """A fresh process that answers at once for these cells of the course, if they come first.

        Raises RunnerDied or CannotStart.
        """
        if self._zygote is None:
            return open_runner(self._sandbox, self._limits)
        try:
            return self._fork(self._limits, cells)
        except (CannotStart, RunnerDied):  # something has ended the zygote: a new one is as good
            self._zygote.close()
            self._zygote = Zygote(self._limits)
            return self._fork(self._limits)

    def fork(self, cells: Sequence[str] = ()) -> tuple[socket.socket, int]:
        """A fresh process to be handed to another process of the grader's, where ``forks``.

        Its socket and a handle; see ``Zygote.fork``. Raises CannotStart.
        """
        assert self._zygote is not None
        try:
            return self._zygote.fork(self._limits, cells)
        except CannotStart:
            self._zygote.close()
            self._zygote = Zygote(self._limits)
            return self._zygote.fork(self._limits)

    def _fork(self, limits: Limits, cells: Sequence[str] = ()) -> Runner:
        assert self._zygote is not None
        return Runner(self._zygote.spawn(limits, cells), limits)

    def close(self) -> None:
        """End the zygote and every process that was opened from it."""
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
