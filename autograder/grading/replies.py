"""The parts of an answer, checked. All raise ProtocolError for what no answer has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from torch import Tensor

from autograder.grading.feedback.terminal import plain_text
from autograder.grading.protocol import Frame, ProtocolError, decode_text, encode_tensor
from autograder.grading.results import Fetched, Status
from autograder.grading.values import read_description, same_bytes

__all__ = ["Known", "differ", "read_end", "read_list"]


_MOST_LINES = 1_000_000  # of a cell


@dataclass(frozen=True)
class Known:
    """A tensor that was handed over: most values of most answers are as before.

    A process that says so is believed, as it would be if it sent the same bytes back.
    """

    tensor: Tensor

    @cached_property
    def _described(self) -> tuple[Any, Any, bytes]:
        frame = Frame({})
        described = encode_tensor(frame, self.tensor)
        return described["dtype"], described["shape"], *frame.blobs

    def is_in(self, answer: Frame, item: Any) -> bool:
        """Whether a part of an answer says this tensor is as it was, or has its very bytes."""
        if not isinstance(item, dict) or "missing" in item:
            return False
        if item.get("as_given") is True:
            return True
        dtype, shape, content = self._described
        return (
            item.get("dtype") == dtype
            and item.get("shape") == shape
            and answer.blob(item.get("tensor")) == content
        )


def read_end(answer: Frame) -> tuple[Status, str, str, int]:
    """How a cell or call ended, with its exception: name and message, fit for a terminal; line."""
    status, name = answer.header.get("status"), answer.header.get("error")
    if status not in ("ok", "raised", "timeout") or not isinstance(name, str):
        raise ProtocolError("a cell did not end in any of the ways that there are")
    name = plain_text(name[:200].encode("utf-8", "replace").decode())
    message = plain_text(decode_text(answer, answer.header.get("message")))
    line = answer.header.get("line", 0)
    if type(line) is not int or not 0 <= line <= _MOST_LINES:
        raise ProtocolError("an exception comes from a line that no cell has")
    return cast(Status, status), name, message, line


def read_list(
    answer: Frame, key: str, count: int, known: Sequence[Known | None] = ()
) -> list[Fetched]:
    """The values of an answer, exactly ``count`` of them.

    ``known``, if it is given, has for each value the tensor that it may well be: where the answer
    has its very bytes, it is returned itself.
    """
    listed = answer.header.get(key)
    if not isinstance(listed, list) or len(listed) != count:
        raise ProtocolError("an answer has another number of values than was asked for")
    return [
        tensor.tensor
        if tensor is not None and tensor.is_in(answer, item)
        else read_description(answer, item)
        for item, tensor in zip(listed, known or [None] * count, strict=True)
    ]


def differ(before: Tensor, after: Fetched) -> bool:
    """Whether an argument is not, bit for bit, what it was before a call."""
    return not isinstance(after, Tensor) or not same_bytes(before, after)
