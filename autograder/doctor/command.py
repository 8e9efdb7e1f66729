"""`autograder doctor`: examine everything and print what was found."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from autograder.doctor.finding import Finding, State

__all__ = ["doctor"]

# Imported one by one: what is broken in one of them must not hide the rest.
_EXAMINATIONS = (
    ("packages", "examine_packages"),
    ("packages", "examine_torch"),
    ("sandbox", "examine_sandbox"),
    ("desktop", "examine_fonts"),
    ("desktop", "examine_browser"),
)
_SIGNS = {State.GOOD: "ok", State.LACKING: "NO", State.OPTIONAL: "--"}
_WIDTH = 10


def doctor(stream: TextIO | None = None) -> int:
    """Print a line for each finding as it comes; 0 if students and instructors lack nothing."""
    stream = stream or sys.stdout
    lacking = 0
    for module, name in _EXAMINATIONS:
        for finding in _examine(module, name):
            lacking += finding.state is State.LACKING
            stream.write(_line(finding))
            stream.flush()
    if lacking:
        things = "one thing is" if lacking == 1 else f"{lacking} things are"
        stream.write(f"\n{things} lacking; the arrows say what mends it.\n")
    return 1 if lacking else 0


def _examine(module: str, name: str) -> Iterator[Finding]:
    try:
        examine: Callable[[], Iterator[Finding]]
        examine = getattr(importlib.import_module(f"autograder.doctor.{module}"), name)
        yield from examine()
    except Exception as error:  # an examination that fails is a finding, too
        topic = name.removeprefix("examine_")
        told = f"could not be examined: {type(error).__name__}: {error}"
        yield Finding(topic, State.LACKING, told, "make env")


def _line(finding: Finding) -> str:
    sign = _SIGNS[finding.state]
    text = f"{sign:4}{finding.topic:{_WIDTH}}{finding.told}\n"
    if finding.mend:
        text += f"{'':{_WIDTH + 4}}-> {finding.mend}\n"
    return text
