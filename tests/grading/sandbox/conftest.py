"""A tested sandbox for all tests of this folder, and what can be seen of it from outside."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.grading.runners import Runners


@pytest.fixture(scope="session")
def runners() -> Iterator[Runners]:
    """Forks of one zygote, each in a sandbox."""
    with Runners() as opened:
        yield opened


@pytest.fixture
def running() -> Callable[[str], bool]:
    """Whether a process with an argument of that text goes on running."""

    def find(argument: str) -> bool:
        for _ in range(50):  # the kernel takes its time to end a namespace
            if not _seen(argument.encode()):
                return False
            time.sleep(0.1)
        return True

    return find


def _seen(argument: bytes) -> bool:
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            try:
                if argument in (process / "cmdline").read_bytes().split(b"\0"):
                    return True
            except OSError:
                continue
    return False
