"""The page shows what students wrote as text, and needs nothing but itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from autograder.report.heat import MOST_ROWS
from tests.report.synthesize import entry_for, hand_in, make_class, record, step

Report = Callable[..., tuple[dict[str, Any], str]]

_ALLOWED = set(
    re.findall(
        r"\w+",
        "html head meta title style body header main section footer nav article figure figcaption "
        "h1 h2 h3 p a b i small dl dt dd div ul li span bdi code pre details summary "
        "table caption thead tbody tfoot tr th td svg line rect text path",
    )
)
HOSTILE = [
    "<script>document.title='taken'</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></title></pre></code><script>alert(1)</script>",
    "<!--", "]]>", "&lt;script&gt;", "{{ 7 * 7 }}{% raw %}",
    "`<b>`", "javascript:alert(1)",
    "\u202egnp.exe", "a\0b\x1b[31m\ud800",
]  # fmt: skip


class _Seen(HTMLParser):
    """Everything in a page that could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _seen(page: str) -> _Seen:
    seen = _Seen()
    seen.feed(page)
    seen.close()
    return seen


def _harmless(page: str) -> None:
    seen = _seen(page)
    assert seen.tags <= _ALLOWED
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert name not in ("src", "srcset", "action", "data", "background", "srcdoc", "xlink:href")
        assert name != "href" or str(value).startswith("#")
        if name == "style":
            assert re.fullmatch(r"text-anchor:\w+", str(value))
    assert not re.search(r"https?:|//|url\(|@import", page)


def _hostile_class(root: Path) -> None:
    """Every text that is anybody's own is hostile."""
    entries = []
    for number, text in enumerate(HOSTILE):
        student = f"{number}{text}".replace("/", "∕")
        for unfit in "\0\x1b\ud800":  # no folder with these in its name is a student's
            student = student.replace(unfit, "")
        submission = hand_in(root, student, {"dC": f"dC = {text!r}\n{text}", "dh": "dh = 1 < h"})
        wrong = [
            step("dC", "wrong", text, text, read=text, also=[text]),
            step("dh", "wrong", "differs", text),
            step(f"d{text}", "wrong", "differs", text),
        ]
        flag = {"step": text, "code": text, "message": text}
        more = {"repairs": [text], "flags": [flag], "review": [text]}
        entry = entry_for(student, submission, wrong, **more)
        former = entry_for(student, submission, [step("dC"), step(text)])
        entry.receipt["versions"] = {text: text}
        entries += [former, entry]
    record(root, entries)


def test_what_students_write_is_text(tmp_path: Path, report: Report) -> None:
    """In names, sentences, codes, examples, versions: nothing of it is markup."""
    _hostile_class(tmp_path)
    told, page = report(tmp_path)
    assert len(told["students"]) == len(HOSTILE)
    _harmless(page)
    seen = "".join(_seen(page).texts)
    for text in HOSTILE[:9]:
        assert text in seen
    assert not re.search("[\0-\x08\x0b-\x1f\u202a-\u202e\ud800-\udfff]", page)
    page.encode("utf-8")


@pytest.mark.parametrize("students", [3, MOST_ROWS + 5])
def test_the_page_needs_nothing_but_itself(tmp_path: Path, report: Report, students: int) -> None:
    """No script, no picture, no font and no address outside of it."""
    _, page = report(make_class(tmp_path / "course", students))
    _harmless(page)
    assert "default-src 'none'" in page


def test_few_have_a_row_each(tmp_path: Path, report: Report) -> None:
    """With a letter and a word in each cell; no color is needed to read it."""
    told, page = report(make_class(tmp_path / "course", 3))
    for each in told["students"]:
        assert f"<bdi>{each['student']}</bdi>" in page
    cells = re.findall(
        r'<td class="(\w+)" title="(\w+): ([^"]+)"><span aria-hidden="true">(.)', page
    )
    assert len(cells) == len(told["students"]) * len(told["steps"])
    assert all(color and step and word and letter for color, step, word, letter in cells)


def test_many_are_in_groups(tmp_path: Path, report: Report) -> None:
    """Twenty rows in the map; everybody can still be found, with a letter for each step."""
    told, page = report(make_class(tmp_path / "course", 200))
    assert page.count('<th scope="row">') < 20 + 2 * len(told["steps"]) + 250
    assert page.count('<details class="group">') == 20
    for each in told["students"]:
        assert page.count(f"<bdi>{each['student']}</bdi>") >= 1
    letters = re.findall(r'<code aria-hidden="true">(.*?)</code><span class="heard">(.*?)<', page)
    assert len(letters) == len(told["students"])
    for shown, heard in letters:
        assert len(shown) == len(told["steps"])
        assert (heard == "all right") == (set(shown) == {"·"})


def test_every_figure_has_words(tmp_path: Path, report: Report) -> None:
    """Who cannot see the picture hears its numbers."""
    _, page = report(make_class(tmp_path / "course", 30))
    figures = re.findall(r"<svg[^>]*>", page)
    assert len(figures) > 20
    assert all('role="img"' in each and re.search(r'aria-label="[^"]*\d', each) for each in figures)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    """A tab of a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("students", [3, 100])
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(
    tmp_path: Path, report: Report, chromium: Page, students: int, width: int
) -> None:
    """It asks for nothing, says nothing on the console, and only its tables scroll sideways."""
    report(make_class(tmp_path / "course", students))
    asked: list[str] = []
    said: list[str] = []
    chromium.on("request", lambda request: asked.append(request.url))
    chromium.on("console", lambda message: said.append(message.text))
    chromium.set_viewport_size({"width": width, "height": 800})
    address = (tmp_path / "told" / "page.html").as_uri()
    chromium.goto(address)
    assert asked == [address]
    assert said == []
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_text_does_nothing_in_a_browser(
    tmp_path: Path, report: Report, chromium: Page
) -> None:
    """No dialog, no new title, no request."""
    _hostile_class(tmp_path)
    report(tmp_path)
    events: list[str] = []
    chromium.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    chromium.on("request", lambda request: events.append(request.url))
    address = (tmp_path / "told" / "page.html").as_uri()
    chromium.goto(address)
    assert chromium.title() == "01_unrolled: class report"
    assert events == [address]
