"""The file system and the namespaces of a submission, by bubblewrap.

bubblewrap only sets the stage: the process that it starts, which is ours, mounts what may be
written to, changes its user, drops its privileges and filters its system calls (``confine``)
before it runs anything of a submission. As an ordinary user all of this takes place in a user
namespace. As root there is none: in it the submission would still be root to root's files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import autograder
from autograder.course_files import names_path
from autograder.grading.sandbox.command import (
    HOME,
    complaint,
    environment,
    interpreter,
    launch,
    program,
)
from autograder.grading.sandbox.identity import NoIdentity, unused_user
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawned import CannotStart, Spawned

__all__ = ["COURSE", "bubblewrap_command", "sandbox_environment", "spawn_bubblewrap"]

COURSE = "/course"  # where the package lies inside
_MODULE = "autograder.grading.sandbox.inside"
# What programs and libraries look up; each where there is one.
_SETTINGS = (
    *("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf"),
    *("/etc/ld.so.conf.d", "/etc/localtime", "/etc/nsswitch.conf", "/sys/devices/system/cpu"),
)
_HIDDEN = ("/usr/local", "/usr/src")
# For the last steps into confinement; the submission has none of them.
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETFCAP")


def bubblewrap_command(limits: Limits) -> list[str]:
    """bubblewrap and its options, to be followed by the command to run inside.

    Raises CannotStart when bubblewrap is not installed.
    """
    found = shutil.which("bwrap")
    if found is None:
        raise CannotStart(
            "grading needs bubblewrap, which keeps a submission's code away from everything "
            "else: install it (Debian and Ubuntu: 'apt-get install bubblewrap')"
        )
    apart = ["pid", "net", "ipc", "uts", "cgroup-try"]
    command = [found, "--die-with-parent", "--new-session", "--hostname", "notebook"]
    command += [f"--unshare-{kind}" for kind in apart]
    if os.geteuid() != 0:
        command += ["--unshare-user", "--uid", "0", "--gid", "0"]
    command += ["--cap-drop", "ALL"]
    for capability in _CAPABILITIES:
        command += ["--cap-add", capability]
    command += _file_system(limits)
    return [*command, "--chdir", "/"]


def _file_system(limits: Limits) -> list[str]:
    """Read-only: the system's programs, the interpreter, the packages, the course's package."""
    options = [*_system(), "--proc", "/proc", "--dev", "/dev"]
    options += ["--perms", "1777", "--size", str(1 << 20), "--tmpfs", "/dev/shm"]
    options += ["--perms", "1777", "--size", str(limits.scratch), "--tmpfs", "/tmp"]
    made = {"/", "/usr", "/tmp", "/dev", "/proc"}
    for folder in _interpreter_folders():
        options += [*_parents(folder, made), "--ro-bind", folder, folder]
    package = Path(autograder.__file__).resolve().parent
    options += _bind(str(package), f"{COURSE}/autograder", made)
    options += _bind(str(names_path()), f"{COURSE}/data/names.txt", made)
    if (project := package.parent / "pyproject.toml").is_file():
        options += _bind(str(project), f"{COURSE}/pyproject.toml", made)
    if own_names := os.environ.get("NAMES_FILE"):
        options += _bind(own_names, f"{COURSE}/names.txt", made)
    for setting in _SETTINGS:
        if Path(setting).exists():
            options += _bind(setting, setting, made)
    # As an ordinary user, what is left of the new root would be the submission's to fill.
    for folder in (*filter(os.path.isdir, _HIDDEN), "/dev", "/"):
        options += ["--remount-ro", folder]
    return options


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for folder in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        path = Path(folder)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), folder)
        elif path.is_dir():
            yield from ("--ro-bind", folder, folder)
    for folder in _HIDDEN:
        if Path(folder).is_dir():
            yield from ("--perms", "0755", "--size", "4096", "--tmpfs", folder)


def _interpreter_folders() -> list[str]:
    """Where Python and its packages lie, but for what is there with the system's programs."""
    named = [sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(interpreter()).resolve())]
    named += [str(Path(folder).resolve()) for folder in named[:3]]
    folders = []
    for name in dict.fromkeys(named):
        hidden = any(Path(name).is_relative_to(folder) for folder in _HIDDEN)
        if hidden or not Path(name).is_relative_to("/usr"):
            folders.append(name)
    # A folder inside another one needs no mount of its own.
    return [a for a in folders if not any(a != b and Path(a).is_relative_to(b) for b in folders)]


def _bind(source: str, target: str, made: set[str]) -> list[str]:
    return [*_parents(target, made), "--ro-bind", source, target]


def _parents(target: str, made: set[str]) -> list[str]:
    """Make the folders above: left to bubblewrap they would be closed to all but their owner."""
    options = []
    for folder in reversed(Path(target).parents):
        if str(folder) not in made:
            made.add(str(folder))
            options += ["--perms", "0755", "--dir", str(folder)]
    return options


def sandbox_environment() -> dict[str, str]:
    """The environment inside, where every path is another."""
    inside = environment(HOME)
    if "NAMES_FILE" in inside:
        inside["NAMES_FILE"] = f"{COURSE}/names.txt"
    return inside


def spawn_bubblewrap(limits: Limits) -> Spawned:
    """Start one submission's process in a bubblewrap of its own. Raises CannotStart."""
    command = bubblewrap_command(limits)
    try:
        user = unused_user()
    except NoIdentity as error:
        raise CannotStart(str(error)) from error
    ours, theirs = socket.socketpair()
    with theirs:
        command += program(COURSE, _MODULE, theirs.fileno(), limits, user)
        try:
            process, said = launch(command, sandbox_environment(), "/", theirs.fileno())
        except OSError as error:
            ours.close()
            raise CannotStart(f"bubblewrap could not be started: {error}") from error

    def kill() -> None:
        # With bubblewrap dies the first process of its namespace, and with that all others.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        said.close()

    return Spawned(ours, kill, lambda: complaint(said), process.pid)
