"""Start the process of a submission."""

from __future__ import annotations

from autograder.grading.sandbox.bubblewrap import spawn_bubblewrap
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.plain import spawn_plain
from autograder.grading.sandbox.spawned import Sandbox, Spawned

__all__ = ["Sandbox", "Spawned", "spawn"]


def spawn(sandbox: Sandbox, limits: Limits) -> Spawned:
    """Start an untrusted process that serves requests on a socket. Raises CannotStart."""
    return spawn_plain(limits) if sandbox is Sandbox.NONE else spawn_bubblewrap(limits)
