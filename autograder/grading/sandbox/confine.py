"""The last steps into confinement, taken inside, before anything of the submission runs."""

from __future__ import annotations

import os
import resource
import sys
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
    """Mount what a submission may write to: two small file systems in memory. Raises OSError.

    Python's own folders stay where they are, also below /tmp: there people try things out.
    """
    flags = linux.MS_NOSUID | linux.MS_NODEV
    for target, size in (("/tmp", limits.scratch), ("/dev/shm", _SHARED_MEMORY)):
        kept = {folder: os.open(folder, os.O_PATH) for folder in _python_below(target)}
        options = f"mode=1777,size={size},nr_inodes={_INODES}"
        linux.mount("tmpfs", target, "tmpfs", flags, options)
        for folder, descriptor in kept.items():
            _make_open(Path(folder))
            source = f"/proc/self/fd/{descriptor}"
            linux.mount(source, folder, "", linux.MS_BIND | linux.MS_REC)
            os.close(descriptor)


def _python_below(target: str) -> list[str]:
    """The folders of the interpreter and its packages below another one, outermost only."""
    named = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    folders = sorted(named | {os.path.realpath(folder) for folder in named})
    below = [folder for folder in folders if Path(folder).is_relative_to(target)]
    return [a for a in below if not any(a != b and Path(a).is_relative_to(b) for b in below)]


def _make_open(folder: Path) -> None:
    """Make a folder and those above it, for everybody to enter whatever the umask is."""
    for part in (*reversed(folder.parents), folder):
        if not part.exists():
            part.mkdir()
            part.chmod(0o755)


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
