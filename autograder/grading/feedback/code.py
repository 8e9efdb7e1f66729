"""Python source as HTML with its syntax in colors."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import Python3Lexer

from autograder.grading.feedback.terminal import plain_text

__all__ = ["code_html", "code_style"]

_LONGEST = 20_000
# The lexer takes very long over many lines that are blank.
_BLANK = re.compile(r"(?<![ \t])[ \t]++$|(?<=\n\n)\n+", re.MULTILINE)
_FORMATTER = HtmlFormatter(nowrap=True, style="friendly")
_LEXER = Python3Lexer(stripnl=False)


@lru_cache(maxsize=1024)
def code_html(source: str) -> str:
    """The source of a cell, colored; without colors where it is very long."""
    source = _BLANK.sub("", plain_text(source))
    if len(source) > _LONGEST:
        return f'<pre class="code">{escape(source)}</pre>'
    return f'<pre class="code">{highlight(source, _LEXER, _FORMATTER).rstrip()}</pre>'


def code_style() -> str:
    """The style sheet for colored code."""
    return str(HtmlFormatter(style="friendly").get_style_defs("pre.code"))
