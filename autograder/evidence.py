"""What the notebook shows of a wrong answer: where it differs, and where it stands in the graph."""

from torch import Tensor

from autograder.examine import State, examine
from autograder.figures.drawing import Drawing
from autograder.figures.error_map import error_map
from autograder.figures.graph_part import Mark, graph_part
from autograder.hints import LEVELS
from autograder.judge_tensor import plain_tensor
from autograder.render import LOOKS, Evidence
from autograder.sections import section_of
from autograder.steps import GradientStep, Stage, Step, ValueStep
from autograder.verdict import Status, StepVerdict

__all__ = ["evidence_of", "mark_of"]

_ORDINALS = {1: "first", 2: "second"}


def evidence_of(
    stage: Stage, step: Step, verdict: StepVerdict, state: State, hints: int
) -> Evidence:
    """What to show of a ``verdict`` that is not a pass; ``hints`` have been shown already."""
    drawings: list[Drawing] = []
    graph = ""
    comparison = None if verdict.follows_from else verdict.comparison
    if isinstance(step, GradientStep | ValueStep) and comparison and comparison.shapes_fit:
        answer = state.namespace[step.name]
        reference = state.reference(step)
        expected = reference.value
        if expected.numel() and isinstance(answer, Tensor):
            drawings.append(
                error_map(step.name, plain_tensor(answer, reference), expected, comparison)
            )
    if isinstance(step, GradientStep) and verdict.status is not Status.NOT_ATTEMPTED:
        part = _part(stage, step, verdict, state)
        drawings.append(part)
        graph = part.alt
    section = section_of(stage.name, step.name)
    following = f"the {_ORDINALS.get(hints + 1, 'last')} of {LEVELS} hints"
    told = f"the {LEVELS} hints again" if hints >= LEVELS else following
    hint = f'`check.hint("{step.name}")` shows {told}'
    return Evidence(tuple(drawings), graph, section.title, section.anchor, hint)


def mark_of(verdict: StepVerdict) -> Mark:
    """How a gradient stands."""
    look = LOOKS[verdict.status]
    return Mark(verdict.name, look.icon, look.word, look.color)


def _part(stage: Stage, step: GradientStep, verdict: StepVerdict, state: State) -> Drawing:
    values, _ = state.passes(step)
    marks = {step.variable: mark_of(verdict)}
    for consumer in step.graph.consumers(step.variable):
        name = f"d{consumer}"
        upstream = stage.by_name.get(name)
        if isinstance(upstream, GradientStep) and upstream.graph is step.graph:
            marks[consumer] = mark_of(examine(upstream, state))
        elif name in stage.given:
            marks[consumer] = Mark(name, "✓", "given", LOOKS[Status.CORRECT].color)
    return graph_part(step.graph, step.variable, values, marks)
