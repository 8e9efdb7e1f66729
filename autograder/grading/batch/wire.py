"""Messages between the grader's own processes: JSON with its length before it.

Both ends are trusted. What a submission can say comes another way, see ``protocol``.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

__all__ = ["receive", "send"]

_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 20


def send(end: socket.socket, message: dict[str, Any]) -> None:
    """Send a message. Raises OSError when the other end is gone."""
    content = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    end.sendall(_LENGTH.pack(len(content)) + content)


def receive(end: socket.socket) -> dict[str, Any]:
    """Wait for a message. Raises EOFError or OSError when the other end is gone."""
    (length,) = _LENGTH.unpack(_exactly(end, _LENGTH.size))
    content = _exactly(end, length)
    message: dict[str, Any] = json.loads(content.decode("utf-8", "surrogatepass"))
    return message


def _exactly(end: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        piece = end.recv(min(_PIECE, length - len(content)))
        if not piece:
            raise EOFError("the other process has ended")
        content += piece
    return bytes(content)
