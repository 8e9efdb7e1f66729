"""The outputs of a cell as clean HTML."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.grading.feedback.clean import clean_html, picture
from autograder.grading.feedback.prose import latex_html, prose_html
from autograder.grading.feedback.terminal import terminal_html

__all__ = ["error_html", "output_html", "outputs_html"]

_TAG = re.compile(r"<[^>]*>")
_MOST_OUTPUTS = 300
_LARGEST_PICTURE = 8_000_000  # characters of base64


def outputs_html(outputs: Iterable[Mapping[str, Any]]) -> str:
    """All outputs of a cell, in order."""
    listed = list(outputs)
    shown = "".join(output_html(output) for output in listed[:_MOST_OUTPUTS])
    if len(listed) > _MOST_OUTPUTS:
        shown += f"<p>({len(listed) - _MOST_OUTPUTS:,} more outputs are not shown.)</p>"
    return shown


def output_html(output: Mapping[str, Any]) -> str:
    """One output in nbformat's version 4; empty if nothing of it can be shown."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return f'<pre class="{name}">{terminal_html(_text(output.get("text")))}</pre>'
    if kind == "error":
        return error_html(output)
    if kind in ("display_data", "execute_result"):
        return data_html(output.get("data") or {})
    return ""


def error_html(output: Mapping[str, Any], *, traceback: bool = True) -> str:
    """An exception, with its traceback or its name and message alone."""
    lines = output.get("traceback")
    if traceback and isinstance(lines, list) and lines:
        text = "\n".join(map(str, lines))
    else:
        text = f"{output.get('ename', '')}: {output.get('evalue', '')}"
    return f'<pre class="error">{terminal_html(text)}</pre>'


def data_html(data: Mapping[str, Any]) -> str:
    """The richest form of a value that can be shown without running anything."""
    if "text/html" in data:
        html = clean_html(_text(data["text/html"]))
        if "<img" in html or _TAG.sub("", html).strip():  # a script leaves nothing to look at
            return f'<div class="html">{html}</div>'
    if "text/markdown" in data:
        return f'<div class="html">{prose_html(_text(data["text/markdown"]))}</div>'
    for kind in ("image/svg+xml", "image/png", "image/jpeg", "image/gif"):
        shown = _picture(kind, _text(data[kind])) if kind in data else ""
        if shown:
            return f"<div>{shown}</div>"
    if "text/latex" in data:
        return f'<div class="html">{latex_html(_text(data["text/latex"]))}</div>'
    if "text/plain" in data:
        return f"<pre>{terminal_html(_text(data['text/plain']))}</pre>"
    return ""


def _picture(kind: str, data: str) -> str:
    if kind == "image/svg+xml":  # as a picture, an SVG runs nothing and loads nothing
        data = base64.b64encode(data.encode("utf-8", "replace")).decode("ascii")
    if len(data) > _LARGEST_PICTURE:
        return "(A picture is too large to be shown.)"
    return picture(kind, data)


def _text(value: Any) -> str:
    """A text, which notebook files may hold as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
