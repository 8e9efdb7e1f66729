"""The browser that the tests drive, and the fonts that figures are written in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from autograder.doctor.finding import Finding, State

__all__ = ["examine_browser", "examine_fonts"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SIGNS = "∂·→²³‴−×√Σ"  # what the figures write besides letters


def examine_browser() -> Iterator[Finding]:
    """A Chromium; students may use any browser they like."""
    named = os.environ.get("CHROMIUM", "")
    for name in filter(None, (named, *_BROWSERS)):
        if found := shutil.which(name):
            yield Finding("browser", State.GOOD, f"{found}, for the tests in a browser")
            return
    told = "no Chromium, which only the tests in a browser need"
    yield Finding("browser", State.OPTIONAL, told, "apt-get install chromium fonts-liberation")


def examine_fonts() -> Iterator[Finding]:
    """Whether the font that matplotlib takes for figures has every sign that they use."""
    try:
        from matplotlib import font_manager, rcParams
        from matplotlib.ft2font import FT2Font
    except ImportError as error:
        told = f"matplotlib cannot be imported: {error}"
        yield Finding("fonts", State.LACKING, told, "make env")
        return
    path = font_manager.findfont(font_manager.FontProperties(family=rcParams["font.family"]))
    font = FT2Font(path)
    absent = "".join(sign for sign in _SIGNS if ord(sign) not in font.get_charmap())
    if absent:
        told = f"figures are written in {font.family_name}, which lacks {absent}"
        mend = "remove 'font.family' from your matplotlibrc"
        yield Finding("fonts", State.LACKING, told, mend)
    else:
        yield Finding("fonts", State.GOOD, f"figures are written in {font.family_name}")
