"""The zygote: a process that has imported everything, and forks once for each submission.

It runs no code of any submission. Each fork leaves for namespaces and a user of its own before it
serves its submission as process 1 of a process namespace: when it ends, all that it started ends,
and no submission can see or name another one, nor the zygote.

A zygote can be asked for another one in which the course's own first cells have run: what they
make is the same for every submission that begins with just these, and takes longer than the rest.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from autograder.grading.runner.main import serve
from autograder.grading.runner.notebook import Notebook
from autograder.grading.sandbox import linux
from autograder.grading.sandbox.confine import confine, make_home, mount_scratch
from autograder.grading.sandbox.inside import silence
from autograder.grading.sandbox.limits import Limits

__all__ = ["main"]

_MESSAGE = 1 << 16
_NAMESPACES = linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
_STARTED, _REFUSED = b"started", b"refused: the zygote has more than one thread"
_UNFIT = b"refused: what the cells leave behind is not to be shared"


def main(descriptor: int, told: str) -> None:
    """Import everything, say so, then fork at each request until the grader hangs up."""
    settings = json.loads(told)
    limits = Limits(**settings["limits"])
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    mount_scratch(limits)
    make_home()
    gc.disable()  # what is imported stays
    from autograder.grading.runner.shell import make_shell
    from autograder.grading.runner.warm import import_everything, warm_up

    import_everything()
    shell = make_shell()
    gc.freeze()
    gc.enable()
    home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    # Meanwhile the first fork, which has not to be fast, is what the sandbox is tested with.
    _Zygote(control, home, Notebook(shell)).serve(then=lambda: warm_up(shell))


class _Zygote:
    """Forks of this process, each of which begins with the notebook as it is here."""

    def __init__(self, control: socket.socket, home: int, notebook: Notebook) -> None:
        self._control = control
        self._home = home
        self._notebook = notebook

    def serve(self, then: Callable[[], None] | None = None) -> None:
        """Fork at each request until the grader hangs up; do ``then`` behind the first fork."""
        gc.collect()
        gc.freeze()
        self._control.send(_STARTED)
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE, 1)
            if not message:
                return
            _reap()
            settings = json.loads(message)
            if "after" in settings:
                self._prepare(descriptors[0], settings["after"])
            elif _threads() > 1:
                self._control.send(_REFUSED)
            else:
                self._fork(descriptors[0], settings)
            os.close(descriptors[0])
            if then is not None:
                then()
                then = None
                gc.collect()
                gc.freeze()

    def _prepare(self, descriptor: int, sources: Sequence[str]) -> None:
        """Fork another zygote, in which the course's first cells have run."""
        if os.fork():
            return
        try:
            self._control.close()
            control = socket.socket(fileno=descriptor)
            control.set_inheritable(False)
            if self._notebook.begin(sources) and _threads() == 1 and not _children():
                _Zygote(control, self._home, self._notebook).serve()
            else:
                control.send(_UNFIT)
        finally:
            os._exit(0)

    def _fork(self, channel: int, settings: dict[str, Any]) -> None:
        linux.unshare(linux.CLONE_NEWPID)  # for the next child; this process stays where it is
        try:
            child = os.fork()
            if child == 0:
                self._live(channel, settings)
        finally:
            linux.setns(self._home, linux.CLONE_NEWPID)
        handle = os.pidfd_open(child)
        socket.send_fds(self._control, [_STARTED], [handle])
        os.close(handle)

    def _live(self, channel: int, settings: dict[str, Any]) -> NoReturn:
        """The whole life of a submission's process."""
        try:
            os.setsid()  # `kill(0)` reaches a process group, whatever namespace its members are in
            self._control.close()
            os.close(self._home)
            _reopen_files()
            silence()
            _leave(settings)
            end = socket.socket(fileno=channel)
            end.set_inheritable(False)
            serve(end, self._notebook)
        finally:
            os._exit(1)


def _reopen_files() -> None:
    """Have every open file (matplotlib keeps fonts open) for oneself.

    Forks share a file's position: reading in one submission would disturb reading in another.
    """
    for entry in list(Path("/proc/self/fd").iterdir()):
        descriptor = int(entry.name)
        try:
            regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        except OSError:  # the listing itself
            continue
        if regular:
            position = os.lseek(descriptor, 0, os.SEEK_CUR)
            fresh = os.open(entry, os.O_RDONLY | os.O_CLOEXEC)
            os.lseek(fresh, position, os.SEEK_SET)
            os.dup2(fresh, descriptor, inheritable=False)
            os.close(fresh)


def _leave(settings: dict[str, Any]) -> None:
    """Go where nothing else is. Raises OSError."""
    limits = Limits(**settings["limits"])
    linux.unshare(_NAMESPACES)
    linux.mount("", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    quiet = linux.MS_NOSUID | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", quiet | linux.MS_NODEV)
    linux.mount("devpts", "/dev/pts", "devpts", quiet, "newinstance,ptmxmode=0666,mode=0620")
    mount_scratch(limits)
    confine(limits, settings["user"])
    make_home()


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def _children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").strip()


def _reap() -> None:
    """Bury the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
