"""nbgrader's own command gives our pages."""

import subprocess
import sys
from pathlib import Path

from tests.feedback.cells import STAGE


def test_generate_feedback_gives_our_page(course: Path):
    """`nbgrader generate_feedback` in a course folder writes our page, with the grades in it."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_feedback", STAGE],
        cwd=course,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    html = (course / "feedback" / "ada" / STAGE / f"{STAGE}.html").read_text(encoding="utf-8")
    assert "the mean is missing" in html
    assert "A good start" in html
    assert "late submission" in html
    assert "0.75</b> of 7 points" in html
    assert "http://" not in html.replace("http://www.w3.org/", "")
