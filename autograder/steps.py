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
    """The gradient of one variable of a forward graph, with autograd as its reference.

    What the judge must know besides: ``reads`` names all the variables that the answer may be
    made from, where several operations are to be passed in one expression (else every forward
    variable and all earlier gradients are there). ``degenerate``: the gradient is zero, or partly,
    for any loss of this network, so that only independent random upstream gradients tell a right
    rule from a wrong one. ``from_loss``: so near to the loss that an answer may come straight
    from it, past the upstream gradients.
    """

    name: str
    graph: Graph
    variable: str = ""
    points: float = 1.0
    reads: tuple[str, ...] = ()
    degenerate: bool = False
    from_loss: bool = False

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
    ``own`` numbers the draw that has the notebook's own sizes, if one has. ``right`` is a function
    of the package that does the same: later steps go on with it where the student's is wrong.
    """

    name: str
    draw: Callable[[torch.Generator], list[tuple[Any, ...]]]
    expected: Callable[..., tuple[Reference, ...]]
    results: tuple[str, ...] = ("result",)
    exact_shape: bool = False
    points: float = 1.0
    own: int | None = None
    right: Callable[..., Any] | None = None


@dataclass(frozen=True)
class PropertyStep:
    """An answer judged by what it does rather than by what it is.

    ``judge`` takes the answer and then the notebook's variables in ``inputs``; it returns None if
    the answer has the property, else the diagnosis. The answer may be a number found by trying,
    so it is judged for the notebook's own variables, which only locked cells make. ``by_hand``:
    autograd must not be used for it. ``seconds`` is how long its cell may run.
    """

    name: str
    inputs: tuple[str, ...]
    judge: Callable[..., Diagnosis | None]
    points: float = 1.0
    by_hand: bool = False
    seconds: float = 60.0


@dataclass(frozen=True)
class ManualStep:
    """A derivation in prose and LaTeX that an instructor grades."""

    name: str
    points: float = 1.0


Step = GradientStep | ValueStep | FunctionStep | PropertyStep | ManualStep


@dataclass(frozen=True)
class Stage:
    """One notebook of the course: its name, title and steps, in the notebook's order.

    ``given`` names the gradients that locked cells make, for steps to start from.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    given: tuple[str, ...] = ()

    @property
    def by_name(self) -> Mapping[str, Step]:
        """The steps by name."""
        return {step.name: step for step in self.steps}

    @property
    def checked(self) -> tuple[Step, ...]:
        """The steps that ``check`` judges: all but the instructor-graded ones."""
        return tuple(step for step in self.steps if not isinstance(step, ManualStep))
