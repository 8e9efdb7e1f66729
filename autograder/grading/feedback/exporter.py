"""Our feedback pages from `nbgrader generate_feedback` and from formgrader.

In `nbgrader_config.py`::

    c.GenerateFeedback.exporter_class = "autograder.grading.feedback.exporter.FeedbackExporter"
    c.GenerateFeedback.preprocessors = []
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.grading.feedback.grades import read_grades
from autograder.grading.feedback.page import render_page

__all__ = ["FeedbackExporter"]


class FeedbackExporter(Exporter):
    """An autograded notebook, with what the gradebook says of it, as a feedback page."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own exporters to text
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and the resources; ``resources["nbgrader"]`` says whose notebook it is."""
        notebook, resources = super().from_notebook_node(nb, resources, **options)
        place = resources["nbgrader"]
        names = place["notebook"], place["assignment"], place["student"]
        with Gradebook(place["db_url"]) as gradebook:
            grades = read_grades(gradebook, *names)
        page = render_page(notebook, grades, title=place["notebook"], student=place["student"])
        return page, resources
