"""Answers to the grader's requests: one function for each."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import torch

from autograder.grading.protocol import Frame, encode_text
from autograder.grading.runner.namespace import Namespace
from autograder.grading.runner.shell import CellShell
from autograder.grading.values import decode_value, describe_value, tensors_in

__all__ = ["Requests"]

_MESSAGE = 10_000  # characters of an exception's message


class _TimeUp(BaseException):
    """The cell's time is up; no `except Exception` of a student's catches it."""


class Requests:
    """Carries out requests on one notebook's variables."""

    def __init__(self, shell: CellShell) -> None:
        self._shell = shell
        self._namespace = Namespace(shell)
        self._time_up = False

    def answer(self, request: Frame) -> Frame:
        """Do what the request's ``do`` names; returns the frame to send back."""
        actions: dict[str, Callable[[Frame], Frame]] = {
            "run": self._run,
            "call": self._call,
            "put": self._put,
            "fetch": self._fetch,
            "snapshot": self._snapshot,
            "restore": self._restore,
            "delete": self._delete,
            "default_dtype": self._default_dtype,
        }
        return actions[request.header["do"]](request)

    def _run(self, request: Frame) -> Frame:
        outputs = self._shell.outputs
        silent = bool(request.header["silent"])
        outputs.begin(quiet=silent)
        source = request.blob(request.header["source"]).decode("utf-8")
        error: BaseException | None = None
        try:
            with self._alarm(request.header["timeout"]):
                ended = self._shell.run_cell(  # type: ignore[no-untyped-call]
                    source, store_history=not silent, silent=silent
                )
            error = ended.error_before_exec or ended.error_in_exec
        except BaseException as raised:  # whatever a cell does to IPython is its own error
            error = raised
        answer = self._ended(error)
        answer.header["outputs"] = [_pack(answer, output) for output in outputs.take()]
        return answer

    def _call(self, request: Frame) -> Frame:
        self._shell.outputs.begin(quiet=True)
        arguments = [decode_value(request, tree) for tree in request.header["arguments"]]
        result: Any = None
        error: BaseException | None = None
        try:
            function = self._namespace.variables[request.header["name"]]
            with self._alarm(request.header["timeout"]):
                result = function(*arguments)
        except BaseException as raised:  # whatever a student's function raises is its verdict
            error = raised
        answer = self._ended(error)
        answer.header["result"] = describe_value(answer, result)
        after = [describe_value(answer, tensor) for tensor in tensors_in(arguments)]
        answer.header["arguments"] = after
        return answer

    def _ended(self, error: BaseException | None) -> Frame:
        status = "timeout" if self._time_up else "ok" if error is None else "raised"
        answer = Frame({"status": status})
        answer.header["error"] = type(error).__name__[:200] if error is not None else ""
        try:
            message = str(error) if error is not None else ""
        except BaseException:
            message = ""
        answer.header["message"] = encode_text(answer, message[:_MESSAGE])
        return answer

    @contextlib.contextmanager
    def _alarm(self, seconds: float) -> Iterator[None]:
        """Raise in the main thread when the time is up. Code that ignores it is killed later."""
        self._time_up = False

        def ring(number: int, frame: FrameType | None) -> None:
            self._time_up = True
            raise _TimeUp(f"the cell ran for more than {seconds:g} seconds")

        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        begun = time.monotonic()
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._time_up = self._time_up or time.monotonic() - begun > seconds

    def _put(self, request: Frame) -> Frame:
        values = request.header["values"]
        self._namespace.define({name: decode_value(request, values[name]) for name in values})
        return Frame({})

    def _fetch(self, request: Frame) -> Frame:
        answer = Frame({})
        variables = self._namespace.variables
        answer.header["values"] = [
            describe_value(answer, variables[name]) if name in variables else {"missing": True}
            for name in request.header["names"]
        ]
        return answer

    def _snapshot(self, request: Frame) -> Frame:
        self._namespace.keep(request.header["label"])
        return Frame({})

    def _restore(self, request: Frame) -> Frame:
        self._namespace.bring_back(request.header["label"], request.header["names"])
        return Frame({})

    def _delete(self, request: Frame) -> Frame:
        self._namespace.delete(request.header["names"])
        return Frame({})

    def _default_dtype(self, request: Frame) -> Frame:
        torch.set_default_dtype(getattr(torch, request.header["dtype"]))
        return Frame({})


def _pack(frame: Frame, output: dict[str, Any]) -> dict[str, Any]:
    """An output with its texts as blobs."""
    packed = dict(output)
    if "text" in output:
        packed["text"] = encode_text(frame, "".join(output["text"]))
    if "data" in output:
        packed["data"] = {
            str(kind)[:100]: encode_text(frame, _as_text(value))
            for kind, value in output["data"].items()
        }
        packed["metadata"] = {}
    if "traceback" in output:
        packed["ename"] = str(output["ename"])[:200]
        packed["evalue"] = encode_text(frame, output["evalue"][:_MESSAGE])
        packed["traceback"] = encode_text(frame, "\n".join(map(str, output["traceback"])))
    return packed


def _as_text(value: Any) -> str:
    """A picture's bytes as base64, as notebooks have them; anything else but text as ``str``."""
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, str) else str(value)
