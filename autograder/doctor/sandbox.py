"""Whether submissions can be graded safely here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator

from autograder.doctor.finding import Finding, State
from autograder.grading.runner_process import Runner, open_runner
from autograder.grading.sandbox.advice import lack
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.selftest import NoSandbox, self_test
from autograder.grading.sandbox.spawned import CannotStart, Sandbox
from autograder.grading.sandbox.zygote import Zygote

__all__ = ["examine_sandbox"]

_TOPIC = "sandbox"
_REPORT = "please report this as a fault, with what this command prints"


def examine_sandbox() -> Iterator[Finding]:
    """bubblewrap, then everything that the sandbox must hold, tried in the way grading works."""
    if lacking := lack():
        told, _, mend = lacking.partition(": ")
        yield Finding(_TOPIC, State.LACKING, told, mend)
        return
    yield Finding(_TOPIC, State.GOOD, _version())
    try:
        zygote = Zygote()
    except CannotStart:
        yield from _alone()
        return
    with zygote:
        findings = list(_tried(lambda limits: Runner(zygote.spawn(limits), limits)))
    if any(finding.state is State.LACKING for finding in findings):
        yield from _alone()
        return
    yield from findings
    yield Finding(_TOPIC, State.GOOD, "submissions are forks of one process, which is fast")


def _alone() -> Iterator[Finding]:
    """As where a sandbox may not hold further namespaces."""
    findings = list(_tried(lambda limits: open_runner(Sandbox.BUBBLEWRAP, limits)))
    yield from findings
    if all(finding.state is State.GOOD for finding in findings):
        told = "each submission starts Python anew, which is slow: no namespaces inside namespaces"
        yield Finding(_TOPIC, State.GOOD, told)


def _tried(start: Callable[[Limits], Runner]) -> Iterator[Finding]:
    try:
        for found in self_test(start):
            if found.holds:
                yield Finding(_TOPIC, State.GOOD, found.claim)
            else:
                yield Finding(
                    _TOPIC, State.LACKING, f"it does NOT hold that {found.claim}", _REPORT
                )
    except NoSandbox as error:
        told, _, mend = str(error).partition("): ")
        yield Finding(_TOPIC, State.LACKING, f"{told})" if mend else told, mend)


def _version() -> str:
    """bubblewrap's version, as it tells it."""
    program = shutil.which("bwrap") or "bwrap"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", told.stdout)
    return f"bubblewrap {found[0]}" if found else "bubblewrap"
