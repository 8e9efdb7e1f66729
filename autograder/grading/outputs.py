"""From what a submission's process says it has shown to notebook outputs."""

from __future__ import annotations

from typing import Any

from autograder.grading.protocol import Frame, ProtocolError, decode_text

__all__ = ["read_outputs"]

_OUTPUTS = 256
_COUNT = 1 << 31
# What a notebook may show. JavaScript, widgets and whatever else is left out: nothing of a
# submission runs where its feedback is read.
_KINDS = (
    *("text/plain", "text/html", "text/markdown", "text/latex"),
    *("image/png", "image/jpeg", "image/svg+xml"),
)


def read_outputs(frame: Frame, listed: Any) -> tuple[dict[str, Any], ...]:
    """The outputs in nbformat's version 4. Raises ProtocolError for anything else.

    Texts are as the submission has them: whoever shows them has to sanitize them.
    """
    if not isinstance(listed, list) or len(listed) > _OUTPUTS:
        raise ProtocolError("the outputs of a cell are not a list of bounded length")
    return tuple(_read_output(frame, output) for output in listed)


def _read_output(frame: Frame, output: Any) -> dict[str, Any]:
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        text = decode_text(frame, output.get("text"))
        return {"output_type": kind, "name": output["name"], "text": text}
    if kind == "error":
        return {
            "output_type": kind,
            "ename": _name(output.get("ename")),
            "evalue": decode_text(frame, output.get("evalue")),
            "traceback": decode_text(frame, output.get("traceback")).split("\n"),
        }
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
        data = {name: decode_text(frame, output["data"][name]) for name in _kinds(output["data"])}
        shown: dict[str, Any] = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            count = output.get("execution_count")
            if type(count) is not int or not 0 <= count < _COUNT:
                raise ProtocolError("an output has no number")
            shown["execution_count"] = count
        return shown
    raise ProtocolError("an output is of no kind that notebooks have")


def _kinds(data: dict[str, Any]) -> list[str]:
    return [kind for kind in _KINDS if kind in data]


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ProtocolError("an exception has no name")
    return value[:200].encode("utf-8", "replace").decode()
