"""What the authoring pipeline raises."""

__all__ = ["AuthoringError", "InfrastructureError", "UnknownStageError"]


class AuthoringError(Exception):
    """A stage cannot be made as it is authored; the message names the stage and the cell."""


class UnknownStageError(Exception):
    """A stage was asked for that the course does not have; the message lists those it has."""


class InfrastructureError(Exception):
    """Not the stage but the machine failed, such as a kernel that does not start."""
