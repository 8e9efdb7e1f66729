"""The grader's side of the zygote: processes for submissions in milliseconds."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import signal
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.grading.sandbox.bubblewrap import COURSE, bubblewrap_command, sandbox_environment
from autograder.grading.sandbox.command import complaint, launch, program
from autograder.grading.sandbox.identity import NoIdentity, unused_user
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawned import CannotStart, Spawned

__all__ = ["Zygote", "spawned_from"]

_MODULE = "autograder.grading.sandbox.zygote_inside"
_MESSAGE = 1 << 16
# Zygotes in which a course's first cells have run: one for each stage, and some for submissions
# with a cell of their own among these cells. Each holds what the cells make.
_MOST_PREPARED = 8
_PATIENCE = 60.0
_STARTED = b"started"


class Zygote:
    """A bubblewrap with a process that forks. A context manager: leaving it ends all forks.

    Open it in a thread that lives as long as it does: bubblewrap dies with the thread.
    """

    def __init__(self, limits: Limits | None = None, *, wait: bool = True) -> None:
        """Raises CannotStart. With ``wait`` false it is only begun: ``wait`` before all else."""
        limits = limits or Limits()
        self._one_at_a_time = threading.Lock()
        self._prepared: dict[tuple[str, ...], socket.socket | None] = {}
        command = bubblewrap_command(limits)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command += program(COURSE, _MODULE, theirs.fileno(), limits, None)
            try:
                self._process, self._said = launch(
                    command, sandbox_environment(), "/", theirs.fileno()
                )
            except OSError as error:
                self._control.close()
                raise CannotStart(f"bubblewrap could not be started: {error}") from error
        self._control.settimeout(limits.start)
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until it has imported everything. Raises CannotStart; then it is closed."""
        try:
            if self._control.recv(_MESSAGE) != _STARTED:
                raise EOFError
        except (OSError, EOFError) as error:
            said = complaint(self._said)
            self.close()
            raise CannotStart(f"the zygote did not start: {said}") from error
        self._control.settimeout(_PATIENCE)

    def spawn(self, limits: Limits, after: Sequence[str] = ()) -> Spawned:
        """Fork a process for one submission. Raises CannotStart."""
        return spawned_from(*self.fork(limits, after))

    def fork(self, limits: Limits, after: Sequence[str] = ()) -> tuple[socket.socket, int]:
        """Fork a process; returns our end of its socket and a handle of it (a pidfd).

        ``after`` are the course's own cells with which the submission begins: where that can be,
        they have run already in what it is forked from, and it answers for each at once.
        They may be handed to another process, for ``spawned_from`` there. Raises CannotStart.
        """
        try:
            user = unused_user()
        except NoIdentity as error:
            raise CannotStart(str(error)) from error
        settings = {"limits": dataclasses.asdict(limits), "user": user}
        with self._one_at_a_time:
            prepared = self._prepared_for(tuple(after))
            if prepared is not None:
                try:
                    return _ask(prepared, settings)
                except CannotStart:  # it has ended: this one still forks
                    prepared.close()
                    self._prepared[tuple(after)] = None
            return _ask(self._control, settings)

    def prepare(self, after: Sequence[str]) -> None:
        """Get ready to fork processes in which these cells have run, if that can be."""
        with self._one_at_a_time:
            self._prepared_for(tuple(after))

    def _prepared_for(self, after: tuple[str, ...]) -> socket.socket | None:
        """The control socket of a zygote in which these cells have run; None if there is none."""
        if after and after not in self._prepared and len(self._prepared) < _MOST_PREPARED:
            self._prepared[after] = self._prepare(after)
        return self._prepared.get(after)

    def _prepare(self, after: tuple[str, ...]) -> socket.socket | None:
        message = json.dumps({"after": after}).encode()
        if len(message) > _MESSAGE:
            return None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_PATIENCE)
        with theirs:
            try:
                socket.send_fds(self._control, [message], [theirs.fileno()])
            except OSError:
                ours.close()
                return None
        try:
            if ours.recv(_MESSAGE) == _STARTED:
                return ours
        except OSError:
            pass
        ours.close()
        return None

    def close(self) -> None:
        """End the zygote and all its forks."""
        self._control.close()
        for prepared in filter(None, self._prepared.values()):
            prepared.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._said.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _ask(control: socket.socket, settings: dict[str, Any]) -> tuple[socket.socket, int]:
    """Have a zygote fork. Raises CannotStart."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            socket.send_fds(control, [json.dumps(settings).encode()], [theirs.fileno()])
            answer, descriptors, _, _ = socket.recv_fds(control, _MESSAGE, 1)
        except OSError as error:
            ours.close()
            raise CannotStart("the zygote has ended") from error
    if answer != _STARTED or len(descriptors) != 1:
        ours.close()
        raise CannotStart(f"the zygote did not fork: {answer.decode('utf-8', 'replace')}")
    return ours, descriptors[0]


def spawned_from(channel: socket.socket, handle: int) -> Spawned:
    """The process behind a socket and a handle that ``fork`` has given."""
    return Spawned(channel, _Killer(handle), lambda: "", _pid(handle))


class _Killer:
    """Ends the process behind a handle, once."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def __call__(self) -> None:
        if self._handle is None:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        # Readable once the process has ended, and with it the rest of its namespace.
        ended = select.poll()
        ended.register(self._handle, select.POLLIN)
        ended.poll(_PATIENCE * 1000)
        os.close(self._handle)
        self._handle = None


def _pid(handle: int) -> int:
    """The process's number as this process sees it; 0 if it has ended."""
    told = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii")
    (pid,) = (int(line.split()[1]) for line in told.splitlines() if line.startswith("Pid:"))
    return max(pid, 0)
