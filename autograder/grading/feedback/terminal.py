"""A terminal's text as HTML: its colors, and nothing else of what it would tell a terminal."""

from __future__ import annotations

import re
from html import escape

__all__ = ["plain_text", "terminal_html"]

# A color sequence; or any other sequence or control character, which is dropped.
_PARTS = re.compile(
    r"\x1b\[([\d;]{0,40})m"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    # Marks that turn the direction of writing, and can make code read as what it is not.
    r"|[\u202a-\u202e\u2066-\u2069]"
)
_LONGEST = 100_000  # characters of one text that are shown


def plain_text(text: str) -> str:
    """The text without sequences and control characters; newlines and tabs stay."""
    return _PARTS.sub("", _one_kind_of_line(_shortened(text)))


def terminal_html(text: str) -> str:
    """The text as escaped HTML, with spans for bold and for the sixteen colors."""
    text = _one_kind_of_line(_shortened(text))
    out: list[str] = []
    place, bold, color = 0, False, ""
    for part in _PARTS.finditer(text):
        _add(out, text[place : part.start()], bold, color)
        place = part.end()
        if part.group(1) is not None:
            bold, color = _changed(part.group(1), bold, color)
    _add(out, text[place:], bold, color)
    return "".join(out)


def _add(out: list[str], text: str, bold: bool, color: str) -> None:
    if not text:
        return
    classes = " ".join(filter(None, ["ansi-bold" if bold else "", color]))
    written = escape(text)
    out.append(f'<span class="{classes}">{written}</span>' if classes else written)


def _changed(codes: str, bold: bool, color: str) -> tuple[bool, str]:
    numbers = [int(code) if code else 0 for code in codes.split(";")]
    if numbers[0] in (38, 48):  # one of many colors: they are only for show
        return bold, color
    for number in numbers:
        if number == 0:
            bold, color = False, ""
        elif number in (1, 22):
            bold = number == 1
        elif 30 <= number <= 37:
            color = f"ansi-{number - 30}"
        elif 90 <= number <= 97:
            color = f"ansi-{number - 90}"
        elif number == 39:
            color = ""
    return bold, color


def _one_kind_of_line(text: str) -> str:
    """Only newlines; of a line that was written over and over, as progress bars do, the last."""
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
        text = "\n".join(lines)
    return text


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    hidden = len(text) - 2 * half
    return f"{text[:half]}\n... ({hidden:,} characters are not shown) ...\n{text[-half:]}"
