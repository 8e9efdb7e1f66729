"""The page in a real browser that reaches no network."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.grading.feedback.grades import CellGrade, Grades
from autograder.grading.feedback.page import render_page
from autograder.stages import STAGES
from tests.feedback.browser import Browser
from tests.feedback.cells import CHECKOUT, answer, check_cell, notebook, shown, step

GRADES = Grades(1.0, 2.0, cells={"check-dprobs": CellGrade(1.0, 1.0, False)})
SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
HOSTILE = [
    "<script>document.title = 'taken'; alert(1)</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    '<img src="https://host.example/pixel.png">',
    '<iframe src="https://host.example/"></iframe><object data="https://host.example/"></object>',
    '<div style="position:fixed;inset:0;background:red;z-index:9999">covered</div>',
    '<div style="margin-top:-9999px;height:99999px">covered</div>',
    "<style>body{display:none}@import url(https://host.example/a.css);</style>",
    '<link rel="stylesheet" href="https://host.example/a.css"><base href="https://host.example/">',
    '<meta http-equiv="refresh" content="0;url=https://host.example/">',
    '<form action="https://host.example/"><input autofocus onfocus="alert(1)"></form>',
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg><details open ontoggle=alert(1)>",
    "</div></section></main></body><script>alert(1)</script><plaintext>",
]
FORMULAS = [
    r"$\rule{5000em}{5000em}$ $\kern{-500em} covered$ $\htmlStyle{position:fixed}{x}$",
    r"$\href{javascript:alert(1)}{x}$ $\includegraphics{https://host.example/a.png}$",
    r"$\def\a{\a\a}\a$ $\frac{1$ $\undefined{x}$ $<script>alert(1)</script>$",
]


@pytest.mark.parametrize("name", list(STAGES))
def test_every_formula_of_the_course_is_typeset_offline(name: str, browser: Browser):
    """From a file, with every request refused: all formulas of a stage, with KaTeX's own fonts."""
    graded = nbformat.read(CHECKOUT / "solutions" / name / f"{name}.ipynb", as_version=4)
    page = browser.show(render_page(graded, GRADES, title=name, student="ada"), name)
    formulas = page.locator(".tex").count()
    assert formulas > 3
    assert page.locator(".tex .katex-html").count() == formulas
    assert page.locator(".katex-error").count() == 0
    assert page.evaluate(
        "document.fonts.check('16px KaTeX_Main') && "
        "[...document.fonts].some(f => f.status == 'loaded')"
    )
    assert page.evaluate("[...document.fonts].every(f => f.status != 'error')")
    assert browser.requests == []
    assert browser.events == []


def test_a_hostile_notebook_does_nothing(browser: Browser):
    """Scripts, frames, pictures, styles and formulas: nothing runs, loads or covers the page."""
    outputs = [shown("text/html", html) for html in HOSTILE]
    outputs += [shown("text/markdown", html) for html in HOSTILE]
    outputs += [shown("text/latex", formula) for formula in FORMULAS]
    outputs += [
        shown("image/svg+xml", SVG),
        shown("application/javascript", "alert(1)"),
        shown("image/png", '"><script>alert(1)</script>'),
        new_output(
            "stream", name="stdout", text="\x1b]0;taken\x07\x1b[2J<script>alert(1)</script>"
        ),
        new_output("error", ename="<script>alert(1)</script>", evalue="x", traceback=["<b>\x1b[H"]),
    ]
    graded = notebook(
        *(new_markdown_cell(text) for text in [*HOSTILE, *FORMULAS]),
        answer("dprobs", "<script>alert(1)</script>", outputs),
        check_cell("check-dprobs", 'check("dprobs")'),
        new_code_cell("x", outputs=outputs),
        new_markdown_cell("the last cell"),
        autograder={"verdict": {"steps": [step("dprobs", "correct")]}},
    )
    html = render_page(graded, GRADES, title="honest title", student="ada")
    page = browser.show(html, "hostile")
    page.wait_for_timeout(500)  # for what would come later by itself
    assert browser.requests == []
    assert browser.events == []
    assert page.title() == "honest title: feedback"
    assert page.locator("iframe, object, embed, form, input, link, base, svg script").count() == 0
    assert page.locator("script").count() == 2
    assert page.locator("style").count() == 2
    # The top and a card can be seen and clicked: nothing lies over them.
    for place in ("header h1", "nav a", "#step-check-dprobs h2"):
        page.locator(place).first.click(timeout=5000)
        on_top = page.locator(place).first.evaluate(
            "e => { e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "const t = document.elementFromPoint(b.x + 3, b.y + b.height / 2);"
            "return e.contains(t) || t.contains(e) }"
        )
        assert on_top, place
    assert page.locator("text=the last cell").is_visible()
    assert page.evaluate("document.documentElement.scrollHeight") < 60_000
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100


def test_links_of_the_contents_lead_to_the_steps(browser: Browser, tmp_path: Path):
    """A click on a step in the table of contents goes to its verdict."""
    cells = [new_markdown_cell("text\n\n" * 50), check_cell("check-dprobs", 'check("dprobs")')]
    graded = notebook(*cells, autograder={"verdict": {"steps": [step("dprobs", "wrong", "why")]}})
    page = browser.show(render_page(graded, GRADES, title="t", student="ada"), "contents")
    page.locator("nav a", has_text="dprobs").click()
    card = page.locator("#step-check-dprobs")
    assert card.bounding_box()["y"] < 900
    assert "why" in card.inner_text()
