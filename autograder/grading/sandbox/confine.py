"""The last steps into confinement, taken inside, before anything of the submission runs."""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path

from autograder.grading.sandbox import linux
from autograder.grading.sandbox.command import HOME
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.seccomp import filter_program

__all__ = ["confine", "make_home", "mount_scratch"]

_USER = 1000  # what an ordinary user's submission sees itself as, in its user namespace
_INODES = 8192  # files take memory even when they are empty
_SHARED_MEMORY = 16 << 20


def mount_scratch(limits: Limits) -> None:
    """Mount what a submission may write to: two small file systems in memory. Raises OSError."""
    flags = linux.MS_NOSUID | linux.MS_NODEV
    for target, size in (("/tmp", limits.scratch), ("/dev/shm", _SHARED_MEMORY)):
        options = f"mode=1777,size={size},nr_inodes={_INODES}"
        linux.mount("tmpfs", target, "tmpfs", flags, options)


def make_home() -> None:
    """Make the folder that cells run in, and go there."""
    for folder in (HOME, f"{HOME}/.ipython", f"{HOME}/.matplotlib"):
        Path(folder).mkdir(exist_ok=True)
    os.chdir(HOME)
    tempfile.tempdir = None  # it may name a folder that is no longer there


def confine(limits: Limits, user: int | None) -> None:
    """Give up all privileges and set all limits, for good. Raises OSError.

    ``user`` is the uid to change to; None, where there is just one, makes a user namespace that
    has no power over the namespaces around it. Memory is limited to what the process holds now
    and ``limits.memory`` on top.
    """
    program = filter_program()
    held = _held()
    if user is None:
        linux.enter_user_namespace(_USER)
    linux.drop_capabilities(user)
    for what, bound in (
        (resource.RLIMIT_AS, held["VmSize"] + limits.memory),
        (resource.RLIMIT_DATA, held["VmData"] + limits.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_STACK, 8 << 20),
        (resource.RLIMIT_CPU, _cpu_used() + int(limits.cpu)),
    ):
        _limit(what, bound)
    linux.filter_system_calls(program)


def _limit(what: int, bound: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        bound = min(bound, hard)
    resource.setrlimit(what, (bound, bound))


def _cpu_used() -> int:
    return int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))


def _held() -> dict[str, int]:
    """The kernel's figures about this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    pairs = (line.split(":") for line in lines if line.endswith("kB"))
    return {name: int(value.split()[0]) * 1024 for name, value in pairs}
