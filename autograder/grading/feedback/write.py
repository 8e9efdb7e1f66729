"""Write feedback pages, for `autograder grade`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from autograder.grading.feedback.grades import Grades
from autograder.grading.feedback.page import render_page

__all__ = ["write_feedback"]


def write_feedback(
    notebook: NotebookNode,
    grades: Grades,
    destination: Path,
    *,
    title: str,
    student: str,
    mode: int = 0o644,
) -> None:
    """Write the feedback on an autograded notebook to ``destination``, all of it or nothing.

    See ``render_page``; ``grades`` come from ``read_grades``. Makes the folders that are missing.
    Raises OSError, and then leaves what was there.
    """
    page = render_page(notebook, grades, title=title, student=student)
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=destination.parent, prefix=".", suffix=".part")
    written = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(page)
        written.chmod(mode)
        written.replace(destination)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
