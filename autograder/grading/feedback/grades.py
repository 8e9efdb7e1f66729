"""A submission's scores and comments as the gradebook has them, in three queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

__all__ = ["CellGrade", "Grades", "read_grades"]


@dataclass(frozen=True)
class CellGrade:
    """The score of one cell. ``open`` if an instructor has yet to grade it."""

    score: float
    points: float
    open: bool


@dataclass(frozen=True)
class Grades:
    """What the gradebook knows of one submitted notebook, its cells by their grade_id.

    ``comments`` are an instructor's. Those that nbgrader makes say "No response." at most.
    """

    score: float
    max_score: float
    late_penalty: float = 0.0
    cells: Mapping[str, CellGrade] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


def read_grades(gradebook: Gradebook, notebook: str, assignment: str, student: str) -> Grades:
    """The grades of one submitted notebook. Raises nbgrader's MissingEntry if there is none."""
    from nbgrader.api import BaseCell, Comment, Grade  # slow, and not needed to render a page

    submitted = gradebook.find_submission_notebook(notebook, assignment, student)
    graded = (
        gradebook.db.query(BaseCell.name, Grade.score, Grade.max_score, Grade.needs_manual_grade)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(Grade.notebook_id == submitted.id)
    )
    commented = (
        gradebook.db.query(BaseCell.name, Comment.manual_comment)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .filter(Comment.notebook_id == submitted.id)
    )
    cells = {
        name: CellGrade(float(score), float(points), bool(needed))
        for name, score, points, needed in graded
    }
    penalty = float(submitted.late_submission_penalty or 0.0)
    return Grades(
        score=sum(cell.score for cell in cells.values()) - penalty,
        max_score=sum(cell.points for cell in cells.values()),
        late_penalty=penalty,
        cells=cells,
        comments={name: comment for name, comment in commented if comment},
    )
