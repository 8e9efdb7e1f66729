"""The pictures of stage 00 for its four structural rules."""

import torch
from matplotlib.axes import Axes
from matplotlib.patches import ConnectionPatch, FancyArrowPatch, Rectangle
from torch import Tensor

from autograder.figures.style import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PINK,
    SKY,
    VERMILION,
    Picture,
    heat_map,
    new_picture,
    styled,
)

__all__ = ["draw_broadcast", "draw_gather", "draw_product_shapes", "draw_two_paths"]

Point = tuple[float, float]

_FACE = "#DCEBF7"
_ROW_COLORS = (BLUE, ORANGE, GREEN, PINK, SKY)


@styled
def draw_two_paths() -> Picture:
    """One variable with two consumers: the values fan out, the gradients come together."""
    picture = new_picture(2.7)
    axes = picture.subplots()
    places = {"a": (0, 0), "left": (3.2, 0.8), "right": (3.2, -0.8), "loss": (6.4, 0)}
    labels = {"a": "a", "left": "left = a²", "right": "right = c·a", "loss": "loss"}
    for name, (x, y) in places.items():
        box = {"boxstyle": "round,pad=0.5", "facecolor": _FACE, "edgecolor": BLUE}
        axes.text(x, y, labels[name], ha="center", va="center", bbox=box)
    for start, end in (("a", "left"), ("a", "right"), ("left", "loss"), ("right", "loss")):
        _curve(axes, places[start], places[end], BLUE, "-")
        _curve(axes, places[end], places[start], VERMILION, "--")
    for y, name in ((0.82, "left"), (-0.82, "right")):
        text = f"gradient through {name}"
        axes.text(1.0, y, text, color=VERMILION, ha="center", va="center")
    axes.text(-0.45, 0, "both arrive here:\nadd them", color=VERMILION, ha="right", va="center")
    axes.set(xlim=(-2.3, 7.2), ylim=(-1.25, 1.25))
    axes.set_axis_off()
    return picture


def _curve(axes: Axes, start: Point, end: Point, color: str, line: str) -> None:
    arrow = FancyArrowPatch(
        start,
        end,
        connectionstyle="arc3,rad=0.12",
        arrowstyle="-|>",
        mutation_scale=14,
        shrinkA=36,
        shrinkB=36,
        color=color,
        linestyle=line,
        linewidth=1.4,
    )
    axes.add_patch(arrow)


def _connect(
    start: tuple[Axes, Point], end: tuple[Axes, Point], color: str, line: str
) -> ConnectionPatch:
    """An arrow from a cell of one heat map to a cell of another."""
    (first, begin), (second, finish) = start, end
    return ConnectionPatch(
        begin,
        finish,
        coordsA=first.transData,
        coordsB=second.transData,
        arrowstyle="-|>",
        mutation_scale=13,
        color=color,
        linestyle=line,
        linewidth=1.4,
    )


@styled
def draw_broadcast(row: Tensor, upstream: Tensor) -> Picture:
    """Forwards one row is copied to every row; backwards the rows are summed into one.

    ``row`` has shape (1, k) and ``upstream`` (n, k).
    """
    picture = new_picture(4.4)
    panels = picture.subplots(2, 2, height_ratios=(1, len(upstream)))
    copies, total = row.expand_as(upstream), upstream.sum(0, keepdim=True)
    for column, (one, many, names) in enumerate(
        (
            (row, copies, ("forward: one row", "is copied")),
            (total, upstream, ("backward: the sum of each column", "of the copies' gradients")),
        )
    ):
        for axes, matrix, name in zip(panels[:, column], (one, many), names, strict=True):
            heat_map(axes, matrix, title=name, rows="rows", columns="columns", numbers=".1f")
            axes.set(xticks=[], yticks=[])
            axes.hlines([i + 0.5 for i in range(len(matrix) - 1)], -0.5, row.shape[1] - 0.5, GRAY)
        panels[0, column].set_xlabel("")
        panels[1, column].set_title("")
        panels[1, column].set_xlabel(f"{names[1]}  {tuple(many.shape)}")
    for cell in range(row.shape[1]):
        for column, color, line in ((0, BLUE, "-"), (1, VERMILION, "--")):
            ends = [(panels[0, column], (cell, 0.5)), (panels[1, column], (cell, -0.5))]
            start, end = ends if column == 0 else reversed(ends)
            picture.add_artist(_connect(start, end, color, line))
    picture.set_layout_engine("constrained", h_pad=0.18, wspace=0.06)
    return picture


@styled
def draw_product_shapes(rows: int, inner: int, columns: int) -> Picture:
    """The product (rows, inner) @ (inner, columns) as rectangles, and the puzzle backwards."""
    picture = new_picture(3.2)
    axes = picture.subplots()
    a, b, c = (rows, inner), (inner, columns), (rows, columns)
    x = 0.0
    for name, (height, width), sign in (
        ("A", a, "@"),
        ("B", b, "="),
        ("product", c, ""),
        ("dproduct", c, ""),
        ("dA = ?", a, ""),
        ("dB = ?", b, ""),
    ):
        given, backward = "?" not in name, name.startswith("d")
        look = (_FACE, "-") if given else ("#FFFFFF", "--")
        color = VERMILION if backward else BLUE
        corner = (x, -height / 2)
        box = Rectangle(corner, width, height, fc=look[0], ls=look[1], ec=color, lw=1.6)
        axes.add_patch(box)
        axes.text(x + width / 2, 0, name, ha="center", va="center")
        axes.text(x + width / 2, height / 2 + 0.25, str(width), ha="center", color=GRAY)
        axes.text(x - 0.15, 0, str(height), ha="right", va="center", color=GRAY)
        axes.text(x + width + 0.55, 0, sign, ha="center", va="center", fontsize=14)
        x += width + (3 if name == "product" else 1.7)
    low = -rows / 2 - 1
    axes.text(inner + columns / 2 + 1.7, low, "forward", ha="center", color=BLUE)
    axes.text(x - inner - columns - 3, low, "backward", ha="center", color=VERMILION)
    axes.set(xlim=(-0.8, x - 1.4), ylim=(low - 0.6, rows / 2 + 1))
    axes.set_aspect("equal")
    axes.set_axis_off()
    return picture


@styled
def draw_gather(table: Tensor, rows: Tensor, upstream: Tensor) -> Picture:
    """Forwards rows of the table are copied out; backwards their gradients return and add up.

    ``table`` has shape (m, k), ``rows`` (n,) int64 and ``upstream``, the gradient of the picked
    rows, (n, k).
    """
    picture = new_picture(4.2)
    panels = picture.subplots(1, 4)
    blank = torch.zeros_like(table)
    indices = rows.tolist()
    for axes, matrix, name, numbers in zip(
        panels,
        (table, table[rows], blank, upstream),
        ("table", "picked", "dtable", "dpicked"),
        (".1f", ".1f", None, ".1f"),
        strict=True,
    ):
        is_table = len(matrix) == len(table) and name.endswith("table")
        labels = None if is_table else [f"{row}" for row in indices]
        what = "row of the table" if is_table else "picks, by the row that is picked"
        heat_map(
            axes,
            matrix,
            title=name,
            rows=what,
            columns="columns",
            row_labels=labels,
            numbers=numbers,
        )
        axes.set_xticks([])
        if not is_table:
            axes.yaxis.tick_right()
            axes.yaxis.set_label_position("right")
    for row, count in enumerate(torch.bincount(rows, minlength=len(table)).tolist()):
        told = f"sum of {count}" if count > 1 else ("a copy" if count else "zero")
        panels[2].text((table.shape[1] - 1) / 2, row, told, ha="center", va="center")
    edge = table.shape[1] - 0.5
    for pick, row in enumerate(indices):
        color = _ROW_COLORS[row % len(_ROW_COLORS)]
        forward = (panels[0], (edge, row)), (panels[1], (-0.5, pick))
        backward = (panels[3], (-0.5, pick)), (panels[2], (edge, row))
        picture.add_artist(_connect(*forward, color, "-"))
        picture.add_artist(_connect(*backward, color, "--"))
    picture.set_layout_engine("constrained", w_pad=0.15, wspace=0.2)
    return picture
