"""What the graded notebook says before its first cell."""

from __future__ import annotations

import json


def _first_words(judged, student):
    notebook = json.loads(json.loads(judged[student])["notebook"])
    return "\n".join(cell["source"] for cell in notebook["cells"][:2] if not cell["metadata"])


def test_where_wrong_answers_are_shown_their_sizes_are_accounted_for(judged):
    """The judge's inputs have other sizes than the notebook: its numbers are found nowhere else."""
    assert "About the numbers below" in _first_words(judged, "carla")


def test_nothing_is_said_where_there_are_no_such_numbers(judged):
    """All right, nothing answered, refused: no tensor is shown."""
    for student in ("anna", "ben", "emil"):
        assert "About the numbers below" not in _first_words(judged, student)
    assert "could not be graded" in _first_words(judged, "emil")
