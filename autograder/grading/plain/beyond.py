"""The student's variables and functions, as a test in our own process sees them."""

from __future__ import annotations

import base64
import builtins
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from autograder.grading.plain.pack import Packed, Unpackable, pack, unpack
from autograder.grading.results import NotATensor
from autograder.grading.runner_process import Runner

__all__ = ["Beyond", "CannotCross", "Ended", "StudentError", "TooLong"]

_SERVE = "_autograder_serve"
_BEGIN = f"from autograder.grading.plain.inside import serve as {_SERVE}"
_QUICK = 30.0
_PIECE = 384 << 10  # bytes of a file at a time: a frame takes a bit more than that as text


class CannotCross(BaseException):
    """A test needs something of the student's that cannot be had as a plain value.

    No ``except Exception`` of a test catches it.
    """


class Ended(BaseException):
    """The student's process took too long, or is gone: "timeout" or "killed"."""


class TooLong(BaseException):
    """The time of a test is up."""


class StudentError(Exception):
    """An exception of a class that the student has defined."""


class Beyond:
    """Asks a submission's process. ``seconds`` is how long one call of a function may take."""

    def __init__(self, runner: Runner, seconds: float) -> None:
        self._runner = runner
        self._seconds = seconds
        self.busy = False  # while an answer is awaited: nothing may interrupt that
        self.expired = False  # the time of the test was up in the meantime

    @property
    def seconds(self) -> float:
        """How long one call may take."""
        return self._seconds

    def begin(self, environment: Mapping[str, str], files: Mapping[str, bytes]) -> None:
        """Before the first cell: set variables of the environment, put files beside the notebook.

        Raises Ended, and CannotCross where a file does not find room.
        """
        self._ask({"do": "begin", "environment": dict(environment)}, _QUICK)
        for name, content in files.items():
            for place in range(0, len(content) or 1, _PIECE):
                piece = base64.b64encode(content[place : place + _PIECE]).decode("ascii")
                self._ask({"do": "write", "name": name, "content": piece}, _QUICK)

    def get(self, name: str) -> Any:
        """The student's variable. Raises KeyError if there is none."""
        answer = self._ask({"do": "get", "name": name}, _QUICK)
        if answer.get("missing"):
            raise KeyError(name)
        return self._value(answer.get("value"), f"`{name}`")

    def has(self, name: str) -> bool:
        """Whether the student has a variable of that name."""
        return bool(self._ask({"do": "has", "name": name}, _QUICK).get("has"))

    def restore(self, name: str, function: Callable[..., Any]) -> None:
        """Give one of the student's own functions a name in the student's process (again)."""
        packed = self._pack(function, f"`{name}`")
        self._ask({"do": "set", "name": name, "value": packed}, _QUICK)

    def delete(self, name: str) -> None:
        """Remove the student's variable."""
        self._ask({"do": "delete", "name": name}, _QUICK)

    def _call(self, handle: int, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
        packed = self._pack((arguments, named), f"an argument of `{name}`")
        request = {"do": "call", "handle": handle, "arguments": packed}
        answer = self._ask(request, self._seconds)
        sys.stdout.write(str(answer.get("printed", "")))
        after = answer.get("arguments")
        if after is not None:
            _update(arguments, self._value(after, f"an argument of `{name}`"))
        if "raised" in answer:
            raise _error(answer)
        return self._value(answer.get("value"), f"the result of `{name}`")

    def _function(self, parts: Packed) -> Callable[..., Any]:
        handle, name, doc = int(parts[0]), str(parts[1]), parts[2]

        def stand_in(*arguments: Any, **named: Any) -> Any:
            return self._call(handle, name, list(arguments), named)

        stand_in.__name__ = stand_in.__qualname__ = name or "function"
        stand_in.__doc__ = doc if isinstance(doc, str) else None
        stand_in.handle = handle  # type: ignore[attr-defined]
        return stand_in

    def _pack(self, value: Any, what: str) -> str:
        try:
            return pack(value, _packed_stand_in)
        except Unpackable as error:
            raise CannotCross(f"{what} is {error}, which cannot be handed over") from error

    def _value(self, text: Any, what: str) -> Any:
        try:
            return unpack(str(text), self._function)
        except Unpackable as error:
            raise CannotCross(f"{what} is {error}, which cannot be handed over") from error

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if not self._runner.alive:
            raise Ended("killed")
        self.busy = True
        try:
            self._runner.run(_BEGIN, silent=True, timeout=_QUICK)
            called = self._runner.call(_SERVE, [json.dumps(request)], timeout=seconds)
        finally:
            self.busy = False
        if self.expired:
            raise Ended("timeout")
        if called.status in ("timeout", "killed"):
            raise Ended(called.status)
        pieces = called.result.items if isinstance(called.result, NotATensor) else None
        texts = [piece.value for piece in pieces or () if isinstance(piece, NotATensor)]
        try:
            answer = json.loads("".join(map(str, texts)))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise CannotCross(f"the submission's process does not answer: {called.error_name}")
        if "uncrossed" in answer:
            name = request.get("name", "the result of a function")
            raise CannotCross(f"{name} is {str(answer['uncrossed'])[:300]}")
        return answer


def _packed_stand_in(value: Any) -> Packed:
    handle = getattr(value, "handle", None)
    if type(handle) is not int:
        raise Unpackable("a function of the test")
    return ["function", handle, "", None]


def _error(answer: dict[str, Any]) -> Exception:
    """The student's exception, of the nearest class that Python itself has."""
    message = str(answer.get("message", ""))[:5000]
    for name in answer["raised"] if isinstance(answer["raised"], list) else ():
        kind = getattr(builtins, str(name), None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            if kind is Exception and answer.get("name") != "Exception":
                return StudentError(f"{answer.get('name')}: {message}")
            try:
                return kind(message)
            except TypeError:  # UnicodeDecodeError and its like want more than a message
                return StudentError(f"{name}: {message}")
    return StudentError(message)


def _update(before: list[Any], after: Any) -> None:
    """Change the test's own arguments as the student's function changed its copies."""
    for own, new in zip(before, after, strict=False):
        if type(own) is not type(new):
            continue
        if isinstance(own, list):
            own[:] = new
        elif isinstance(own, dict | set):
            own.clear()
            own.update(new)
        elif type(own).__name__ == "ndarray" and own.shape == new.shape:
            own[...] = new
