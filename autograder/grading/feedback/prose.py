"""Markdown as HTML, with formulas marked for typesetting where the page is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
)

from autograder.grading.feedback.clean import clean_html, picture
from autograder.grading.feedback.terminal import plain_text

__all__ = ["latex_html", "prose_html", "tex_html"]

# Some patterns of the parser take time that grows with the square of the length.
_LONGEST = 20_000
_OPENINGS = ("\\\\[", "\\\\(", "\\begin{")
_MOST_OPENINGS = 200
_DELIMITED = re.compile(r"\s*(\$\$?|\\\[|\\\()(.*?)(\$\$?|\\\]|\\\))\s*\Z", re.DOTALL)


class _Renderer(IPythonRenderer):
    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        try:
            return str(super().image(text, url, title))
        except InvalidNotebook:  # an attachment that is not there
            return escape(text)

    def block_math(self, body: str) -> str:
        return tex_html(body, display=True)

    def inline_math(self, body: str) -> str:
        return tex_html(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return tex_html(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


def tex_html(formula: str, *, display: bool) -> str:
    """A formula, to be typeset in the browser; it reads as TeX where there is no JavaScript."""
    return f'<span class="tex{" display" if display else ""}">{escape(formula)}</span>'


def latex_html(latex: str) -> str:
    """A ``text/latex`` output: a formula in its delimiters, or text with formulas."""
    whole = _DELIMITED.match(latex)
    if whole and whole.group(1) not in whole.group(2):
        return tex_html(plain_text(whole.group(2)), display=whole.group(1) in ("$$", "\\["))
    return prose_html(latex)


def prose_html(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown as clean HTML; ``attachments`` are the pictures of a notebook's cell."""
    if not attachments:
        return _prose_html(source)
    inside = _Renderer(escape=False, exclude_anchor_links=True, attachments=_pictures(attachments))
    return _rendered(source, inside)


@lru_cache(maxsize=512)
def _prose_html(source: str) -> str:
    return _rendered(source, _Renderer(escape=False, exclude_anchor_links=True))


def _rendered(source: str, renderer: _Renderer) -> str:
    source = plain_text(source)
    if len(source) <= _LONGEST and sum(map(source.count, _OPENINGS)) <= _MOST_OPENINGS:
        try:
            return clean_html(MarkdownWithMath(renderer=renderer).render(source))
        except Exception:  # whatever the parser makes of what a student wrote
            pass
    return f"<pre>{escape(source)}</pre>"


def _pictures(attachments: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {
        name: {kind: data for kind, data in kinds.items() if picture(kind, str(data))}
        for name, kinds in attachments.items()
        if isinstance(kinds, Mapping) and any(picture(k, str(d)) for k, d in kinds.items())
    }
