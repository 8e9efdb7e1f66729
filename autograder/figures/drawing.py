"""Small drawings as SVG, for places where neither scripts nor style sheets survive.

An image element with the drawing as its data is kept by every sanitizer that keeps pictures: in
a notebook that is not trusted, and in feedback. Such a drawing does not see the page's theme, so
it brings a light card of its own, and an alternative text.
"""

import base64
import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # matplotlib is slow to load, and few drawings need it
    from autograder.figures.style import Picture

__all__ = ["INK", "QUIET", "Drawing", "card", "image", "photograph", "png", "words"]

INK, QUIET = "#1F1F1F", "#5E5E5E"
_SANS = "system-ui, 'DejaVu Sans', Arial, sans-serif"
_MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


@dataclass(frozen=True)
class Drawing:
    """A drawing of ``width`` by ``height`` pixels; ``alt`` says the same in words."""

    svg: str
    alt: str
    width: int
    height: int

    @property
    def html(self) -> str:
        """The drawing as an image element."""
        return image(self.svg.encode(), "svg+xml", self.alt, self.width, self.height)


def image(data: bytes, kind: str, alt: str, width: int, height: int) -> str:
    """An image element that holds its own data; ``kind`` is "png" or "svg+xml"."""
    held = base64.b64encode(data).decode()
    return (
        f'<img src="data:image/{kind};base64,{held}" alt="{escape(alt)}" '
        f'width="{width}" height="{height}" style="vertical-align:top">'
    )


def photograph(picture: "Picture", alt: str) -> str:
    """An image element of a matplotlib picture, in twice the resolution it is shown in."""
    buffer = io.BytesIO()
    picture.savefig(buffer, format="png", bbox_inches="tight", dpi=2 * picture.dpi)
    data = buffer.getvalue()
    width, height = struct.unpack(">II", data[16:24])  # the header is the first chunk
    return image(data, "png", alt, width // 2, height // 2)


def card(parts: Sequence[str], alt: str, width: int, height: int) -> Drawing:
    """SVG elements on a light card with a thin border."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="{_SANS}" font-size="12">'
        f"<title>{escape(alt)}</title>"
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6" '
        f'fill="#FFFFFF" stroke="#C4C4C4"/>{"".join(parts)}</svg>'
    )
    return Drawing(svg, alt, width, height)


def words(
    x: float,
    y: float,
    text: str,
    *,
    size: float = 12,
    color: str = INK,
    anchor: str = "start",
    code: bool = False,
    bold: bool = False,
    turned: bool = False,
) -> str:
    """A text element; ``turned`` reads upwards."""
    look = f' font-family="{_MONO}"' if code else ""
    look += ' font-weight="bold"' if bold else ""
    look += f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{color}" '
        f'text-anchor="{anchor}"{look}>{escape(text)}</text>'
    )


def png(rows: Sequence[Sequence[int]], palette: Sequence[str]) -> str:
    """A PNG, as a data address, with one pixel for each number: its color in ``palette``.

    Colors are written as "#RRGGBB", at most 256 of them. The format is that of the PNG
    specification (ISO/IEC 15948), color type 3.
    """
    height, width = len(rows), len(rows[0])
    lines = b"".join(b"\0" + bytes(row) for row in rows)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(bytes.fromhex(color[1:]) for color in palette)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()
