"""The drawing of a forward graph, made from its declaration alone.

Computed variables stand in forward order on a line that winds like a serpent: left to right, one
row down, right to left, and so on. Inputs stand beside each variable that reads them: above a row
that runs to the right, below one that runs to the left. The other side of a row is left to the
arrows that skip a variable.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from torch import Tensor

from autograder.figures.style import BLACK, GRAY, WIDTH, Picture, new_picture, styled
from autograder.graph import Graph

__all__ = ["draw_graph"]

# All lengths are inches: the axes fill the picture at scale 1.
_BOX, _INPUT = (1.34, 0.5), (0.84, 0.46)
_LANE, _GUTTER, _LEGEND = 0.82, 0.62, 0.55
# An arrow that skips a variable leaves and reaches a box off its center, at its own height.
_LEAVE, _REACH, _NEAR, _FAR = 0.2, 0.45, 0.2, 0.4

_ROUND = "round,pad=0,rounding_size=0.18"
# Face color, border style, box style and meaning: the border says what the color says.
_KINDS = {
    "computed": ("#DCEBF7", "-", "square,pad=0", "computed"),
    "parameter": ("#FBE3B5", "-", _ROUND, "parameter"),
    "data": ("#FFFFFF", "--", _ROUND, "data, without a gradient"),
}


@dataclass(frozen=True)
class _Slot:
    """The place of a computed variable: its row, its center, and ``side``, where inputs stand.

    ``side`` is +1 above and -1 below the row. ``crossed`` slots have the arrow from or to the
    neighboring row on that side, too.
    """

    row: int
    column: int
    x: float
    y: float
    side: int
    crossed: bool


@styled
def draw_graph(
    graph: Graph,
    values: Mapping[str, Any],
    colors: Mapping[str, str] | None = None,
    columns: int = 5,
    badges: Mapping[str, tuple[str, str]] | None = None,
) -> Picture:
    """Draw every variable of ``graph`` as a box with its name and shape, and who reads whom.

    ``values`` are forward values (inputs included); only their shapes are read, and the value of
    an input that is a number. ``colors`` gives some variables another face color. ``columns``
    variables stand in a row; five fit a notebook. ``badges`` gives some variables a sign of one
    character in a color, at a corner of the box.
    """
    colors, badges = colors or {}, badges or {}
    slots = _slots(graph, columns)
    bottom = min(slot.y - _BOX[1] / 2 - _LANE * (slot.side < 0) for slot in slots.values())
    height = _LEGEND - bottom
    picture = new_picture(height)
    picture.set_layout_engine("none")  # the axes are the whole picture
    axes = picture.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(-height, 0))
    axes.axis("off")
    for name, slot in slots.items():
        for parent in graph.parents(name):
            if parent in slots:
                _arrow(axes, _route(slots[parent], slot))
        for parent, x in _beside(graph, name, slot):
            y = slot.y + slot.side * (_BOX[1] / 2 + _LANE - _INPUT[1] / 2 - 0.08)
            landing = slot.x + 0.55 * (x - slot.x)
            edges = y - slot.side * _INPUT[1] / 2, slot.y + slot.side * _BOX[1] / 2
            _arrow(axes, [(x, edges[0]), (landing, edges[1])])
            value = values[parent]
            kind = "parameter" if _is_floating(value) else "data"
            _box(axes, (x, y), kind, parent, _shape(value), colors.get(parent))
            _badge(axes, (x + _INPUT[0] / 2, y + _INPUT[1] / 2), badges.get(parent))
        _box(axes, (slot.x, slot.y), "computed", name, _shape(values[name]), colors.get(name))
        _badge(axes, (slot.x + _BOX[0] / 2, slot.y + _BOX[1] / 2), badges.get(name))
    for index, kind in enumerate(_KINDS):
        center = (0.7 + 3.1 * index, -height + 0.22)
        _box(axes, center, kind, "", "", None, size=(0.6, 0.37))
        axes.text(center[0] + 0.4, center[1], _KINDS[kind][-1], va="center", fontsize=9)
    return picture


def _slots(graph: Graph, columns: int) -> dict[str, _Slot]:
    slots = {}
    for position, name in enumerate(graph.nodes):
        row, step = divmod(position, columns)
        pair, odd = divmod(row, 2)
        column = columns - 1 - step if odd else step
        y = -(pair * (2 * (_LANE + _BOX[1]) + _GUTTER) + _LANE + _BOX[1] / 2)
        crossed = name != graph.output and (step == columns - 1 if odd else step == 0 < row)
        slots[name] = _Slot(
            row=row,
            column=column,
            x=(column + 0.5) * WIDTH / columns,
            y=y - odd * (_BOX[1] + _GUTTER),
            side=-1 if odd else 1,
            crossed=crossed,
        )
    return slots


def _beside(graph: Graph, name: str, slot: _Slot) -> Iterator[tuple[str, float]]:
    """The inputs that ``name`` reads, each with the x of its box."""
    inputs = [parent for parent in graph.parents(name) if parent in graph.inputs]
    middle = (len(inputs) - 1) / 2
    if slot.crossed and len(inputs) % 2:
        middle -= 0.6  # the one in the middle makes room for the arrow
    for index, parent in enumerate(inputs):
        yield parent, slot.x + (index - middle) * (_INPUT[0] + 0.1)


def _route(source: _Slot, target: _Slot) -> list[tuple[float, float]]:
    """The corners of the arrow between two computed variables."""
    across = 1 if target.x > source.x else -1
    if source.row == target.row:
        if abs(target.column - source.column) == 1:
            half = across * _BOX[0] / 2
            return [(source.x + half, source.y), (target.x - half, target.y)]
        edge = source.y - source.side * _BOX[1] / 2
        level = edge - source.side * _NEAR
        start, end = source.x + across * _LEAVE, target.x - across * _REACH
        return [(start, edge), (start, level), (end, level), (end, edge)]
    top, bottom = source.y - _BOX[1] / 2, target.y + _BOX[1] / 2
    if source.x == target.x:
        return [(source.x, top), (target.x, bottom)]
    start = source.x + across * _LEAVE
    return [(start, top), (start, top - _FAR), (target.x, top - _FAR), (target.x, bottom)]


def _arrow(axes: Axes, corners: list[tuple[float, float]]) -> None:
    style = "-|>,head_length=4,head_width=2.2"
    look: Any = {"arrowstyle": style, "color": GRAY, "linewidth": 1.1, "zorder": 1}
    axes.add_patch(FancyArrowPatch(path=Path(corners), **look))


def _box(
    axes: Axes,
    center: tuple[float, float],
    kind: str,
    name: str,
    shape: str,
    color: str | None,
    size: tuple[float, float] | None = None,
) -> None:
    face, border, style, _ = _KINDS[kind]
    width, height = size or (_BOX if kind == "computed" else _INPUT)
    x, y = center
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(
        FancyBboxPatch(
            corner,
            width,
            height,
            boxstyle=style,
            facecolor=color or face,
            edgecolor=BLACK,
            linestyle=border,
            linewidth=0.9,
            zorder=2,
        )
    )
    axes.text(x, y + 0.1, name, ha="center", va="center", fontsize=9, family="monospace", zorder=3)
    axes.text(x, y - 0.12, shape, ha="center", va="center", fontsize=8, color="#333333", zorder=3)


def _badge(axes: Axes, corner: tuple[float, float], badge: tuple[str, str] | None) -> None:
    if badge is None:
        return
    x, y = corner[0] - 0.06, corner[1] - 0.03
    axes.add_patch(Circle((x, y), 0.12, facecolor=badge[1], edgecolor="white", zorder=4))
    look: Any = {"ha": "center", "va": "center", "color": "white", "weight": "bold"}
    axes.text(x, y - 0.01, badge[0], fontsize=9, zorder=5, **look)


def _is_floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


def _shape(value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"= {value}"
    return str(tuple(value.shape)) if value.ndim else "scalar"
