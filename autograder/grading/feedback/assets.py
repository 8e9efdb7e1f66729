"""Styles, scripts and fonts of a feedback page, all of which travel inside of it.

A page is released to students as a single file, so nothing can lie beside it. KaTeX typesets the
mathematics; it is in ``katex/`` as its authors ship it, fetched by ``scripts/fetch_katex.sh``.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

__all__ = ["content_security_policy", "katex_script", "katex_style", "page_style", "start_script"]

_HERE = files("autograder.grading.feedback")

# Options of KaTeX: no links or styles from a formula, and a bound on what macros expand to.
_START = """
document.querySelectorAll(".cell, .comment").forEach(cell => {
  const macros = {};
  cell.querySelectorAll(".tex").forEach(formula => {
    const tex = formula.textContent;
    try {
      katex.render(tex, formula, {
        displayMode: formula.classList.contains("display"), macros, globalGroup: true,
        throwOnError: false, strict: "ignore", trust: false, maxSize: 20, maxExpand: 500,
      });
    } catch (error) {
      formula.textContent = tex;
    }
  });
});
"""


@cache
def page_style() -> str:
    """The page's own style sheet."""
    return _HERE.joinpath("page.css").read_text(encoding="utf-8")


@cache
def katex_script() -> str:
    """KaTeX itself."""
    return _HERE.joinpath("katex", "katex.min.js").read_text(encoding="utf-8")


def start_script() -> str:
    """What hands the page's formulas to KaTeX; macros of one cell do not reach another."""
    return _START


@cache
def katex_style() -> str:
    """KaTeX's style sheet with its fonts inside; a font that is not shipped is left out."""
    style = _HERE.joinpath("katex", "katex.min.css").read_text(encoding="utf-8")
    return re.sub(r"@font-face\{[^}]*\}", _with_font_inside, style)


def _with_font_inside(face: re.Match[str]) -> str:
    name = re.search(r"url\(fonts/([\w-]+\.woff2)\)", face.group())
    font = _HERE.joinpath("katex", "fonts", name.group(1)) if name else None
    if font is None or not font.is_file():
        return ""
    data = base64.b64encode(font.read_bytes()).decode("ascii")
    source = f'src:url(data:font/woff2;base64,{data})format("woff2")'
    return re.sub(r"src:[^}]*(?=\})", lambda _: source, face.group())


@cache
def content_security_policy(mathematics: bool) -> str:
    """What a browser may do for the page: run our scripts, by their digests, and load nothing."""
    scripts = [katex_script(), start_script()] if mathematics else []
    digests = [hashlib.sha256(script.encode("utf-8")).digest() for script in scripts]
    allowed = (
        " ".join(f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests) or "'none'"
    )
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
