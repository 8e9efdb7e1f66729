"""What a cell has shown, as it goes to the grader."""

from __future__ import annotations

import base64
from typing import Any

from autograder.grading.protocol import Frame, encode_text

__all__ = ["pack"]

_MESSAGE = 10_000  # characters of an exception's message


def pack(frame: Frame, output: dict[str, Any]) -> dict[str, Any]:
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
        return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, str) else str(value)
