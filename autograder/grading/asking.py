"""A submission's process as something to be asked: it answers in time, or it is ended."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from autograder.grading.channel import Channel
from autograder.grading.protocol import Frame, ProtocolError
from autograder.grading.results import RunnerDied
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawn import Spawned
from autograder.grading.sandbox.watch import MemoryWatch

__all__ = ["Asked"]

# Answers to requests that run nothing of the submission's; generous, for a busy machine.
_PATIENCE = 60.0


class Asked:
    """A process at the other end of a socket. A context manager: leaving it ends the process."""

    def __init__(self, spawned: Spawned, limits: Limits) -> None:
        """Raises RunnerDied when the process does not come up."""
        self._spawned = spawned
        self._channel = Channel(spawned.channel)
        self._end = time.monotonic() + limits.wall
        self._alive = True
        try:
            if self._channel.hear(limits.start).header.get("ready") is not True:
                raise ProtocolError("the process did not say that it is ready")
        except (TimeoutError, EOFError, OSError, ProtocolError) as error:
            said = spawned.complaint()
            self.close()
            told = f": {said}" if said else ""
            raise RunnerDied(f"the process of the submission did not start{told}") from error
        self._memory = MemoryWatch(spawned.pid, limits.memory)
        self._channel.meanwhile = self._look

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return self._alive

    @property
    def pid(self) -> int:
        """The process that all of the submission's descend from, as this process numbers it."""
        return self._spawned.pid

    def close(self) -> None:
        """End the process and everything it has started."""
        self._alive = False
        self._channel.close()
        self._spawned.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _do(self, request: Frame) -> Frame:
        """Ask for something that runs no code of the submission's. Raises RunnerDied."""
        try:
            return self._ask(request, _PATIENCE)
        except TimeoutError as error:
            raise RunnerDied("the process of the submission does not answer") from error

    def _look(self) -> None:
        if self._memory.exceeded():
            raise EOFError("the processes of the submission hold too much memory together")

    def _ask(self, request: Frame | None, seconds: float) -> Frame:
        """The answer to a request; without one, the next answer to the last.

        Raises RunnerDied when the process is gone, TimeoutError when its time was up.
        """
        if not self._alive:
            raise RunnerDied("the process of the submission has ended")
        left = self._end - time.monotonic()
        try:
            if request is None:
                return self._channel.next_answer(min(seconds, left))
            return self._channel.ask(request, min(seconds, left))
        except TimeoutError:
            self.close()
            raise
        except (EOFError, OSError, ProtocolError) as error:
            self.close()
            raise RunnerDied("the process of the submission has ended") from error
