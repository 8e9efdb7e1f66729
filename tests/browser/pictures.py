"""``python -m tests.browser.pictures FOLDER``: the pictures in the documents, from the real thing.

Those of the notebook are what the browser's journey has left in build/browser/. The report is that
of the demonstration: eight submissions, graded as everywhere, and the page in Chromium.
Exit codes: 0 done; 1 a picture cannot be taken; 2 wrong usage.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHECKOUT, chromium, chromium_options

NAMES = ("check-wrong", "check-right", "hint", "summary")
STAGE = "01_unrolled"


def _report(folder: Path) -> Path:
    """Grade the demonstration's submissions in ``folder``; the report on stage 01."""
    course, page = folder / "course", folder / "report.html"
    run = [sys.executable, "-m", "autograder.demo", "--keep", str(course)]
    subprocess.run(run, cwd=CHECKOUT, check=True)
    report = "import sys; from autograder.cli import main; sys.exit(main())"
    words = ["report", STAGE, "--course", str(course), "--output", str(page)]
    subprocess.run([sys.executable, "-c", report, *words], cwd=CHECKOUT, check=True)
    return page


def photograph(page: Path, picture: Path, height: int = 1310) -> None:
    """The top of a page of this machine, in light colors."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=chromium_options())
        size = {"width": 1100, "height": height}
        tab = browser.new_page(viewport=size, color_scheme="light")
        tab.goto(page.as_uri())
        tab.screenshot(path=picture)
        browser.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("usage: python -m tests.browser.pictures FOLDER", file=sys.stderr)
        return 2
    target = Path(given[0])
    target.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        source = CHECKOUT / "build" / "browser" / f"{name}.png"
        if not source.is_file():
            print(f"{source.name} is missing: run `make browser` first.", file=sys.stderr)
            return 1
        shutil.copyfile(source, target / source.name)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        try:
            report = _report(Path(folder))
        except subprocess.CalledProcessError as error:
            print(f"no report: `{error.cmd[2]}` ended with {error.returncode}.", file=sys.stderr)
            return 1
        photograph(report, target / "report.png")
    print(f"{len(NAMES) + 1} pictures in {target}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
