"""A submission's process without any protection: for one's own notebooks."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import tempfile
from pathlib import Path

from autograder.grading.sandbox.command import complaint, environment, launch, program
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawned import CannotStart, Spawned

__all__ = ["spawn_plain"]

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[3])
_MODULE = "autograder.grading.runner.main"


def spawn_plain(limits: Limits) -> Spawned:
    """Start a child of this process, as this user, in a temporary folder. Raises CannotStart."""
    if os.name != "posix":
        raise CannotStart("notebooks cannot be graded on Windows: use WSL 2, or Linux or macOS")
    ours, theirs = socket.socketpair()
    folder = tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True)
    with theirs:
        command = program(_PACKAGE_PARENT, _MODULE, theirs.fileno(), limits, None)
        try:
            process, said = launch(command, environment(folder.name), folder.name, theirs.fileno())
        except OSError as error:
            ours.close()
            folder.cleanup()
            raise CannotStart(f"no process could be started for the submission: {error}") from error

    def kill() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        said.close()
        folder.cleanup()

    return Spawned(ours, kill, lambda: complaint(said), process.pid)
