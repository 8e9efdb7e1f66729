"""A tab of a browser that is watched."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.feedback.cells import CHECKOUT


@dataclass
class Browser:
    """A tab to open pages in, and what happened there that must not happen."""

    page: Page
    folder: Path
    requests: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def show(self, html: str, name: str) -> Page:
        """Open a page from a file; keep a picture of it in build/feedback/."""
        path = self.folder / f"{name}.html"
        path.write_text(html, encoding="utf-8")
        self.page.goto(path.as_uri())
        self.page.evaluate("document.fonts.ready")
        pictures = CHECKOUT / "build" / "feedback"
        pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=pictures / f"{name}.png")
        return self.page
