"""The grader's side of a submission's process: ask, wait, check what comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import torch

from autograder.grading.asking import Asked
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
from autograder.grading.sandbox.spawn import Sandbox, spawn
from autograder.grading.values import encode_value, read_description, tensors_in

__all__ = ["Runner", "open_runner"]

# A cell whose time is up is told so inside; when that does not end it, the process is killed.
_GRACE = 5.0
# Of all outputs of a submission: they stay in memory until its feedback is written.
_OUTPUT_BYTES = 48 << 20
_LEFT_OUT = "[this notebook shows more than is kept; the outputs of this cell are left out]\n"


class Runner(Asked):
    """One submission's untrusted process. A context manager: leaving it ends the process.

    After a death ``run`` and ``call`` have the status "killed", and the rest raises RunnerDied.
    Everything returned has been checked for size, dtype and shape.
    """

    _room = _OUTPUT_BYTES

    def run(self, source: str, *, silent: bool, timeout: float) -> CellResult:
        """Run a cell. A silent one has no outputs, draws no figures and formats no traceback."""
        return self._run(Frame({"do": "run"}), source, silent, timeout)[0]

    def run_each(self, cells: Sequence[tuple[str, float]], *, silent: bool) -> Iterator[CellResult]:
        """Run cells, each a source and its seconds, one after the other, without waiting between.

        Their results, as of ``run``, as they come; none after one that ends the process.
        """
        request: Frame | None = Frame({"do": "run_each", "silent": silent})
        assert request is not None
        request.header["timeouts"] = [seconds for _, seconds in cells]
        request.header["sources"] = [encode_text(request, source) for source, _ in cells]
        for _, seconds in cells:
            result, _ = self._ended(request, seconds, (), None)
            yield result
            if not self.alive:
                return
            request = None

    def begin(
        self, source: str, *, timeout: float, label: str, names: Collection[str], dtype: torch.dtype
    ) -> CellResult:
        """Go back to these variables of a snapshot, set the default dtype, run a cell silently."""
        header = {"do": "begin", "label": label, "names": sorted(names), "dtype": _name(dtype)}
        return self._run(Frame(header), source, True, timeout)[0]

    def attempt(
        self,
        source: str,
        *,
        timeout: float,
        put: Mapping[str, Any],
        fetch: Sequence[str],
        known: Mapping[str, Known],
        shows: bool = False,
    ) -> tuple[CellResult, dict[str, Fetched]]:
        """``put``, a silent ``run`` and ``fetch`` in one; no values come if the process died.

        ``shows``: a statement that only shows something may fail, and the next one runs.
        """
        request = Frame({"do": "try", "shows": shows})
        request.header["values"] = {name: encode_value(request, put[name]) for name in put}
        return self._run(request, source, True, timeout, fetch, known)

    def _run(
        self,
        request: Frame,
        source: str,
        silent: bool,
        timeout: float,
        fetch: Sequence[str] = (),
        known: Mapping[str, Known] | None = None,
    ) -> tuple[CellResult, dict[str, Fetched]]:
        request.header |= {"silent": silent, "timeout": timeout, **_wanted(fetch, known)}
        request.header["source"] = encode_text(request, source)
        return self._ended(request, timeout, fetch, known)

    def _ended(
        self,
        request: Frame | None,
        timeout: float,
        fetch: Sequence[str],
        known: Mapping[str, Known] | None,
    ) -> tuple[CellResult, dict[str, Fetched]]:
        """How a cell ended: that of a request, or the next one of the last request."""
        values: dict[str, Fetched] = {}
        try:
            answer = self._ask(request, timeout + _GRACE)
            status, name, message, line = read_end(answer)
            outputs = self._outputs(answer)
            if fetch:
                values = _values(answer, fetch, known)
        except TimeoutError:
            return CellResult("timeout"), {}
        except (RunnerDied, ProtocolError):
            self.close()
            return CellResult("killed"), {}
        return CellResult(status, outputs, name, message, line), values

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
            status, error, message, line = read_end(answer)
            result = read_description(answer, answer.header.get("result"))
            after = read_list(answer, "arguments", len(given))
        except TimeoutError:
            return Called("timeout")
        except (RunnerDied, ProtocolError):
            self.close()
            return Called("killed")
        pairs = zip(given, after, strict=True)
        changed = tuple(number for number, pair in enumerate(pairs) if differ(*pair))
        return Called(status, result, changed, error, message, line)

    def put(self, values: Mapping[str, Any]) -> None:
        """Define variables: fresh tensors without graph or ``.grad``, numbers, and so on."""
        request = Frame({"do": "put"})
        encoded = {name: encode_value(request, value) for name, value in values.items()}
        request.header["values"] = encoded
        self._do(request)

    def fetch(
        self, names: Sequence[str], known: Mapping[str, Known] | None = None
    ) -> dict[str, Fetched]:
        """The values of variables; where one is as it was put, and ``known``, that tensor."""
        answer = self._do(Frame({"do": "fetch", **_wanted(names, known)}))
        try:
            return _values(answer, names, known)
        except ProtocolError as error:
            self.close()
            raise RunnerDied(str(error)) from error

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
        self._do(Frame({"do": "default_dtype", "dtype": _name(dtype)}))


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _wanted(names: Sequence[str], known: Mapping[str, Known] | None) -> dict[str, Any]:
    return {"fetch": list(names), "known": [name for name in names if name in (known or {})]}


def _values(
    answer: Frame, names: Sequence[str], known: Mapping[str, Known] | None
) -> dict[str, Fetched]:
    before = [(known or {}).get(name) for name in names]
    return dict(zip(names, read_list(answer, "values", len(names), before), strict=True))


def open_runner(sandbox: Sandbox, limits: Limits | None = None) -> Runner:
    """Start the process of one submission. Raises RunnerDied when it does not come up."""
    limits = limits or Limits()
    return Runner(spawn(sandbox, limits), limits)
