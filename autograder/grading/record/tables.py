"""What the grader adds to nbgrader's database: a table of its own, and indices.

nbgrader's tables have no index on the columns by which they are searched most, so that each
submission takes longer the more there are. The table tells which verdict the gradebook holds; it
is written in the same transaction as the scores.
"""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String, Table, inspect, text
from sqlalchemy.engine import Engine

__all__ = ["RECORDED", "add_tables"]

_METADATA = MetaData()

RECORDED = Table(
    "autograder_recorded",
    _METADATA,
    # No foreign key: nbgrader must be able to delete its submissions.
    Column("submission_id", String(32), primary_key=True),
    Column("key", String(64), nullable=False),
)

_INDICES = {
    "autograder_grade": ("grade", "notebook_id"),
    "autograder_comment": ("comment", "notebook_id"),
    "autograder_base_cell": ("base_cell", "notebook_id"),
    "autograder_submitted_notebook": ("submitted_notebook", "assignment_id"),
    "autograder_submitted_assignment": ("submitted_assignment", "student_id"),
}


def add_tables(engine: Engine) -> None:
    """Add the table and the indices to a gradebook that lacks them."""
    if RECORDED.name in inspect(engine).get_table_names():
        return
    with engine.begin() as connection:
        for name, (table, column) in _INDICES.items():
            connection.execute(
                text(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table}" ("{column}")')
            )
        _METADATA.create_all(connection)  # last: it says that the indices are there, too
