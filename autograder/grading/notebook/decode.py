"""From the bytes of a submitted file to a JSON value, or one sentence why there is none."""

import codecs
import json
from typing import Any

from autograder.grading.notebook.refused import Refused
from autograder.grading.notebook.scan import MAX_DEPTH, MAX_TOKENS, scan

__all__ = ["decode", "parse"]

# The longest mark first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_NUMBER = 30  # digits; no number that matters here has more than one


def _encoding(content: bytes) -> tuple[str, str]:
    """The encoding of a file, and what is unusual about it."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            name = encoding.removesuffix("-sig").upper()
            return encoding, f"The file begins with the byte-order mark of {name}; it was read so."
    if content[:1] == b"\0" or content[1:2] == b"\0":  # JSON begins with two ASCII characters
        encoding = json.detect_encoding(content)
        return encoding, f"The file is written in {encoding.upper()}; it was read so."
    return "utf-8", ""


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file in UTF-8, -16 or -32, and the repairs that took."""
    encoding, remark = _encoding(content)
    repairs = [remark] if remark else []
    text = content.decode(encoding, errors="replace")
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        repairs.append(
            f"The file has bytes that are not {encoding.upper()}, the first after "
            f"{error.start:,} bytes; they were read as �."
        )
    return text, tuple(repairs)


def _integer(digits: str) -> int:
    """A number; a monstrous one is 0, because Python's own conversion raises or takes for ever."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else 0


def _float(digits: str) -> float:
    return float(digits) if len(digits) <= _LONGEST_NUMBER else 0.0


def parse(text: str, name: str) -> Any:
    """The value of a JSON text; ``name`` is the file's in messages.

    Raises Refused for a text that is cut off, too deep, too long or not JSON.
    """
    if not text.strip():
        raise Refused(f"{name} is empty; save the notebook and hand it in again.")
    if not text.lstrip().startswith("{"):
        raise Refused(f"{name} is not a notebook: it does not begin with a brace.")
    found = scan(text)
    if found.too_deep:
        raise Refused(f"{name} is not a notebook: it is nested more than {MAX_DEPTH} levels deep.")
    if found.too_many:
        raise Refused(
            f"{name} has more than {MAX_TOKENS:,} parts; clear its outputs and hand it in again."
        )
    if found.cut_off:
        line = text.count("\n") + 1
        inside = f", inside cell {found.cell}" if found.cell else ""
        raise Refused(
            f"{name} is cut off: it ends after {len(text):,} characters, on line {line}{inside}; "
            "hand in the whole file."
        )
    try:
        # Control characters inside of texts are no fault that matters.
        return json.loads(text, strict=False, parse_int=_integer, parse_float=_float)
    except json.JSONDecodeError as error:
        raise Refused(
            f"{name} is not a notebook: {error.msg.rstrip(':')} (line {error.lineno}, "
            f"column {error.colno})."
        ) from None  # the error holds the whole text
    except (RecursionError, ValueError, MemoryError) as error:
        raise Refused(f"{name} is not a notebook that can be read.") from error
