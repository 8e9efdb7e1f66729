"""What a reader gets of a verdict, looked over for anything that runs, loads or disguises."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.feedback.grades import Grades
from autograder.grading.feedback.page import render_page
from autograder.grading.judge import Judged
from autograder.render import render_verdict
from autograder.render_submission import render_submission

__all__ = ["faults_of"]

_RUNNING = frozenset(
    {"script", "iframe", "object", "embed", "base", "form", "link", "foreignobject"}
)
_LEADING = re.compile(r"\s*(?!data:image/(png|jpeg|svg\+xml)|#|$)", re.IGNORECASE)
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LONGEST = 5000  # characters of a sentence in a verdict


def faults_of(judged: Judged) -> Iterator[str]:
    """What is wrong with what is shown of a verdict: in a terminal, as JSON, as a page."""
    rendered = render_submission(judged.verdict)
    told = json.dumps(judged.verdict.to_json(), ensure_ascii=False)
    if disguised(rendered.text) or disguised(told):
        yield "a verdict with control characters"
    if max(map(len, rendered.text.split("\n"))) > _LONGEST:
        yield "a verdict without an end"
    for where, html in (("the verdict", rendered.html), ("the feedback page", page_of(judged))):
        for fault in _Watch.over(html):
            yield f"{fault} in {where}"


def disguised(text: str) -> bool:
    """Whether a text holds what a terminal obeys or what turns the direction of writing."""
    return any(
        unicodedata.category(sign) in ("Cc", "Cs") or sign in _TURNING
        for sign in text.replace("\n", "")
    )


def page_of(judged: Judged) -> str:
    """The feedback page with everything that the cells have shown, and each step's verdict."""
    cells = [
        new_code_cell("", outputs=[json.loads(json.dumps(dict(o))) for o in ended.outputs])
        for ended in judged.cells
    ]
    for step in judged.verdict.steps:
        shown = {"output_type": "display_data", "metadata": {}}
        shown["data"] = {"text/html": render_verdict(step).html}
        mark = {"grade": True, "solution": False, "grade_id": f"check-{step.name}"}
        cells.append(new_code_cell("", outputs=[shown], metadata={"nbgrader": mark}))
    notebook = new_notebook(cells=cells)
    notebook.metadata["autograder"] = {"verdict": judged.verdict.to_json()}
    grades = Grades(score=0.0, max_score=0.0, cells={})
    return render_page(notebook, grades, title="01_unrolled", student="mallory")


class _Watch(HTMLParser):
    """Reads HTML as a browser would, and keeps what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: set[str] = set()
        self.own = 0

    @classmethod
    def over(cls, html: str) -> set[str]:
        """The faults of a page; our own scripts, which its policy names by digest, are none."""
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
        watch = cls()
        watch.own = policy[1].count("sha256-") if policy else 0
        watch.feed(html)
        watch.close()
        return watch.faults

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and self.own:
            self.own -= 1
        elif tag in _RUNNING:
            self.faults.add(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            if name.startswith("on") or name == "srcdoc":
                self.faults.add(f"{name}=")
            elif name in ("href", "src", "action", "data", "xlink:href") and _LEADING.match(value):
                self.faults.add(f"{name}={value[:20]}")
            elif name == "style" and ("url(" in value or "fixed" in value):
                self.faults.add("a style that loads or covers")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style" and "//evil" in data:
            self.faults.add("a style sheet of the submission's")
        if self.cdata_elem == "script" and "EVIL" in data:
            self.faults.add("a script of the submission's")
