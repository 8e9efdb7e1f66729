"""The stages of the course, one module each, in the order a student takes them."""

from autograder.stages import batchnorm, cross_entropy, training, unrolled, warmup
from autograder.steps import Stage

__all__ = ["STAGES", "stage"]

STAGES: dict[str, Stage] = {
    module.STAGE.name: module.STAGE
    for module in (warmup, unrolled, cross_entropy, batchnorm, training)
}


def stage(name: str) -> Stage:
    """The stage of that name; raises ValueError with the list of stages if there is none."""
    try:
        return STAGES[name]
    except KeyError:
        raise ValueError(f"no stage {name!r}; the stages are {', '.join(STAGES)}") from None
