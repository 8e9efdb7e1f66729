"""The grader's end of the socket to a submission's process: whole frames, or a deadline."""

from __future__ import annotations

import secrets
import select
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
        end.setblocking(False)
        self._socket = end
        self._received = bytearray()  # and not asked for yet
        self._deadline = 0.0
        self._number = ""  # of the last request
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
        self._number = number
        return self.next_answer(seconds)

    def next_answer(self, seconds: float) -> Frame:
        """One more answer to the last request, for one that has several. Raises as ``ask``."""
        self._deadline = time.monotonic() + seconds
        answer = read_frame(self._receive)
        if answer.header.get("to") != self._number:
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
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)

    def _receive(self, count: int) -> bytes:
        while len(self._received) < count:
            self._wait(select.POLLIN)
            try:
                chunk = self._socket.recv(_CHUNK)
            except BlockingIOError:
                continue
            except ConnectionResetError as error:
                raise EOFError from error
            if not chunk:
                raise EOFError
            self._received += chunk
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    def _wait(self, event: int) -> None:
        """Wait until there is something to read, or room to write."""
        ready = select.poll()
        ready.register(self._socket, event)
        while not ready.poll(1000 * min(self._left(), _GLANCE)):
            if self.meanwhile is not None:
                self.meanwhile()

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
