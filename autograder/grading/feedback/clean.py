"""A student's HTML made harmless: read tag by tag, and written anew from what is allowed.

What comes out is balanced, every text and value is escaped, and there is no tag in it that browsers
read by rules of its own. Takes time in proportion to the length, however hostile the input;
libraries that build the tree of a page first can be made to take minutes and gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from autograder.grading.feedback.allowed import DROPPED, PICTURE, TAGS, VOID, allowed_attribute

__all__ = ["clean_html", "picture"]

_LARGEST = 400_000  # characters; more is not shown. A picture inside has a limit of its own
_DEEPEST = 60
_NAME = re.compile(r"/?[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[\s/]*([^\s/>=\"'<]+|[=\"'<])(\s*=\s*)?")
_BARE = re.compile(r"[^\s>]*")
_END = re.compile(r"[\s/]*>")


def clean_html(html: str) -> str:
    """Well-formed HTML with only what may be shown; a sentence in its place if it is too much."""
    if (len(html) > _LARGEST and "data:image/" not in html) or len(html) > 20 * _LARGEST:
        return f"<p>({len(html):,} characters of HTML are not shown.)</p>"
    out: list[str] = []
    opened: list[str] = []
    for kind, name, attributes in _tokens(html):
        if kind == "text":
            out.append(escape(unescape(name)))
        elif kind == "end":
            _close(out, opened, name)
        elif name in TAGS and len(opened) < _DEEPEST:
            out.append(_tag(name, attributes))
            if name not in VOID:
                opened.append(name)
    out.extend(f"</{name}>" for name in reversed(opened))
    return "".join(out)


def picture(kind: str, data: str) -> str:
    """An ``img`` with the picture inside; empty for what is no base64 of a kind of picture."""
    source = f"data:{kind};base64,{''.join(data.split())}"
    return f'<img alt="" src="{source}">' if PICTURE.match(source) else ""


def _close(out: list[str], opened: list[str], name: str) -> None:
    """Close a tag and all that stands open inside of it; nothing if it is not open."""
    if name in opened:
        while True:
            inner = opened.pop()
            out.append(f"</{inner}>")
            if inner == name:
                return


def _tag(name: str, attributes: list[tuple[str, str]]) -> str:
    written = [name]
    seen: set[str] = set()
    for attribute, value in attributes:
        allowed = allowed_attribute(name, attribute, value) if attribute not in seen else None
        seen.add(attribute)
        if allowed is not None:
            written.append(f'{attribute}="{escape(allowed)}"')
            if attribute == "href":
                written.append('rel="noopener noreferrer nofollow"')
    return f"<{' '.join(written)}>"


def _tokens(html: str) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Texts, and the starts and ends of tags, less comments and what is to be dropped."""
    place = 0
    while place < len(html):
        start = html.find("<", place)
        if start < 0:
            start = len(html)
        if start > place:
            yield "text", html[place:start], []
        name = _NAME.match(html, start + 1)
        if name:
            tag = name.group().lower()
            place, attributes = _attributes(html, name.end())
            if tag in DROPPED:
                place = _after(html, tag, place)
            elif place > 0:
                yield ("end", tag[1:], []) if tag[0] == "/" else ("start", tag, attributes)
        elif html.startswith("<!--", start):
            place = html.find("-->", start + 4) + 3
        elif html[start + 1 : start + 2] in ("!", "?", "/"):
            place = html.find(">", start) + 1
        elif start < len(html):
            yield "text", "<", []
            place = start + 1
        else:
            return
        if place <= start:  # an end was looked for that is not there: the rest is no HTML
            return


def _attributes(html: str, place: int) -> tuple[int, list[tuple[str, str]]]:
    """The place after the tag and its attributes; place 0 if the tag does not end."""
    attributes: list[tuple[str, str]] = []
    while True:
        end = _END.match(html, place)
        if end:
            return end.end(), attributes
        found = _ATTRIBUTE.match(html, place)
        if not found:
            return 0, []
        place, value = found.end(), ""
        if found.group(2):
            quote = html[place : place + 1]
            if quote in ('"', "'"):
                end_of_value = html.find(quote, place + 1)
                if end_of_value < 0:
                    return 0, []
                value, place = html[place + 1 : end_of_value], end_of_value + 1
            else:
                bare = _BARE.match(html, place)
                assert bare  # it also matches nothing
                value, place = bare.group(), bare.end()
        attributes.append((found.group(1).lower(), unescape(value)))


def _after(html: str, tag: str, place: int) -> int:
    """The place after the end of a tag whose content is dropped, 0 if it has no end."""
    end = re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE).search(html, place)
    return html.find(">", end.end()) + 1 if end and place else 0
