"""Do something in a process of its own that can be ended."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["do_aside"]

_LARGEST = 64 << 20
_PR_SET_PDEATHSIG = 1


def do_aside(work: Callable[[], Any], seconds: float) -> Any:
    """What ``work`` returns (JSON values), done in a copy of this process; None if that fails.

    It is given up after ``seconds``. What it changes in memory is gone afterwards.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            _end_with(parent)
            data = json.dumps(work()).encode("utf-8")
            with open(writing, "wb") as stream:  # noqa: PTH123  # a descriptor
                stream.write(data)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    try:
        data = _read(reading, seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    try:
        return json.loads(data) if data else None
    except ValueError:
        return None


def _end_with(parent: int) -> None:
    """Let the system end this process when the one that waits for it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before that took hold
        os._exit(1)


def _read(descriptor: int, seconds: float) -> bytes:
    """All that comes until the other end closes; nothing if that takes too long."""
    end = time.monotonic() + seconds
    data = bytearray()
    while len(data) <= _LARGEST:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return b""
        piece = os.read(descriptor, 1 << 20)
        if not piece:
            return bytes(data)
        data += piece
    return b""
