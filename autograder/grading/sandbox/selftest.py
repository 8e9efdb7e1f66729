"""The sandbox proves itself before a grade rests on it."""

from __future__ import annotations

import contextlib
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autograder.course_files import checkout_directory
from autograder.grading.errors import GradingError
from autograder.grading.results import NotATensor, RunnerDied
from autograder.grading.runner_process import Runner
from autograder.grading.sandbox.advice import explain, lack
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.probes import PROBES
from autograder.grading.sandbox.spawned import CannotStart

__all__ = ["Finding", "NoSandbox", "require_sandbox", "self_test"]

_LIMITS = Limits(memory=512 << 20, scratch=16 << 20)
_TIMEOUT = 60.0
# A notebook of one cell whose outputs and answer are known.
_NOTEBOOK = """
import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from autograder import Check
from autograder.names import load_names
check = Check("01_unrolled", globals())
dlogits = (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / len(Yb)
plt.figure(figsize=(1, 1)).gca().set_axis_off()
plt.plot(dlogits[0]);
print(len(load_names()) > 0)
"""


class NoSandbox(GradingError):
    """Submissions cannot be graded safely here; the message says what to do."""


@dataclass(frozen=True)
class Finding:
    """One thing that a sandbox must hold, and whether it does."""

    name: str
    claim: str
    holds: bool


def require_sandbox(start: Callable[[Limits], Runner]) -> None:
    """Raise NoSandbox unless the sandbox that ``start`` opens holds everything it must.

    The message names what does not hold, or what has to be installed.
    """
    for finding in self_test(start):
        if not finding.holds:
            raise NoSandbox(
                f"the sandbox fails its own test ({finding.name}): it does not hold that "
                f"{finding.claim}; 'autograder doctor' tells more, and nothing is graded until then"
            )


def self_test(start: Callable[[Limits], Runner]) -> Iterator[Finding]:
    """Try everything in a fresh process. Raises NoSandbox when none can be started."""
    if lacking := lack():
        raise NoSandbox(lacking)
    try:
        runner = start(_LIMITS)
    except (CannotStart, RunnerDied) as error:
        raise NoSandbox(explain(str(error))) from error
    with runner, _bait() as bait:
        for probe in PROBES:
            bounds = {"memory": _LIMITS.memory, "scratch": _LIMITS.scratch}
            runner.put({**bait, **bounds, "holds": False})
            ended = runner.run(probe.source, silent=True, timeout=_TIMEOUT).status
            holds = ended == "ok" and runner.fetch(["holds"])["holds"] == NotATensor("bool", True)
            yield Finding(probe.name, probe.claim, holds)
            if not runner.alive:
                return
        yield Finding("notebook", "a known notebook gives what it must", _right(runner))


@contextlib.contextmanager
def _bait() -> Iterator[dict[str, object]]:
    """What a submission must not reach: sockets that are listened on, files that can be read."""
    name = f"autograder-{secrets.token_hex(8)}"
    with (
        socket.create_server(("127.0.0.1", 0)) as port,
        socket.socket(socket.AF_UNIX) as abstract,
        tempfile.NamedTemporaryFile(prefix="autograder-") as file,
    ):
        abstract.bind(f"\0{name}")
        abstract.listen()
        hidden = [file.name, str(Path.home() / ".ssh"), "/etc/passwd"]
        if checkout := checkout_directory():
            hidden += [str(checkout / "solutions"), "/course/solutions"]
        yield {"port": port.getsockname()[1], "abstract": name, "secrets": hidden}


def _right(runner: Runner) -> bool:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(5, 7, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 7, (5,), generator=generator)
    runner.set_default_dtype(torch.float64)
    runner.put({"logits": logits, "Yb": targets})
    result = runner.run(_NOTEBOOK, silent=False, timeout=_TIMEOUT)
    answer = runner.fetch(["dlogits"])["dlogits"]
    leaf = logits.clone().requires_grad_()
    (expected,) = torch.autograd.grad(torch.nn.functional.cross_entropy(leaf, targets), leaf)
    shown = [output["output_type"] for output in result.outputs]
    return (
        shown == ["stream", "display_data"]
        and result.outputs[0]["text"] == "True\n"
        and "image/png" in result.outputs[1]["data"]
        and isinstance(answer, Tensor)
        and answer.dtype == torch.float64
        and torch.allclose(answer, expected, rtol=0, atol=1e-15)
    )
