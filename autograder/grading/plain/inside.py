"""What answers for a student's variables and functions, in the submission's own process.

It is as little to be trusted as all else there: its lies help only where the numbers are right.
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from autograder.grading.plain.pack import Packed, Unpackable, pack, unpack

__all__ = ["serve"]

_PIECE = 9_000  # characters of one text of an answer
_PIECES = 60
_PRINTED = 20_000
_handles: list[Any] = []


def serve(request: str) -> list[str]:
    """Carry out a request; the answer in pieces that are short enough to cross."""
    asked = json.loads(request)
    try:
        answer = _ACTIONS[asked["do"]](asked)
    except Unpackable as error:
        answer = {"uncrossed": str(error)}
    text = json.dumps(answer)
    if len(text) > _PIECE * _PIECES:
        text = json.dumps({"uncrossed": "a value that is too large"})
    return [text[place : place + _PIECE] for place in range(0, len(text), _PIECE)]


def _variables() -> dict[str, Any]:
    shell = get_ipython()
    assert shell is not None
    variables: dict[str, Any] = shell.user_ns
    return variables


def _handle(function: Any) -> Packed:
    number = next((n for n, known in enumerate(_handles) if known is function), len(_handles))
    if number == len(_handles):
        _handles.append(function)
    name, doc = getattr(function, "__name__", ""), getattr(function, "__doc__", None)
    return ["function", number, str(name)[:200], doc[:2000] if isinstance(doc, str) else None]


def _get(asked: dict[str, Any]) -> dict[str, Any]:
    variables = _variables()
    if asked["name"] not in variables:
        return {"missing": True}
    return {"value": pack(variables[asked["name"]], _handle)}


def _set(asked: dict[str, Any]) -> dict[str, Any]:
    _variables()[asked["name"]] = unpack(asked["value"], lambda parts: _handles[parts[0]])
    return {}


def _delete(asked: dict[str, Any]) -> dict[str, Any]:
    _variables().pop(asked["name"], None)
    return {}


def _has(asked: dict[str, Any]) -> dict[str, Any]:
    return {"has": asked["name"] in _variables()}


def _call(asked: dict[str, Any]) -> dict[str, Any]:
    function = _handles[asked["handle"]]
    arguments, named = unpack(asked["arguments"], lambda parts: _handles[parts[0]])
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            result = function(*arguments, **named)
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__ if hasattr(builtins, kind.__name__)]
        told: dict[str, Any] = {
            "raised": kinds,
            "name": type(error).__name__,
            "message": str(error)[:5000],
        }
    else:
        told = {"value": pack(result, _handle)}
    told["printed"] = printed.getvalue()[:_PRINTED]
    told["arguments"] = _arguments(arguments)
    return told


def _arguments(arguments: list[Any]) -> str | None:
    """The arguments afterwards: a function may have changed them."""
    try:
        return pack(arguments, _handle)
    except Unpackable:
        return None


def _begin(asked: dict[str, Any]) -> dict[str, Any]:
    os.environ |= asked["environment"]
    return {}


def _write(asked: dict[str, Any]) -> dict[str, Any]:
    """Append to a file beside the notebook."""
    path = Path(asked["name"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(base64.b64decode(asked["content"]))
    return {}


_ACTIONS = {
    "begin": _begin,
    "write": _write,
    "get": _get,
    "set": _set,
    "delete": _delete,
    "has": _has,
    "call": _call,
}
