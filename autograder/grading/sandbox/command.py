"""How an untrusted process is started: its interpreter, its environment and its first words."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from autograder.grading.sandbox.limits import Limits

__all__ = ["HOME", "complaint", "environment", "interpreter", "launch", "program"]

HOME = "/tmp/notebook"  # where cells run in a sandbox
_TOLD = 2000  # characters of standard error that are worth repeating


def interpreter() -> str:
    """This interpreter's path, by the folder where its environment really lies."""
    return str(Path(sys.prefix).resolve() / "bin" / Path(sys.executable).name)


def program(path: str, module: str, descriptor: int, limits: Limits, user: int | None) -> list[str]:
    """The command that imports the package from ``path`` and calls ``module``'s ``main``."""
    told = json.dumps({"limits": dataclasses.asdict(limits), "user": user})
    # What is imported stays: looking for garbage in it would take a tenth of the time.
    start = (
        f"import gc, sys; gc.disable(); sys.path.insert(0, {path!r}); "
        f"from {module} import main; gc.freeze(); gc.enable(); main({descriptor}, {told!r})"
    )
    # Nothing of the current folder or the user's own packages is imported, nothing is compiled.
    return [interpreter(), "-P", "-s", "-B", "-c", start]


def environment(folder: str) -> dict[str, str]:
    """The whole environment of a submission's process, whose files go to ``folder``."""
    names = {name: os.environ[name] for name in ("NAMES_FILE",) if name in os.environ}
    return {
        **names,
        "HOME": folder,
        "IPYTHONDIR": f"{folder}/.ipython",
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{folder}/.matplotlib",
        "OMP_NUM_THREADS": "1",  # a thread before a fork would hang the child
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",  # what a notebook does is the same each time
        "TERM": "dumb",
        "TMPDIR": folder,
    }


def launch(
    command: Sequence[str], surroundings: Mapping[str, str], folder: str, descriptor: int
) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Start a process in a session of its own, with one socket and a file for its complaints.

    Raises OSError.
    """
    said = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's, for as long as the process
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            pass_fds=[descriptor],
            cwd=folder,
            env=dict(surroundings),
            start_new_session=True,
        )
    except OSError:
        said.close()
        raise
    return process, said


def complaint(said: IO[bytes]) -> str:
    """The end of what a process has written to standard error."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _TOLD))
    return said.read(_TOLD).decode("utf-8", "replace").strip()
