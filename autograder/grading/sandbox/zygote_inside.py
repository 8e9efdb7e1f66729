"""The zygote: a process that has imported everything, and forks once for each submission.

It runs no code of any submission. Each fork leaves for namespaces and a user of its own before it
serves its submission as process 1 of a process namespace: when it ends, all that it started ends,
and no submission can see or name another one, nor the zygote.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import stat
from pathlib import Path
from typing import NoReturn

from autograder.grading.sandbox import linux
from autograder.grading.sandbox.confine import confine, make_home, mount_scratch
from autograder.grading.sandbox.inside import silence
from autograder.grading.sandbox.limits import Limits

__all__ = ["main"]

_MESSAGE = 4096
_NAMESPACES = linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
_STARTED, _REFUSED = b"started", b"refused: the zygote has more than one thread"


def main(descriptor: int, told: str) -> None:
    """Import everything, say so, then fork at each request until the grader hangs up."""
    limits = Limits(**json.loads(told)["limits"])
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    mount_scratch(limits)
    make_home()
    from autograder.grading.runner.shell import make_shell
    from autograder.grading.runner.warm import import_everything, warm_up

    import_everything()
    shell = make_shell()
    warm_up(shell)
    silence()
    home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    gc.collect()
    gc.freeze()
    control.send(_STARTED)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE, 1)
        if not message:
            return
        _reap()
        if len(list(Path("/proc/self/task").iterdir())) > 1:
            control.send(_REFUSED)
        else:
            _fork(control, home, descriptors[0], message, shell)
        os.close(descriptors[0])


def _fork(control: socket.socket, home: int, channel: int, message: bytes, shell: object) -> None:
    linux.unshare(linux.CLONE_NEWPID)  # for the next child; this process stays where it is
    try:
        child = os.fork()
        if child == 0:
            _serve(control, home, channel, message, shell)
    finally:
        linux.setns(home, linux.CLONE_NEWPID)
    handle = os.pidfd_open(child)
    socket.send_fds(control, [_STARTED], [handle])
    os.close(handle)


def _serve(
    control: socket.socket, home: int, channel: int, message: bytes, shell: object
) -> NoReturn:
    """The child's whole life."""
    try:
        os.setsid()  # `kill(0)` reaches a process group, whatever namespace its members are in
        control.close()
        os.close(home)
        _reopen_files()
        _leave(message)
        from autograder.grading.runner.main import serve

        end = socket.socket(fileno=channel)
        end.set_inheritable(False)
        serve(end, shell)
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


def _leave(message: bytes) -> None:
    """Go where nothing else is. Raises OSError."""
    settings = json.loads(message)
    limits = Limits(**settings["limits"])
    linux.unshare(_NAMESPACES)
    linux.mount("", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    quiet = linux.MS_NOSUID | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", quiet | linux.MS_NODEV)
    linux.mount("devpts", "/dev/pts", "devpts", quiet, "newinstance,ptmxmode=0666,mode=0620")
    mount_scratch(limits)
    confine(limits, settings["user"])
    make_home()


def _reap() -> None:
    """Bury the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
