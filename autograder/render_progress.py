"""The forward graph with a student's progress on it, and an answer beside autograd's."""

from collections.abc import Mapping
from html import escape
from typing import Any

from torch import Tensor

from autograder.compare import compare
from autograder.differences import entries_in_words
from autograder.examine import State, examine
from autograder.figures.drawing import photograph
from autograder.graph import Graph
from autograder.judge_tensor import plain_tensor
from autograder.render import LOOKS, Rendered
from autograder.steps import GradientStep, Stage, Step, ValueStep
from autograder.verdict import Status, StepVerdict

__all__ = ["render_comparison", "render_graph"]

_SMALLEST, _LARGEST = (
    1e-100,
    1e100,
)  # that a scale is drawn for: beyond, its ends over- or underflow


def render_graph(stage: Stage, state: State) -> Rendered:
    """Each forward graph of a stage: its variables, their shapes, and how their gradients stand.

    Raises as ``examine``.
    """
    steps: dict[int, list[GradientStep]] = {}
    for step in stage.steps:
        if isinstance(step, GradientStep):
            steps.setdefault(id(step.graph), []).append(step)
    if not steps:
        told = (
            f"{stage.name} has no forward graph of its own: its network is that of 01_unrolled, "
            "where `check.graph()` shows it."
        )
        return Rendered(told, f"<div>{escape(told)}</div>")
    parts = [_graph(group, state) for group in steps.values()]
    return Rendered("\n\n".join(part.text for part in parts), "".join(part.html for part in parts))


def _graph(steps: list[GradientStep], state: State) -> Rendered:
    from autograder.figures.forward_graph import draw_graph  # matplotlib: only where it is asked

    graph = steps[0].graph
    values, _ = state.passes(steps[0])
    verdicts = {step.variable: examine(step, state) for step in steps}
    badges = {
        variable: (LOOKS[verdict.status].icon, LOOKS[verdict.status].color)
        for variable, verdict in verdicts.items()
    }
    picture = draw_graph(graph, values, badges=badges)
    text = "\n".join(_lines(graph, values, verdicts))
    seen = dict.fromkeys(verdict.status for verdict in verdicts.values())
    legend = " ".join(
        f'<span style="padding:0 16px 0 0"><b style="color:{LOOKS[status].color}">'
        f"{LOOKS[status].icon}</b> {LOOKS[status].word}</span>"
        for status in seen
    )
    told = [f"d{variable} {LOOKS[verdict.status].word}" for variable, verdict in verdicts.items()]
    alt = f"Forward graph of {graph.output}, {len(graph.nodes)} variables. {', '.join(told)}."
    return Rendered(
        text, f"<div>{photograph(picture, alt)}<div>Your gradients: {legend}</div></div>"
    )


def _lines(
    graph: Graph, values: Mapping[str, Any], verdicts: Mapping[str, StepVerdict]
) -> list[str]:
    """A line for each variable: its name, its shape, what it is made from, its gradient."""
    names = [*graph.inputs, *graph.nodes]
    width = max(map(len, names)) + 2
    lines = []
    for name in names:
        value = values[name]
        shape = str(tuple(value.shape)) if isinstance(value, Tensor) else f"= {value}"
        line = f"  {name:<{width}}{shape:<14}"
        if graph.parents(name):
            line += f"from {', '.join(graph.parents(name))}"
        if name in verdicts:
            verdict = verdicts[name]
            look = LOOKS[verdict.status]
            line = f"{line:<{width + 46}}  {look.icon} {verdict.name} {look.word}"
        lines.append(line.rstrip())
    return lines


def render_comparison(step: Step, state: State) -> Rendered:
    """The answer to a step, autograd's and their difference. Raises as ``examine``."""
    if not isinstance(step, GradientStep | ValueStep):
        return _sentence(f"`{step.name}` is no tensor, so there is nothing to set side by side.")
    verdict = examine(step, state)
    answer = state.namespace.get(step.name)
    if verdict.status is Status.NOT_ATTEMPTED:
        return _sentence(f"`{step.name}` is not done yet: there is nothing to compare.")
    if verdict.comparison is None or not isinstance(answer, Tensor):
        told = verdict.diagnosis.message if verdict.diagnosis else "it is one number"
        return _sentence(f"`{step.name}` cannot be drawn: {told}")
    reference = state.reference(step)
    shown = plain_tensor(answer, reference)
    comparison = compare(shown, reference)
    told = f"yours has shape {comparison.shape}, autograd's {comparison.expected_shape}"
    if comparison.shapes_fit:
        told += f"; {entries_in_words(comparison)}; "
        told += f"the largest difference is {comparison.max_difference:.3g}"
        if comparison.worst:
            told += f" at {list(comparison.worst)}"
    look = LOOKS[verdict.status]
    text = f"{look.icon} {step.name} {look.verb}{look.word}: {told}."
    if not comparison.shapes_fit:
        return _sentence(f"{text} There is nothing to set side by side.")
    shown = shown.reshape(reference.value.shape)
    if not _can_be_drawn(shown):
        return _sentence(f"{text} Numbers as large or as small as yours have no colors.")
    from autograder.figures.side_by_side import side_by_side

    picture = side_by_side(step.name, shown, reference.value)
    html = (
        f'<div><span style="color:{look.color};font-weight:bold">{look.icon}</span> '
        f"<code>{escape(step.name)}</code> {look.verb}<b>{look.word}</b>: {escape(told)}.<br>"
        f"{photograph(picture, text)}</div>"
    )
    return Rendered(f"{text}\n{_numbers(shown, reference.value)}", html)


def _can_be_drawn(tensor: Tensor) -> bool:
    """Whether a scale of colors can be made for the finite entries."""
    finite = tensor.double()[tensor.isfinite()].abs()
    largest = float(finite.max()) if finite.numel() else 0.0
    return largest == 0 or _SMALLEST < largest < _LARGEST


def _numbers(answer: Tensor, expected: Tensor) -> str:
    """The first few entries of both, for a terminal."""
    pairs = zip(answer.flatten()[:6].tolist(), expected.flatten()[:6].tolist(), strict=True)
    rows = [f"  {yours:>14.6g}{theirs:>14.6g}{yours - theirs:>14.3g}" for yours, theirs in pairs]
    return "\n".join([f"  {'yours':>14}{'autograd':>14}{'difference':>14}", *rows])


def _sentence(told: str) -> Rendered:
    return Rendered(told, f"<div>{escape(told)}</div>")
