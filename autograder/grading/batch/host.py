"""The process that judging processes are forked from; it imports torch once for all of them.

It owns the sandbox's zygote, has one thread, and judges nothing itself. Whoever started it sends
an end of a socket for each judging process that is wanted; it ends, with all it has started, when
that one hangs up. The judging processes ask it for processes for submissions.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.grading.batch.imports import many_imports, skip_slow_imports
from autograder.grading.batch.wire import receive
from autograder.grading.errors import GradingError
from autograder.grading.sandbox.spawned import CannotStart, Sandbox
from autograder.grading.sandbox.zygote import Zygote

if TYPE_CHECKING:
    from autograder.grading.runners import Runners

__all__ = ["WANT", "main"]

WANT = b"w"  # comes with the end of a socket: start a judging process there
_ASK, _GIVEN, _REFUSED = b"a", b"g", b"r"
_PR_SET_PDEATHSIG = 1
_LONGEST = 4096
_LONGEST_ASKED = 1 << 16


def main(descriptor: int, sandbox: str, *, feedback: bool = True) -> int:
    """Serve until the other end of ``descriptor`` is closed; returns the exit code.

    The zygote is started at once, the rest when the other end asks for it, and names the ``first``
    job if there is one: whoever started this imports for a while, too, and what everything waits
    for in the end is the zygote.
    ``feedback``: judging processes will write pages, too.
    """
    # Ctrl-C is for whoever started this; it ends this by hanging up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    zygote = None
    if sandbox == Sandbox.BUBBLEWRAP.value:
        with contextlib.suppress(CannotStart):  # it will be tried again, and the reason told
            zygote = Zygote(wait=False)
    try:
        first = receive(control)["first"]
    except (EOFError, OSError):
        if zygote is not None:
            zygote.close()
        return 0
    with many_imports():
        from autograder.grading.runners import Runners

        # No thread is left when the first judging process is forked.
        expected: list[str] = []
        importing = threading.Thread(target=_import_all, args=(feedback, first, expected))
        importing.start()
        try:
            runners = Runners(Sandbox(sandbox), begun=zygote, expected=expected.copy)
        except GradingError as error:
            _say(control, {"error": str(error)})
            return 3
        finally:
            importing.join()
    with runners:
        _say(control, {"ready": True})
        _Host(control, runners).serve()
    return 0


def _say(control: socket.socket, message: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more: the loop will see it
        control.sendall(json.dumps(message).encode() + b"\n")


def _import_all(
    feedback: bool, first: Mapping[str, Any] | None = None, expected: list[str] | None = None
) -> None:
    """What every judging process needs, before the first of them is forked.

    ``expected`` gets the cells with which submissions like the ``first`` will begin.
    """
    skip_slow_imports()
    from autograder.grading.batch.worker import make_ready

    if first is not None:
        cells = make_ready(first)
        if expected is not None:
            expected += cells

    if feedback:
        import autograder.grading.feedback.page  # noqa: F401


class _Host:
    def __init__(self, control: socket.socket, runners: Runners) -> None:
        self._control = control
        self._runners = runners
        self._workers: dict[socket.socket, int] = {}
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the grader hangs up."""
        try:
            while True:
                for key, _ in self._waiting.select():
                    if key.fileobj is self._control:
                        message, descriptors, _, _ = socket.recv_fds(self._control, len(WANT), 1)
                        if not message:
                            return
                        self._start(descriptors[0])
                    else:
                        assert isinstance(key.fileobj, socket.socket)
                        self._answer(key.fileobj)
        finally:
            for pid in self._workers.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _start(self, descriptor: int) -> None:
        """Fork a judging process that takes its work from ``descriptor``."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        host = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_worker(descriptor, ours, theirs, host)
        os.close(descriptor)
        theirs.close()
        self._workers[ours] = pid
        self._waiting.register(ours, selectors.EVENT_READ)

    def _become_worker(
        self, descriptor: int, ours: socket.socket, theirs: socket.socket, host: int
    ) -> NoReturn:
        """The forked process's whole life."""
        code = 1
        try:
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == host:  # else it died before that took hold
                self._control.close()
                ours.close()
                for other in self._workers:
                    other.close()
                from autograder.grading.batch.worker import work

                lend = self._runners.open if not self._runners.forks else Lender(theirs)
                work(socket.socket(fileno=descriptor), lend)
                code = 0
        finally:
            os._exit(code)

    def _answer(self, worker: socket.socket) -> None:
        """Give a judging process what it asks for, or bury it."""
        try:
            asked = worker.recv(_LONGEST_ASKED)
        except ConnectionResetError:  # it died with something from here unread
            asked = b""
        if not asked:
            self._waiting.unregister(worker)
            worker.close()
            os.waitpid(self._workers.pop(worker), 0)
            return
        try:
            channel, handle = self._runners.fork(json.loads(asked[len(_ASK) :]))
        except GradingError as error:
            with contextlib.suppress(OSError):
                worker.send(_REFUSED + str(error).encode()[: _LONGEST - 1])
            return
        with channel, contextlib.suppress(OSError):  # it has died meanwhile: that is heard next
            socket.send_fds(worker, [_GIVEN], [channel.fileno(), handle])
        os.close(handle)


class Lender:
    """Opens processes for submissions from within a judging process: it asks the host."""

    def __init__(self, host: socket.socket) -> None:
        self._host = host

    def __call__(self):  # type: ignore[no-untyped-def]
        """A fresh process for a submission. Raises GradingError or RunnerDied."""
        return self.after(())  # type: ignore[no-untyped-call]

    def after(self, cells):  # type: ignore[no-untyped-def]
        """One that answers at once for these cells of the course; see ``Runners.after``."""
        from autograder.grading.runner_process import Runner
        from autograder.grading.sandbox.limits import Limits
        from autograder.grading.sandbox.spawned import CannotStart
        from autograder.grading.sandbox.zygote import spawned_from

        asked = _ASK + json.dumps(cells).encode()
        self._host.send(asked if len(asked) <= _LONGEST_ASKED else _ASK + b"[]")
        answer, descriptors, _, _ = socket.recv_fds(self._host, _LONGEST, 2)
        if not answer:
            raise CannotStart("the process that starts submissions has ended")
        if answer != _GIVEN:
            raise CannotStart(answer[len(_REFUSED) :].decode("utf-8", "replace"))
        channel, handle = descriptors
        return Runner(spawned_from(socket.socket(fileno=channel), handle), Limits())


if __name__ == "__main__":
    # Without taking torch apart module by module, for which whoever closes a pool would wait.
    os._exit(main(int(sys.argv[1]), sys.argv[2], feedback="feedback" in sys.argv[3:]))
