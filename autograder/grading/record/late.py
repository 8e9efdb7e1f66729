"""What handing in late costs: nbgrader's plugin says, as the course's settings name it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from autograder.grading.errors import GradingError
from autograder.grading.record.course import CourseFolder

if TYPE_CHECKING:
    from nbgrader.preprocessors import AssignLatePenalties

__all__ = ["LatePenalty"]


class LatePenalty:
    """The course's plugin for late submissions."""

    def __init__(self, course: CourseFolder) -> None:
        self._config = course.config
        if "AssignLatePenalties" in self._config:  # a plugin that cannot be had fails at once
            _ = self._assigner

    @cached_property
    def _assigner(self) -> AssignLatePenalties:
        from nbgrader.preprocessors import AssignLatePenalties  # slow, and not all are late

        assigner = AssignLatePenalties(config=self._config)
        assigner.init_plugin()
        return assigner

    def of(self, student: str, score: float, seconds: float) -> float | None:
        """The points to take off a notebook with this score that came so many seconds late.

        None: no penalty. Never less than 0 nor more than the score. Raises GradingError when the
        plugin fails.
        """
        plugin = self._assigner.plugin_inst
        try:
            penalty = plugin.late_submission_penalty(student, score, seconds)
            return None if penalty is None else min(max(0.0, float(penalty)), score)
        except Exception as error:  # the instructor's own code
            raise GradingError(
                f"the plugin for late submissions ({type(plugin).__name__}) fails on {student}: "
                f"{type(error).__name__}: {error}; mend it and grade again."
            ) from error
