"""The parts of an answer, checked. All raise ProtocolError for what no answer has."""

from __future__ import annotations

from typing import cast

from torch import Tensor

from autograder.grading.feedback.terminal import plain_text
from autograder.grading.protocol import Frame, ProtocolError, decode_text
from autograder.grading.results import Fetched, Status
from autograder.grading.values import read_description, same_bytes

__all__ = ["differ", "read_end", "read_list"]


def read_end(answer: Frame) -> tuple[Status, str, str]:
    """How a cell or call ended, with the name and message of its exception, fit for a terminal."""
    status, name = answer.header.get("status"), answer.header.get("error")
    if status not in ("ok", "raised", "timeout") or not isinstance(name, str):
        raise ProtocolError("a cell did not end in any of the ways that there are")
    name = plain_text(name[:200].encode("utf-8", "replace").decode())
    message = plain_text(decode_text(answer, answer.header.get("message")))
    return cast(Status, status), name, message


def read_list(answer: Frame, key: str, count: int) -> list[Fetched]:
    """The values of an answer, exactly ``count`` of them."""
    listed = answer.header.get(key)
    if not isinstance(listed, list) or len(listed) != count:
        raise ProtocolError("an answer has another number of values than was asked for")
    return [read_description(answer, item) for item in listed]


def differ(before: Tensor, after: Fetched) -> bool:
    """Whether an argument is not, bit for bit, what it was before a call."""
    return not isinstance(after, Tensor) or not same_bytes(before, after)
