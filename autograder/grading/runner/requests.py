"""Answers to the grader's requests: one function for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from autograder.grading.protocol import Frame, encode_text
from autograder.grading.runner.alarm import Alarm
from autograder.grading.runner.lines import line_of
from autograder.grading.runner.namespace import Namespace
from autograder.grading.runner.packing import pack
from autograder.grading.runner.shell import CellShell
from autograder.grading.values import decode_value, describe_value, tensors_in

__all__ = ["Requests"]

_MESSAGE = 10_000  # characters of an exception's message


@dataclass(frozen=True)
class _Foreseen:
    """A cell that has run already: its answer, and the variables after it."""

    source: str
    answer: Frame
    variables: dict[str, Any]


class Requests:
    """Carries out requests on one notebook's variables."""

    def __init__(self, shell: CellShell) -> None:
        self._shell = shell
        self._namespace = Namespace(shell)
        self._alarm = Alarm()
        self._foreseen: list[_Foreseen] = []
        self._variables: dict[str, Any] | None = None  # after the last foreseen cell asked for

    def run_ahead(self, request: Frame) -> bool:
        """Run a cell before it is asked for, and keep the answer; whether it came to its end."""
        foreseen, self._foreseen = self._foreseen, []
        source = request.blob(request.header["source"]).decode("utf-8")
        answer = self._run(request)
        ahead = _Foreseen(source, answer, dict(self._namespace.variables))
        self._foreseen = [*foreseen, ahead]
        return bool(answer.header["status"] == "ok")

    def answers(self, request: Frame) -> Iterator[Frame]:
        """Do what the request's ``do`` names; yields the frames to send back, mostly one."""
        if request.header["do"] == "run_each":
            told = request.header
            for source, timeout in zip(told["sources"], told["timeouts"], strict=True):
                cell = {"source": source, "timeout": timeout, "silent": told["silent"]}
                yield self._run(Frame(cell, request.blobs))
        else:
            yield self._answer(request)

    def _answer(self, request: Frame) -> Frame:
        actions: dict[str, Callable[[Frame], Frame]] = {
            "begin": self._begin,
            "run": self._run,
            "try": self._try,
            "call": self._call,
            "put": self._put,
            "fetch": self._fetch,
            "snapshot": self._snapshot,
            "restore": self._restore,
            "delete": self._delete,
            "default_dtype": self._default_dtype,
        }
        if request.header["do"] not in ("run", "snapshot"):
            self._foreseen.clear()
            self._variables = None
        return actions[request.header["do"]](request)

    def _run(self, request: Frame) -> Frame:
        outputs = self._shell.outputs
        silent = bool(request.header["silent"])
        source = request.blob(request.header["source"]).decode("utf-8")
        if (foreseen := self._is_foreseen(source)) is not None:
            outputs_of = [] if silent else foreseen.header["outputs"]
            return Frame({**foreseen.header, "outputs": outputs_of}, foreseen.blobs)
        outputs.begin(quiet=silent)
        error: BaseException | None = None
        try:
            with self._alarm.within(request.header["timeout"]):
                if silent:
                    error = self._shell.run_quietly(source, bool(request.header.get("shows")))
                else:
                    error = self._shell.run_loudly(source)
        except BaseException as raised:  # whatever a cell does to IPython is its own error
            error = raised
        answer = self._ended(error)
        answer.header["outputs"] = [pack(answer, output) for output in outputs.take()]
        return answer

    def _is_foreseen(self, source: str) -> Frame | None:
        """The answer for a cell that has run already; from the first other one on there is none."""
        if self._foreseen and self._foreseen[0].source == source:
            seen = self._foreseen.pop(0)
            self._variables = seen.variables if self._foreseen else None
            return seen.answer
        self._foreseen.clear()
        self._variables = None
        return None

    def _begin(self, request: Frame) -> Frame:
        """Go back to a kept state, with another default dtype, and run a cell there."""
        self._restore(request)
        self._default_dtype(request)
        return self._run(request)

    def _try(self, request: Frame) -> Frame:
        """Define variables, run a cell, describe variables: what it takes to judge an answer."""
        self._put(request)
        answer = self._run(request)
        missing = {*request.header["fetch"][:1]} - self._namespace.variables.keys()
        if missing and self._shell.passed_over and answer.header["status"] == "ok":
            answer = self._ended(self._shell.passed_over)  # it did not only show something
            answer.header["outputs"] = []
        self._describe(request, answer)
        return answer

    def _call(self, request: Frame) -> Frame:
        self._shell.outputs.begin(quiet=True)
        arguments = [decode_value(request, tree) for tree in request.header["arguments"]]
        result: Any = None
        error: BaseException | None = None
        try:
            function = self._namespace.variables[request.header["name"]]
            with self._alarm.within(request.header["timeout"]):
                result = function(*arguments)
        except BaseException as raised:  # whatever a student's function raises is its verdict
            error = raised
        answer = self._ended(error)
        answer.header["result"] = describe_value(answer, result)
        after = [describe_value(answer, tensor) for tensor in tensors_in(arguments)]
        answer.header["arguments"] = after
        return answer

    def _ended(self, error: BaseException | None) -> Frame:
        status = "timeout" if self._alarm.rang else "ok" if error is None else "raised"
        answer = Frame({"status": status})
        answer.header["error"] = type(error).__name__[:200] if error is not None else ""
        try:
            message = str(error) if error is not None else ""
        except BaseException:
            message = ""
        answer.header["message"] = encode_text(answer, message[:_MESSAGE])
        answer.header["line"] = line_of(error)
        return answer

    def _put(self, request: Frame) -> Frame:
        values = request.header["values"]
        self._namespace.define({name: decode_value(request, values[name]) for name in values})
        return Frame({})

    def _fetch(self, request: Frame) -> Frame:
        answer = Frame({})
        self._describe(request, answer)
        return answer

    def _describe(self, request: Frame, answer: Frame) -> None:
        known = set(request.header["known"])
        answer.header["values"] = [
            {"as_given": True}
            if name in known and self._namespace.as_given(name)
            else self._value(answer, name)
            for name in request.header["fetch"]
        ]

    def _value(self, answer: Frame, name: str) -> dict[str, Any]:
        variables = self._namespace.variables
        return describe_value(answer, variables[name]) if name in variables else {"missing": True}

    def _snapshot(self, request: Frame) -> Frame:
        # Where cells have run that were not asked for yet, their variables are not there yet.
        self._namespace.keep(request.header["label"], self._variables)
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
