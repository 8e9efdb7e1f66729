"""Results as data: frozen, serializable, with no word or color of how a person sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from autograder.compare import Comparison

__all__ = ["Diagnosis", "Flag", "Receipt", "Status", "StepVerdict", "SubmissionVerdict"]


class Status(StrEnum):
    """What became of a step. The values are part of the JSON interface."""

    CORRECT = "correct"
    CORRECT_SHAPE_DIFFERS = "correct_shape_differs"
    HARD_CODED = "hard_coded"
    WRONG = "wrong"
    RAISED = "raised"
    NOT_ATTEMPTED = "not_attempted"
    NOT_FINITE = "not_finite"
    NOT_A_TENSOR = "not_a_tensor"
    TIMEOUT = "timeout"
    KILLED = "killed"
    USED_AUTOGRAD = "used_autograd"

    @property
    def passed(self) -> bool:
        """Whether the step earns all its points."""
        return self in (Status.CORRECT, Status.CORRECT_SHAPE_DIFFERS)

    @property
    def share(self) -> float:
        """The part of its points that the step earns."""
        return 1.0 if self.passed else 0.5 if self is Status.HARD_CODED else 0.0


@dataclass(frozen=True)
class Diagnosis:
    """Why an answer is wrong: a code for machines and one sentence for the student.

    ``read`` is the title of the notebook's section to read again, ``also`` the codes of further
    mistakes in the same answer.
    """

    code: str
    message: str
    read: str = ""
    also: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The diagnosis as plain JSON values."""
        return {
            "code": self.code,
            "message": self.message,
            "read": self.read,
            "also": list(self.also),
        }


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
        return self.max_points * self.status.share

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON values."""
        return {
            "name": self.name,
            "status": str(self.status),
            "points": self.points,
            "max_points": self.max_points,
            "diagnosis": self.diagnosis and self.diagnosis.to_json(),
            "remarks": list(self.remarks),
            "follows_from": list(self.follows_from),
        }


@dataclass(frozen=True)
class Flag:
    """Something about a step that an instructor should look at; it changes no points."""

    step: str
    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        """The flag as plain JSON values."""
        return {"step": self.step, "code": self.code, "message": self.message}


@dataclass(frozen=True)
class Receipt:
    """All that a verdict depends on: the same receipt means the same verdict.

    ``submission`` and ``stage`` are digests ("sha256:...") of the submitted file and of the
    instructor's notebook; ``seed`` is what every random draw comes from.
    """

    submission: str
    stage: str
    seed: int
    versions: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The receipt as plain JSON values."""
        return {
            "submission": self.submission,
            "stage": self.stage,
            "seed": self.seed,
            "versions": dict(self.versions),
        }


@dataclass(frozen=True)
class SubmissionVerdict:
    """The verdict on one submitted notebook: its steps in the notebook's order.

    ``manual`` names the steps that an instructor grades; they are in no sum.
    """

    stage: str
    steps: tuple[StepVerdict, ...]
    receipt: Receipt
    repairs: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    manual: Mapping[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The points of all steps."""
        return sum(step.points for step in self.steps)

    @property
    def max_score(self) -> float:
        """The points that a submission without a mistake earns."""
        return sum(step.max_points for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON values; the keys are an interface."""
        return {
            "stage": self.stage,
            "score": self.score,
            "max_score": self.max_score,
            "steps": [step.to_json() for step in self.steps],
            "manual": [
                {"name": name, "max_points": points} for name, points in self.manual.items()
            ],
            "repairs": list(self.repairs),
            "flags": [flag.to_json() for flag in self.flags],
            "receipt": self.receipt.to_json(),
        }
