"""The real `make lab` server, and a real Chromium that is watched."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, WebSocket, sync_playwright

CHECKOUT = Path(__file__).resolve().parents[2]
TOKEN = "journey"
# Chromium's own calls home are switched off, and every name but this machine's is unknown to it.
CHROMIUM_OPTIONS = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@dataclass(frozen=True)
class Lab:
    """A running server: its address and the student's folder that it serves."""

    address: str
    token: str
    work: Path


@dataclass
class Traffic:
    """Every address that the browser asked for, except those that never leave the page."""

    addresses: list[str] = field(default_factory=list)

    def note(self, request: Request | WebSocket) -> None:
        """Remember one request."""
        if urlsplit(request.url).scheme not in ("data", "blob"):
            self.addresses.append(request.url)

    def hosts(self) -> set[str | None]:
        """The hosts that were asked."""
        return {urlsplit(address).hostname for address in self.addresses}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """`make lab` in a temporary work folder, stopped as with Ctrl-C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    work = tmp_path / "work"
    options = f"--work {work} --no-browser --port={port} --IdentityProvider.token={TOKEN}"
    log = tmp_path / "make-lab.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            ["make", "lab", f"LAB_ARGS={options}"],
            cwd=CHECKOUT,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={key: value for key, value in os.environ.items() if key != "MAKEFLAGS"},
            start_new_session=True,  # so that the Ctrl-C below reaches make and all below it
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api", server, log)
        yield Lab(f"http://127.0.0.1:{port}", TOKEN, work)
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            raise


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with its own words if it ends before that."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        assert server.poll() is None, f"make lab ended:\n{log.read_text(errors='replace')}"
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"make lab does not answer:\n{log.read_text(errors='replace')}")


def chromium() -> str:
    """The Chromium of this machine."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = [path for name in names if name and (path := shutil.which(name))]
    assert found, "there is no Chromium here: install Debian's package `chromium`"
    return found[0]


def chromium_options() -> list[str]:
    """How it is started here."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # its sandbox refuses to run as root
    return [*CHROMIUM_OPTIONS, *as_root]


@pytest.fixture
def traffic() -> Traffic:
    """What the browser asked for, from its start to its end."""
    return Traffic()


@pytest.fixture
def page(traffic: Traffic) -> Iterator[Page]:
    """One tab of a fresh Chromium without history, cookies or cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=chromium_options())
        context = browser.new_context(viewport={"width": 1400, "height": 1300})
        context.set_default_timeout(120_000)
        context.on("request", traffic.note)
        page = context.new_page()
        page.on("websocket", traffic.note)
        yield page
        context.close()
        browser.close()


@pytest.fixture
def look(page: Page, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keep a picture of the page as it is, in build/browser/, and one of some cells alone."""
    folder = CHECKOUT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    test = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))
    for old in folder.glob(f"{test}-*.png"):
        old.unlink()
    count = 0

    def keep(name: str, *cells: Locator) -> None:
        nonlocal count
        count += 1
        if cells:
            cells[0].evaluate("cell => cell.scrollIntoView({block: 'start'})")
            page.wait_for_timeout(500)  # the notebook's own scrolling comes to rest
        page.screenshot(path=folder / f"{test}-{count:02d}-{name}.png")
        if cells:
            # These alone, for the documents: `make pictures` takes them from here.
            boxes = [box for cell in cells if (box := cell.bounding_box())]
            left, top = min(box["x"] for box in boxes), min(box["y"] for box in boxes)
            bottom = max(box["y"] + box["height"] for box in boxes)
            width = max(box["width"] for box in boxes)
            clip = {"x": left, "y": top, "width": width, "height": bottom - top}
            page.screenshot(path=folder / f"{name}.png", clip=clip)

    return keep
