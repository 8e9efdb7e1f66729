"""Results as data: frozen, serializable, with no word or color of how a person sees them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from autograder.compare import Comparison

__all__ = ["Diagnosis", "Status", "StepVerdict"]


class Status(StrEnum):
    """What became of a step. The values are part of the JSON interface."""

    CORRECT = "correct"
    CORRECT_SHAPE_DIFFERS = "correct_shape_differs"
    WRONG = "wrong"
    RAISED = "raised"
    NOT_ATTEMPTED = "not_attempted"
    NOT_FINITE = "not_finite"
    NOT_A_TENSOR = "not_a_tensor"

    @property
    def passed(self) -> bool:
        """Whether the step earns its points."""
        return self in (Status.CORRECT, Status.CORRECT_SHAPE_DIFFERS)


@dataclass(frozen=True)
class Diagnosis:
    """Why an answer is wrong: a code for machines and one sentence for the student."""

    code: str
    message: str


@dataclass(frozen=True)
class StepVerdict:
    """The verdict on one step.

    ``follows_from`` names the student's own wrong upstream gradients that this answer follows
    from by the right local rule. ``comparison`` is None where nothing could be compared.
    """

    name: str
    status: Status
    max_points: float
    diagnosis: Diagnosis | None = None
    remarks: tuple[str, ...] = ()
    follows_from: tuple[str, ...] = ()
    comparison: Comparison | None = None

    @property
    def points(self) -> float:
        """The points earned."""
        return self.max_points if self.status.passed else 0.0

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON values."""
        diagnosis = self.diagnosis and {
            "code": self.diagnosis.code,
            "message": self.diagnosis.message,
        }
        return {
            "name": self.name,
            "status": str(self.status),
            "points": self.points,
            "max_points": self.max_points,
            "diagnosis": diagnosis,
            "remarks": list(self.remarks),
            "follows_from": list(self.follows_from),
        }
