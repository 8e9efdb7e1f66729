"""Start the process of a submission."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from autograder.grading.sandbox.limits import Limits

__all__ = ["Sandbox", "Spawned", "spawn"]

_PACKAGE_PARENT = Path(__file__).resolve().parents[3]
# The package comes first on the path, wherever it is installed.
_START = "import sys; sys.path.insert(0, {path!r}); {start}"
_MAIN = "from autograder.grading.runner.main import main; main({descriptor})"


class Sandbox(Enum):
    """How a submission's process is kept apart."""

    BUBBLEWRAP = "bubblewrap"
    NONE = "none"


@dataclass
class Spawned:
    """A running process: the grader's end of its socket, and how to end it with all it started."""

    channel: socket.socket
    kill: Callable[[], None]


def spawn(sandbox: Sandbox, limits: Limits) -> Spawned:
    """Start an untrusted process that serves requests on a socket."""
    return _spawn_plain()


def _spawn_plain() -> Spawned:
    """A child of this process, as this user, in a folder of its own. No protection at all."""
    ours, theirs = socket.socketpair()
    folder = tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True)
    start = _MAIN.format(descriptor=theirs.fileno())
    with theirs:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-s",
                "-B",
                "-c",
                _START.format(path=str(_PACKAGE_PARENT), start=start),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            cwd=folder.name,
            env=environment(folder.name),
            start_new_session=True,
        )

    def kill() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        folder.cleanup()

    return Spawned(ours, kill)


def environment(folder: str) -> dict[str, str]:
    """The whole environment of a submission's process, which may write to ``folder`` only."""
    return {
        "HOME": folder,
        "IPYTHONDIR": f"{folder}/.ipython",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{folder}/.matplotlib",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TMPDIR": folder,
        "TERM": "dumb",
    }
