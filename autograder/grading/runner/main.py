"""The main loop of the untrusted process: read a request, carry it out, answer."""

from __future__ import annotations

import socket
from functools import partial
from typing import BinaryIO

from autograder.grading.protocol import Frame, ProtocolError, read_frame, write_frame
from autograder.grading.runner.notebook import Notebook

__all__ = ["main", "serve"]


def main(descriptor: int, told: str) -> None:
    """Serve requests over an inherited socket until the grader closes it, in no confinement."""
    from autograder.grading.runner.shell import make_shell

    channel = socket.socket(fileno=descriptor)
    channel.set_inheritable(False)
    serve(channel, Notebook(make_shell()))


def serve(channel: socket.socket, notebook: Notebook) -> None:
    """Answer one request after the other; the first frame says that the process is ready."""
    requests = notebook.requests()
    write_frame(channel.sendall, Frame({"ready": True}))
    stream = channel.makefile("rb")
    while True:
        try:
            request = read_frame(partial(_receive, stream))
        except EOFError:
            return
        for answer in requests.answers(request):
            try:
                _send(channel, answer, request)
            except ProtocolError:  # more than a frame may hold: without outputs and values, then
                _send(channel, Frame({"too_large": True}), request)


def _send(channel: socket.socket, answer: Frame, request: Frame) -> None:
    answer.header["to"] = request.header["request"]
    write_frame(channel.sendall, answer)


def _receive(stream: BinaryIO, count: int) -> bytes:
    received = stream.read(count)
    if len(received) < count:
        raise EOFError
    return received
