"""Which tags, attributes and styles of a student's HTML may stand on a page that others read.

No frames, forms or event handlers; no picture from elsewhere, which would tell who reads when; no
style but a few with small values, so that nothing covers the page or leaves its place.
"""

from __future__ import annotations

import re

__all__ = ["DROPPED", "PICTURE", "TAGS", "VOID", "allowed_attribute"]

TAGS = frozenset(
    (
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del"),
        *("details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp"),
        *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot"),
        *("th", "thead", "tr", "tt", "u", "ul", "var"),
    )
)
VOID = frozenset({"br", "col", "hr", "img"})
# These go with all that is in them. Of any other tag only the content stays.
DROPPED = frozenset(
    (
        *("applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noembed"),
        *("noframes", "noscript", "object", "plaintext", "script", "select", "style", "svg"),
        *("template", "textarea", "title", "video", "xmp"),
    )
)
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]*={0,2}\Z")

_NUMBER = re.compile(r"\d{1,3}%?\Z")
_WORD = re.compile(r"[\w-]{1,20}\Z", re.ASCII)
_ANYTHING = re.compile(r"", re.DOTALL)
_CELL = {"colspan": _NUMBER, "rowspan": _NUMBER, "scope": _WORD}
_ATTRIBUTES: dict[str, dict[str, re.Pattern[str]]] = {
    "a": {"href": re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)},
    "abbr": {"title": _ANYTHING},
    "details": {"open": _ANYTHING},
    "img": {"src": PICTURE, "alt": _ANYTHING, "width": _NUMBER, "height": _NUMBER},
    "ol": {"start": _NUMBER},
    # The marks of formulas and colored code that our own renderers make.
    "span": {"class": re.compile(r"tex( display)?\Z")},
    "td": _CELL,
    "th": _CELL,
}
_EVERYWHERE = {"align": _WORD, "valign": _WORD}

_COLOR = r"(#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20}|rgba?\([\d.,% ]{1,40}\))"
_SIZE = r"\d{1,2}(\.\d{1,2})?(px|em|ex|pt|%)?"
_BORDER = rf"(none|\d{{1,2}}px( solid {_COLOR})?)"
_PLAIN = r"[a-z-]{1,20}"
_SIDES = ("left", "right", "top", "bottom")
_STYLES = {
    name: re.compile(rf"{value}\Z")
    for name, value in {
        **dict.fromkeys(("color", "background-color"), _COLOR),
        **dict.fromkeys(("text-align", "vertical-align", "font-style", "white-space"), _PLAIN),
        "font-weight": r"([a-z]{1,10}|\d00)",
        "text-decoration": r"[a-z -]{1,30}",
        "border-collapse": _PLAIN,
        **dict.fromkeys(("padding", "margin"), rf"{_SIZE}( {_SIZE}){{0,3}}"),
        **{f"{box}-{side}": _SIZE for box in ("padding", "margin") for side in _SIDES},
        "border": _BORDER,
        **{f"border-{side}": _BORDER for side in _SIDES},
    }.items()
}


def allowed_attribute(tag: str, name: str, value: str) -> str | None:
    """The value that the attribute may have; None if it may not be there. Names in lower case."""
    if name == "style":
        return _allowed_style(value)
    pattern = _ATTRIBUTES.get(tag, {}).get(name) or _EVERYWHERE.get(name)
    if name == "src":
        value = "".join(value.split())
    return value if pattern and pattern.match(value) else None


def _allowed_style(value: str) -> str | None:
    kept = []
    for declaration in value[:1000].split(";"):
        name, _, setting = (part.strip() for part in declaration.partition(":"))
        allowed = _STYLES.get(name.lower())
        if allowed and allowed.match(setting):
            kept.append(f"{name.lower()}:{setting}")
    return ";".join(kept) or None
