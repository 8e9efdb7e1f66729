"""The whole feedback page: one HTML file that loads nothing and runs nothing of a student's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup
from nbformat import NotebookNode

from autograder.grading.feedback import assets
from autograder.grading.feedback.code import code_style
from autograder.grading.feedback.grades import Grades
from autograder.grading.feedback.parts import parts_of
from autograder.render import marked_up

__all__ = ["VERDICT", "render_page"]

# The key of a notebook's metadata that holds the verdict as JSON.
VERDICT = "autograder"
_MOST_REPAIRS = 60


@cache
def _template() -> Template:
    text = files("autograder.grading.feedback").joinpath("page.html.jinja").read_text("utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)


def render_page(notebook: NotebookNode, grades: Grades, *, title: str, student: str) -> str:
    """The feedback on an autograded notebook.

    The notebook's metadata may hold the judge's verdict under ``autograder``: ``{"verdict":
    {...}}`` as in ``SubmissionVerdict.to_json``, or ``{"refused": why}``: then the page says that
    and nothing else, unless an instructor has graded it all the same. Without either the scores
    alone speak.
    """
    verdict, refused = _verdict(notebook), _refused(notebook)
    steps = {
        str(step.get("name")): step for step in verdict.get("steps", []) if isinstance(step, dict)
    }
    unread = bool(refused) and not grades.score and not grades.comments
    parts = [] if unread else list(parts_of(notebook, grades, steps))
    texts = [part.body for part in parts] + [part.comment for part in parts if part.comment]
    mathematics = any('class="tex' in text for text in texts)
    repairs = [Markup(marked_up(str(repair))) for repair in verdict.get("repairs", [])]
    return _template().render(
        number="{:.6g}".format,
        title=title,
        student=student,
        grades=grades,
        refused=refused if unread else "",
        parts=parts,
        listed=[part for part in parts if part.look is not None],
        repairs=repairs[:_MOST_REPAIRS],
        receipt=verdict.get("receipt") or {},
        policy=Markup(assets.content_security_policy(mathematics)),
        style=Markup(assets.page_style() + _code_style()),
        katex_style=Markup(assets.katex_style()) if mathematics else "",
        scripts=[Markup(assets.katex_script()), Markup(assets.start_script())]
        if mathematics
        else [],
    )


@cache
def _code_style() -> str:
    return code_style()


def _refused(notebook: NotebookNode) -> str:
    """Why the submission could not be read; empty if it could."""
    held = notebook.metadata.get(VERDICT)
    return str(held.get("refused") or "") if isinstance(held, dict) else ""


def _verdict(notebook: NotebookNode) -> Mapping[str, Any]:
    held = notebook.metadata.get(VERDICT)
    verdict = held.get("verdict") if isinstance(held, dict) else None
    return verdict if isinstance(verdict, dict) else {}
