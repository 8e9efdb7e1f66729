"""A submission's process, as whoever started it hands it over."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from autograder.grading.errors import GradingError

__all__ = ["CannotStart", "Sandbox", "Spawned"]


class Sandbox(Enum):
    """How a submission's process is kept apart."""

    BUBBLEWRAP = "bubblewrap"
    NONE = "none"


class CannotStart(GradingError):
    """No process can be started; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Spawned:
    """A running process.

    ``channel`` is the grader's end of its socket; ``kill`` ends the process with all it has
    started and returns when it is gone; ``complaint`` is what it has said on standard error;
    ``pid`` is the process that all of the submission's descend from.
    """

    channel: socket.socket
    kill: Callable[[], None]
    complaint: Callable[[], str]
    pid: int
