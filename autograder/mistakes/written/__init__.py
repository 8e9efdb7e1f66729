"""Mistakes written by hand, by stage: adding one is one entry in one of these modules."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from autograder.mistakes.mistake import Mistake

__all__ = ["MODULES", "written_for"]

# Imported for the stage that is asked for: a notebook has one, and all of them take their time.
MODULES: Mapping[str, str] = MappingProxyType(
    {
        "00_warmup": "warmup",
        "01_unrolled": "unrolled",
        "02_cross_entropy": "cross_entropy",
        "03_batchnorm": "batchnorm",
        "04_training": "training",
    }
)


def written_for(stage: str) -> tuple[Mistake, ...]:
    """The mistakes of a stage. Raises KeyError for a name that is none."""
    found: tuple[Mistake, ...] = import_module(f"{__name__}.{MODULES[stage]}").WRITTEN
    return found
