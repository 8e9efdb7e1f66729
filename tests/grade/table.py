"""What lies in a gradebook, so that two can be compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["STAGE", "change", "rows", "scores"]

STAGE = "02_cross_entropy"

_GRADES = """
    SELECT sa.student_id, bc.name, g.auto_score, g.manual_score, g.extra_credit,
           g.needs_manual_grade, sn.late_submission_penalty, sa.timestamp
    FROM grade g JOIN submitted_notebook sn ON sn.id = g.notebook_id
    JOIN submitted_assignment sa ON sa.id = sn.assignment_id
    JOIN base_cell bc ON bc.id = g.cell_id ORDER BY 1, 2
"""
_COMMENTS = """
    SELECT sa.student_id, bc.name, c.auto_comment, c.manual_comment
    FROM comment c JOIN submitted_notebook sn ON sn.id = c.notebook_id
    JOIN submitted_assignment sa ON sa.id = sn.assignment_id
    JOIN base_cell bc ON bc.id = c.cell_id ORDER BY 1, 2
"""


def rows(course: Path, *, recorded: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """All that is of account in a course's gradebook; ``recorded``: with our own table."""
    found = {"grades": _GRADES, "comments": _COMMENTS}
    if recorded:
        found["recorded"] = (
            "SELECT sa.student_id, r.key FROM autograder_recorded r "
            "JOIN submitted_assignment sa ON sa.id = r.submission_id ORDER BY 1"
        )
    database = sqlite3.connect(course / "gradebook.db")
    try:
        return {name: database.execute(query).fetchall() for name, query in found.items()}
    finally:
        database.close()


def scores(course: Path) -> Mapping[str, float | None]:
    """The sum of each student's autograded scores; None if there is none."""
    found: dict[str, float | None] = {}
    for student, _, score, *_ in rows(course)["grades"]:
        if score is not None:
            found[student] = (found.get(student) or 0.0) + score
        else:
            found.setdefault(student, None)
    return found


def change(course: Path, statement: str, *values: Any) -> None:
    """Change a gradebook, as formgrader does when an instructor grades."""
    database = sqlite3.connect(course / "gradebook.db")
    with database:
        assert database.execute(statement, values).rowcount > 0
    database.close()
