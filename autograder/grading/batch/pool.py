"""Judging processes, and the work they get. What one of them drops is done by another."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from autograder.grading.batch.cost import cpu_below
from autograder.grading.batch.wire import receive, send
from autograder.grading.drawing_folder import drawing_folder
from autograder.grading.errors import GradingError

__all__ = ["Answer", "Pool"]

_WANT = b"w"  # see ``host``
_MODULE = "autograder.grading.batch.host"
_AHEAD = 2  # jobs that a judging process has at most
_ATTEMPTS = 3  # of one submission, when the process that judges it dies
_LONGEST_LINE = 1 << 16
# One thread each: torch would start one for each core, and no process forks with threads.
_ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Answer:
    """What became of a job: the worker's result, see ``worker``."""

    job: dict[str, Any]
    result: dict[str, Any]


class Pool:
    """A host process and ``jobs`` judging processes. A context manager: leaving it ends them all.

    ``give`` may be called at any time; the answers come, in any order, from ``answers``.
    """

    def __init__(self, sandbox: str, jobs: int, *, feedback: bool = True) -> None:
        """Begin to start; ``wait`` tells when the first submission can be judged.

        With ``feedback`` false pages can be asked for, too; the first takes longer.
        """
        self.answers: queue.Queue[Answer] = queue.Queue()
        self._jobs: queue.Queue[tuple[int, dict[str, Any]] | None] = queue.Queue()
        self._count = jobs
        self._closing = False
        self._folders = contextlib.ExitStack()
        variables = self._folders.enter_context(drawing_folder())
        self._control, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._host = subprocess.Popen(
                [
                    *(sys.executable, "-m", _MODULE, str(theirs.fileno()), sandbox),
                    *(["feedback"] if feedback else []),
                ],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **variables, **_ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in a terminal is for us
            )
        self._said = self._control.makefile("rb")
        self._threads: list[threading.Thread] = []
        self._ready = False

    def wait(self, most: int | None = None, first: Mapping[str, Any] | None = None) -> None:
        """Wait until the sandbox has passed its test; then the judging processes begin.

        ``most`` of them will have work at a time. ``first`` is a job of the kind that will come.
        Raises GradingError when nothing can be judged on this machine.
        """
        with contextlib.suppress(OSError):  # it has ended: there is nothing to hear from it either
            send(self._control, {"first": dict(first) if first else None})
        self._hear()
        self._ready = True
        for _ in range(min(self._count, most or self._count)):
            thread = threading.Thread(target=self._serve, daemon=True)
            thread.start()
            self._threads.append(thread)

    @property
    def alive(self) -> bool:
        """Whether the host process is running."""
        return self._host.poll() is None

    def give(self, job: dict[str, Any]) -> None:
        """One more job. ``answers`` will have exactly one answer for it."""
        self._jobs.put((0, job))

    def cpu_seconds(self) -> float:
        """The processor time of all processes so far, where the system tells (else 0)."""
        return cpu_below(self._host.pid)

    def close(self) -> None:
        """End every process; jobs that have no answer yet get none."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        for _ in self._threads:
            self._jobs.put(None)
        if self._ready:  # else it is busy with the sandbox and hears nothing
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._host.wait(10)
        self._host.kill()
        self._host.wait()
        for thread in self._threads:
            thread.join(10)
        self._said.close()
        self._control.close()
        self._folders.close()

    def _hear(self) -> dict[str, Any]:
        """The host's next message."""
        line = self._said.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            code = self._host.wait()
            raise GradingError(f"the process that starts the judges has ended (exit code {code}).")
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise GradingError(message["error"])
        return message

    def _serve(self) -> None:
        """One judging process after the other, as long as there is work.

        It has its next job before it has answered for the last: it never waits for this process.
        """
        worker: socket.socket | None = None
        given: deque[tuple[int, dict[str, Any]]] = deque()
        try:
            while True:
                try:
                    taken = self._take(ahead=bool(given))
                    if taken is None and not given:
                        return
                    if taken is not None:
                        given.append(taken)
                        worker = worker or self._start()
                        send(worker, taken[1])
                    if len(given) == _AHEAD or not self._plenty():
                        assert worker is not None
                        answer = receive(worker)
                        self.answers.put(Answer(given.popleft()[1], answer))
                except (EOFError, OSError) as error:
                    if worker is not None:
                        worker.close()
                        worker = None
                    if self._closing:
                        return
                    attempt, job = given.popleft()
                    while given:  # it had not begun with these
                        self._jobs.put(given.popleft())
                    self._again(attempt + 1, job, error)
        finally:
            if worker is not None:
                worker.close()

    def _plenty(self) -> bool:
        """Whether there are so many jobs that one given out ahead of time leaves nobody idle."""
        return not self._closing and self._jobs.qsize() > self._count

    def _take(self, ahead: bool) -> tuple[int, dict[str, Any]] | None:
        """The next job; None when there will be none, or none that should be taken ``ahead``."""
        if not ahead:
            return self._jobs.get()
        if not self._plenty():
            return None
        try:
            return self._jobs.get_nowait()
        except queue.Empty:
            return None

    def _again(self, attempts: int, job: dict[str, Any], error: Exception) -> None:
        if self._host.poll() is not None:
            told = "the process that starts the judges has ended"
            self.answers.put(Answer(job, {"lacking": f"{told}: {error}"}))
        elif attempts < _ATTEMPTS:
            self._jobs.put((attempts, job))
        else:
            told = f"the judging process ended {attempts} times while it had this submission."
            self.answers.put(Answer(job, {"failed": told}))

    def _start(self) -> socket.socket:
        """A new judging process. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs, self._one_at_a_time:
            socket.send_fds(self._control, [_WANT], [theirs.fileno()])
        return ours

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
