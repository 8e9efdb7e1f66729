"""The first code that runs in a bubblewrap: confine this process, then serve one submission."""

from __future__ import annotations

import json
import os
import socket

from autograder.grading.sandbox.confine import confine, make_home, mount_scratch
from autograder.grading.sandbox.limits import Limits

__all__ = ["main"]


def main(descriptor: int, told: str) -> None:
    """Never raises to the submission: whatever fails here ends the process before it."""
    settings = json.loads(told)
    limits, user = Limits(**settings["limits"]), settings["user"]
    channel = socket.socket(fileno=descriptor)
    channel.set_inheritable(False)
    # Imported first: the limits count from what is held then, and whatever the imports leave in
    # the scratch space belongs to another user and is covered by a new one.
    from autograder.grading.runner.main import serve
    from autograder.grading.runner.notebook import Notebook
    from autograder.grading.runner.shell import make_shell
    from autograder.grading.runner.warm import import_everything

    import_everything()
    mount_scratch(limits)
    confine(limits, user)
    make_home()
    silence()
    serve(channel, Notebook(make_shell()))


def silence() -> None:
    """Let nothing that a cell writes to the process's own standard error out."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
