"""A graded submission: its autograded notebook, a gradebook, and a page in a real Chromium."""

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Page, Request, Route, sync_playwright

from tests.feedback.browser import Browser
from tests.feedback.cells import CHECKOUT, STAGE, answer, check_cell, notebook, step, written


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader starts `alembic` by its name."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def gradebook(tmp_path: Path) -> Iterator[Gradebook]:
    """A gradebook in which ada has handed in a notebook with two tests and a written answer."""
    book = Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}")
    fill(book)
    yield book
    book.close()


def fill(book: Gradebook) -> None:
    """Enter the submission of ada: one right, one wrong, one to be graded by hand."""
    book.add_assignment(STAGE)
    book.add_notebook(STAGE, STAGE)
    for name in ("check-dprobs", "check-dlogits"):
        book.add_grade_cell(name, STAGE, STAGE, max_score=1.0, cell_type="code")
    for name in ("dprobs", "dlogits"):
        book.add_solution_cell(name, STAGE, STAGE)
    book.add_grade_cell("derivation", STAGE, STAGE, max_score=5.0, cell_type="markdown")
    book.add_solution_cell("derivation", STAGE, STAGE)
    book.add_student("ada")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own way with SQLAlchemy
        book.add_submission(STAGE, "ada")
    for name, score in (("check-dprobs", 1.0), ("check-dlogits", 0.0)):
        grade = book.find_grade(name, STAGE, STAGE, "ada")
        grade.auto_score, grade.needs_manual_grade = score, False
    comment = book.find_comment("derivation", STAGE, STAGE, "ada")
    comment.manual_comment = "A good start: $x^2$ is right. <script>alert(1)</script>"
    book.find_submission_notebook(STAGE, STAGE, "ada").late_submission_penalty = 0.25
    book.db.commit()


@pytest.fixture
def course(tmp_path: Path, gradebook: Gradebook) -> Path:
    """A course folder with the course's settings and ada's autograded notebook."""
    shutil.copy(CHECKOUT / "nbgrader_config.py", tmp_path)
    folder = tmp_path / "autograded" / "ada" / STAGE
    folder.mkdir(parents=True)
    graded = notebook(
        answer("dprobs", "dprobs = 1 / probs"),
        check_cell("check-dprobs", 'check("dprobs")'),
        answer("dlogits", "dlogits = probs"),
        check_cell("check-dlogits", 'check("dlogits")'),
        written("derivation", "Because $a^2$."),
        autograder={"verdict": {"steps": [step("dlogits", "wrong", "the mean is missing")]}},
    )
    nbformat.write(graded, folder / f"{STAGE}.ipynb")
    return tmp_path


@pytest.fixture(scope="module")  # another one could not be started beside it
def _chromium() -> Iterator[Callable[[], Page]]:
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = [path for name in names if name and (path := shutil.which(name))]
    assert found, "there is no Chromium here: install Debian's package `chromium`"
    options = [
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-quic", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"),
    ]
    if os.geteuid() == 0:
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=options)
        yield lambda: browser.new_page(viewport={"width": 1100, "height": 900})
        browser.close()


@pytest.fixture
def browser(_chromium: Callable[[], Page], tmp_path: Path) -> Iterator[Browser]:
    """A tab of a Chromium that reaches no network at all, only the file it is given."""
    page = _chromium()
    watched = Browser(page, tmp_path)

    def refuse(route: Route, request: Request) -> None:
        if request.url.startswith("file:") and request.is_navigation_request():
            route.continue_()
        else:
            watched.requests.append(request.url)
            route.abort()

    page.route("**/*", refuse)
    page.on("dialog", lambda dialog: (watched.events.append("dialog"), dialog.dismiss()))
    page.on("pageerror", lambda error: watched.events.append(f"error: {error}"))
    page.on("popup", lambda popup: watched.events.append("popup"))
    yield watched
    page.close()
