"""The grader's end of the socket to a submission's process: whole frames, or a deadline."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable

from autograder.grading.protocol import Frame, ProtocolError, read_frame, write_frame

__all__ = ["Channel"]

_CHUNK = 1 << 20
_GLANCE = 0.1  # seconds between two looks at what the process is doing


class Channel:
    """Sends a request and waits for its answer, for so long and no longer.

    Each request has a random number that its answer must repeat: what a cell writes to the
    socket ahead of time answers nothing.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._deadline = 0.0
        # Called now and then while an answer is awaited; what it raises ends the waiting.
        self.meanwhile: Callable[[], None] | None = None

    def ask(self, request: Frame, seconds: float) -> Frame:
        """The answer to ``request``.

        Raises TimeoutError when it is not complete in time, EOFError when the other end is
        closed, and ProtocolError when it says anything else.
        """
        self._deadline = time.monotonic() + seconds
        request.header["request"] = number = secrets.token_hex(8)
        try:
            write_frame(self._send, request)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        answer = read_frame(self._receive)
        if answer.header.get("to") != number:
            raise ProtocolError("an answer came to a question that was not asked")
        return answer

    def hear(self, seconds: float) -> Frame:
        """The frame that comes unasked: a process says that it is ready. Raises as ``ask``."""
        self._deadline = time.monotonic() + seconds
        return read_frame(self._receive)

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(data)  # the timeout is for all of it

    def _receive(self, count: int) -> bytes:
        received = bytearray()
        while len(received) < count:
            self._socket.settimeout(min(self._left(), _GLANCE))
            try:
                chunk = self._socket.recv(min(count - len(received), _CHUNK))
            except TimeoutError:
                if self.meanwhile is not None:
                    self.meanwhile()
                continue
            except ConnectionResetError as error:
                raise EOFError from error
            if not chunk:
                raise EOFError
            received += chunk
        return bytes(received)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
