"""The grader's side of a submission's process: ask, wait, check what comes back."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import torch

from autograder.grading.channel import Channel
from autograder.grading.outputs import read_outputs
from autograder.grading.protocol import Frame, ProtocolError, encode_text
from autograder.grading.replies import Known, differ, read_end, read_list
from autograder.grading.results import (
    Called,
    CellResult,
    Fetched,
    RunnerDied,
)
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawn import Sandbox, Spawned, spawn
from autograder.grading.sandbox.watch import MemoryWatch
from autograder.grading.values import encode_value, read_description, tensors_in

__all__ = ["Runner", "open_runner"]

# Answers to requests that run nothing of the submission's; generous, for a busy machine.
_PATIENCE = 60.0
# A cell whose time is up is told so inside; when that does not end it, the process is killed.
_GRACE = 5.0
# Of all outputs of a submission: they stay in memory until its feedback is written.
_OUTPUT_BYTES = 48 << 20
_LEFT_OUT = "[this notebook shows more than is kept; the outputs of this cell are left out]\n"


class Runner:
    """One submission's untrusted process. A context manager: leaving it ends the process.

    After a death ``run`` and ``call`` have the status "killed", and the rest raises RunnerDied.
    Everything returned has been checked for size, dtype and shape.
    """

    def __init__(self, spawned: Spawned, limits: Limits) -> None:
        """Raises RunnerDied when the process does not come up."""
        self._spawned = spawned
        self._channel = Channel(spawned.channel)
        self._end = time.monotonic() + limits.wall
        self._alive = True
        self._room = _OUTPUT_BYTES
        try:
            if self._channel.hear(limits.start).header.get("ready") is not True:
                raise ProtocolError("the process did not say that it is ready")
        except (TimeoutError, EOFError, OSError, ProtocolError) as error:
            said = spawned.complaint()
            self.close()
            told = f": {said}" if said else ""
            raise RunnerDied(f"the process of the submission did not start{told}") from error
        self._memory = MemoryWatch(spawned.pid, limits.memory)
        self._channel.meanwhile = self._look

    @property
    def alive(self) -> bool:
        """Whether the process can still be asked."""
        return self._alive

    @property
    def pid(self) -> int:
        """The process that all of the submission's descend from, as this process numbers it."""
        return self._spawned.pid

    def close(self) -> None:
        """End the process and everything it has started."""
        self._alive = False
        self._channel.close()
        self._spawned.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, source: str, *, silent: bool, timeout: float) -> CellResult:
        """Run a cell. A silent one has no outputs, draws no figures and formats no traceback."""
        request = Frame({"do": "run", "silent": silent, "timeout": timeout})
        request.header["source"] = encode_text(request, source)
        try:
            answer = self._ask(request, timeout + _GRACE)
            status, name, message = read_end(answer)
            outputs = self._outputs(answer)
        except TimeoutError:
            return CellResult("timeout")
        except (RunnerDied, ProtocolError):
            self.close()
            return CellResult("killed")
        return CellResult(status, outputs, name, message)

    def _outputs(self, answer: Frame) -> tuple[Mapping[str, Any], ...]:
        size = sum(map(len, answer.blobs))
        if size > self._room:
            return ({"output_type": "stream", "name": "stderr", "text": _LEFT_OUT},)
        self._room -= size
        return read_outputs(answer, answer.header.get("outputs"))

    def call(self, name: str, arguments: Sequence[Any], *, timeout: float) -> Called:
        """Call the submission's function ``name``.

        An argument is a tensor, number, text, None, list or tuple of these, or a function of
        ``autograder.stages`` or ``autograder.finitedifferences``, which is passed by name.
        """
        request = Frame({"do": "call", "name": name, "timeout": timeout})
        request.header["arguments"] = [encode_value(request, value) for value in arguments]
        given = [tensor for value in arguments for tensor in tensors_in(value)]
        try:
            answer = self._ask(request, timeout + _GRACE)
            status, error, message = read_end(answer)
            result = read_description(answer, answer.header.get("result"))
            after = read_list(answer, "arguments", len(given))
        except TimeoutError:
            return Called("timeout")
        except (RunnerDied, ProtocolError):
            self.close()
            return Called("killed")
        pairs = zip(given, after, strict=True)
        changed = tuple(number for number, pair in enumerate(pairs) if differ(*pair))
        return Called(status, result, changed, error, message)

    def put(self, values: Mapping[str, Any]) -> None:
        """Define variables: fresh tensors without graph or ``.grad``, numbers, and so on."""
        request = Frame({"do": "put"})
        encoded = {name: encode_value(request, value) for name, value in values.items()}
        request.header["values"] = encoded
        self._do(request)

    def fetch(
        self, names: Sequence[str], known: Mapping[str, Known] | None = None
    ) -> dict[str, Fetched]:
        """The values of variables; where one is bit for bit as ``known`` has it, that tensor."""
        answer = self._do(Frame({"do": "fetch", "names": list(names)}))
        try:
            before = [(known or {}).get(name) for name in names]
            values = read_list(answer, "values", len(names), before)
        except ProtocolError as error:
            self.close()
            raise RunnerDied(str(error)) from error
        return dict(zip(names, values, strict=True))

    def snapshot(self, label: str) -> None:
        """Remember all variables (a shallow copy) under ``label``."""
        self._do(Frame({"do": "snapshot", "label": label}))

    def restore(self, label: str, names: Collection[str] | None = None) -> None:
        """Go back to the variables of a snapshot, or to just these of them."""
        listed = None if names is None else sorted(names)
        self._do(Frame({"do": "restore", "label": label, "names": listed}))

    def delete(self, names: Collection[str]) -> None:
        """Remove variables, those that exist."""
        self._do(Frame({"do": "delete", "names": sorted(names)}))

    def set_default_dtype(self, dtype: torch.dtype) -> None:
        """Set torch's default dtype for what runs next."""
        self._do(Frame({"do": "default_dtype", "dtype": str(dtype).removeprefix("torch.")}))

    def _do(self, request: Frame) -> Frame:
        """Ask for something that runs no code of the submission's. Raises RunnerDied."""
        try:
            return self._ask(request, _PATIENCE)
        except TimeoutError as error:
            raise RunnerDied("the process of the submission does not answer") from error

    def _look(self) -> None:
        if self._memory.exceeded():
            raise EOFError("the processes of the submission hold too much memory together")

    def _ask(self, request: Frame, seconds: float) -> Frame:
        """Raises RunnerDied when the process is gone, TimeoutError when its time was up."""
        if not self._alive:
            raise RunnerDied("the process of the submission has ended")
        left = self._end - time.monotonic()
        try:
            return self._channel.ask(request, min(seconds, left))
        except TimeoutError:
            self.close()
            raise
        except (EOFError, OSError, ProtocolError) as error:
            self.close()
            raise RunnerDied("the process of the submission has ended") from error


def open_runner(sandbox: Sandbox, limits: Limits | None = None) -> Runner:
    """Start the process of one submission. Raises RunnerDied when it does not come up."""
    limits = limits or Limits()
    return Runner(spawn(sandbox, limits), limits)
