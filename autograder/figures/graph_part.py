"""The part of a forward graph around one step: what a variable is made from and who reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.figures.drawing import INK, QUIET, Drawing, card, words
from autograder.graph import Graph

__all__ = ["Mark", "graph_part", "part_in_words"]

_GRAY = "#767676"
_PARENT, _VARIABLE, _CONSUMER = 128, 156, 196  # widths of the boxes
_GAP, _EDGE, _TOP, _ROOM = 58, 12, 34, 10
_LOW, _HIGH = 40, 68  # heights of the boxes


@dataclass(frozen=True)
class Mark:
    """How a gradient stands: its name, an icon, a word and a color."""

    gradient: str
    icon: str
    word: str
    color: str

    @property
    def told(self) -> str:
        """The three in a line."""
        return f"{self.icon} {self.gradient} {self.word}"


def graph_part(
    graph: Graph, variable: str, values: Mapping[str, Any], marks: Mapping[str, Mark]
) -> Drawing:
    """Draw ``variable`` between its inputs and its consumers, with the gradients that flow back.

    ``values`` are forward values, of which the shapes are shown. ``marks`` tells how the gradients
    of the variable and of its consumers stand; one without a mark is not shown.
    """
    parents, consumers = graph.parents(variable), graph.consumers(variable)
    rows = max(len(consumers) * (_HIGH + _ROOM), len(parents) * (_LOW + _ROOM), _HIGH + _ROOM)
    middle = _TOP + rows / 2
    left = _EDGE if parents else _EDGE - _PARENT - _GAP
    mark = marks.get(variable)
    x_variable = left + _PARENT + _GAP
    own_width = max(_VARIABLE, round(7.2 * len(mark.told)) + 8 if mark else 0)
    x_consumer = x_variable + own_width + _GAP
    parts = [words(_EDGE, 21, "Where it stands in the graph", bold=True)]
    for place, parent in enumerate(parents):
        y = middle + (place - (len(parents) - 1) / 2) * (_LOW + _ROOM)
        parts += _box(left, y, _PARENT, _LOW, [(parent, 12, INK, True)], values[parent])
        parts += _arrow(left + _PARENT, y, x_variable, middle, _GRAY)
    for place, consumer in enumerate(consumers):
        y = middle + (place - (len(consumers) - 1) / 2) * (_HIGH + _ROOM)
        source = f"from {', '.join(graph.parents(consumer))}"
        lines = [(consumer, 12, INK, True), (source, 10, QUIET, False)]
        parts += _box(x_consumer, y, _CONSUMER, _HIGH, lines, values[consumer], marks.get(consumer))
        start, end = x_variable + own_width, x_consumer
        parts += _arrow(start, middle - 6, end, y - 6, _GRAY)
        color = marks[consumer].color if consumer in marks else _GRAY
        parts += _arrow(end, y + 8, start, middle + 8, color, dashed=True)
    lines = [(variable, 13, INK, True)]
    parts += _box(x_variable, middle, own_width, _HIGH, lines, values[variable], mark, strong=True)
    height = round(_TOP + rows + 26)
    parts += [
        *_arrow(_EDGE, height - 16, _EDGE + 26, height - 16, _GRAY),
        words(_EDGE + 32, height - 12, "forward", size=10, color=QUIET),
        *_arrow(_EDGE + 110, height - 16, _EDGE + 84, height - 16, _GRAY, dashed=True),
        words(_EDGE + 116, height - 12, "gradients flow back", size=10, color=QUIET),
    ]
    alt = part_in_words(graph, variable, marks)
    return card(parts, alt, x_consumer + _CONSUMER + _EDGE, height)


def part_in_words(graph: Graph, variable: str, marks: Mapping[str, Mark]) -> str:
    """The same as a sentence, with `names` in backticks."""
    readers = [
        f"`{consumer}`" + (f" (`{mark.gradient}` {mark.word})" if mark else "")
        for consumer in graph.consumers(variable)
        for mark in [marks.get(consumer)]
    ]
    made = " and ".join(f"`{parent}`" for parent in graph.parents(variable))
    origin = f"made from {made}, " if made else ""
    return f"`{variable}` is {origin}read by {' and '.join(readers)}"


def _box(
    x: float,
    y: float,
    width: float,
    height: float,
    lines: Sequence[tuple[str, float, str, bool]],
    value: Any,
    mark: Mark | None = None,
    strong: bool = False,
) -> list[str]:
    """A box around the height ``y``: a name and a shape, small print, the state of a gradient."""
    look = 'fill="#FFF3D6" stroke-width="2.6"' if strong else 'fill="#F6F6F6"'
    parts = [
        f'<rect x="{x:g}" y="{y - height / 2:g}" width="{width:g}" height="{height:g}" rx="4" '
        f'stroke="{INK}" {look}/>'
    ]
    name, size, color, code = lines[0]
    rows = [(f"{name}", size, color, code, strong), (_shape(value), 10.5, QUIET, False, False)]
    rows += [(*line, False) for line in lines[1:]]
    if mark is not None:
        rows.append((mark.told, 11, mark.color, False, True))
    step = 15
    top = y - (len(rows) - 1) * step / 2 + 4
    for place, (text, size, color, code, bold) in enumerate(rows):
        row = words(
            x + width / 2,
            top + place * step,
            text,
            size=size,
            color=color,
            anchor="middle",
            code=code,
            bold=bold,
        )
        parts.append(row)
    return parts


def _arrow(
    x: float, y: float, to_x: float, to_y: float, color: str, dashed: bool = False
) -> list[str]:
    """A straight arrow whose head is horizontal enough for the few angles that occur."""
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    along, aside = (to_x - x) / length, (to_y - y) / length
    base_x, base_y = to_x - 8 * along, to_y - 8 * aside
    corners = (
        f"{to_x:.1f},{to_y:.1f} {base_x - 4 * aside:.1f},{base_y + 4 * along:.1f} "
        f"{base_x + 4 * aside:.1f},{base_y - 4 * along:.1f}"
    )
    dash = ' stroke-dasharray="5 3"' if dashed else ""
    return [
        f'<path d="M{x:.1f} {y:.1f}L{base_x:.1f} {base_y:.1f}" stroke="{color}" '
        f'stroke-width="1.6" fill="none"{dash}/>',
        f'<polygon points="{corners}" fill="{color}"/>',
    ]


def _shape(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"= {value}"
    return str(tuple(value.shape)) if value.ndim else "one number"
