"""What a step and a stage are: data that the check, the pipeline and the grader all read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from autograder.compare import Reference
from autograder.graph import Graph
from autograder.verdict import Diagnosis

__all__ = [
    "FunctionStep",
    "GradientStep",
    "ManualStep",
    "PropertyStep",
    "Stage",
    "Step",
    "ValueStep",
]


@dataclass(frozen=True)
class GradientStep:
    """The gradient of one variable of a forward graph, with autograd as its reference."""

    name: str
    graph: Graph
    variable: str = ""
    points: float = 1.0

    def __post_init__(self) -> None:
        if not self.variable:
            object.__setattr__(self, "variable", self.name.removeprefix("d"))
        if self.variable not in (*self.graph.inputs, *self.graph.nodes):
            raise ValueError(f"step {self.name}: the graph has no variable {self.variable}")


@dataclass(frozen=True)
class ValueStep:
    """A tensor (or number) computed from named variables of the notebook.

    ``expected`` takes the variables in ``inputs``, in that order, and returns the reference.
    """

    name: str
    inputs: tuple[str, ...]
    expected: Callable[..., Reference]
    points: float = 1.0


@dataclass(frozen=True)
class FunctionStep:
    """A function that the student writes, called on random inputs.

    ``draw`` makes several argument tuples from a generator; ``expected`` takes one of them and
    returns a reference for each of ``results`` (names used in messages). A function of a single
    result returns it bare; of several, a tuple in the order of ``results``. ``exact_shape`` is
    for a function whose very purpose is a shape: then a missing size-1 dimension is wrong.
    """

    name: str
    draw: Callable[[torch.Generator], list[tuple[Any, ...]]]
    expected: Callable[..., tuple[Reference, ...]]
    results: tuple[str, ...] = ("result",)
    exact_shape: bool = False
    points: float = 1.0


@dataclass(frozen=True)
class PropertyStep:
    """An answer judged by what it does rather than by what it is.

    ``judge`` takes the answer and then the notebook's variables in ``inputs``; it returns None if
    the answer has the property, else the diagnosis.
    """

    name: str
    inputs: tuple[str, ...]
    judge: Callable[..., Diagnosis | None]
    points: float = 1.0


@dataclass(frozen=True)
class ManualStep:
    """A derivation in prose and LaTeX that an instructor grades."""

    name: str
    points: float = 1.0


Step = GradientStep | ValueStep | FunctionStep | PropertyStep | ManualStep


@dataclass(frozen=True)
class Stage:
    """One notebook of the course: its name, title and steps, in the notebook's order."""

    name: str
    title: str
    steps: tuple[Step, ...]

    @property
    def by_name(self) -> Mapping[str, Step]:
        """The steps by name."""
        return {step.name: step for step in self.steps}

    @property
    def checked(self) -> tuple[Step, ...]:
        """The steps that ``check`` judges: all but the instructor-graded ones."""
        return tuple(step for step in self.steps if not isinstance(step, ManualStep))
