"""The pictures of stage 00: a slope, one neuron, and the error of a ruler."""

from collections.abc import Callable, Mapping

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator
from torch import Tensor

from autograder.figures.style import (
    BLACK,
    BLUE,
    GRAY,
    ORANGE,
    VERMILION,
    Picture,
    new_picture,
    styled,
)

__all__ = ["draw_neuron", "draw_ruler_errors", "draw_sensitivity"]

Function = Callable[[Tensor], Tensor]


@styled
def draw_sensitivity(function: Function, point: float, nudge: float, zoom: float = 10) -> Picture:
    """The function, its tangent at ``point`` and a nudge, from afar and ``zoom`` times closer."""
    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    value = function(x)
    slope = float(torch.autograd.grad(value, x)[0])
    picture = new_picture(3.6)
    panels = picture.subplots(1, 2)
    for axes, reach in zip(panels, (2 * nudge, 2 * nudge / zoom), strict=True):
        _draw_tangent(axes, function, (point, float(value.detach()), slope), reach)
    panels[0].set_title(f"a nudge of {nudge:g}: curve and line part")
    panels[1].set_title(f"a nudge of {nudge / zoom:g}: they nearly agree")
    panels[0].legend(loc="upper left")
    return picture


def _draw_tangent(
    axes: Axes, function: Function, tangent: tuple[float, float, float], reach: float
) -> None:
    point, value, slope = tangent
    xs = torch.linspace(point - reach, point + 1.2 * reach, 100, dtype=torch.float64)
    nudged = point + reach / 2
    end = float(function(torch.tensor(nudged, dtype=torch.float64)))
    axes.plot(xs, function(xs), color=BLUE, linewidth=2, label="the curve f(x)")
    line = value + slope * (xs - point)
    axes.plot(xs, line, color=ORANGE, linewidth=2, linestyle="--", label="slope f'(x), a line")
    axes.plot([point, nudged, nudged], [value, value, end], color=GRAY, linewidth=1.2)
    axes.plot([point, nudged], [value, end], "o", color=BLACK, markersize=5)
    for text, place, offset in (
        ("Δx", ((point + nudged) / 2, value), (-5, -14)),
        ("Δf", (nudged, (value + end) / 2), (5, -4)),
    ):
        axes.annotate(text, place, offset, textcoords="offset points")
    axes.set_xlabel("x")
    axes.set_ylabel("f(x)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))


# Where each variable of the neuron stands, and the operation on the arrow that leaves it.
_PLACES = {"w": (0, 1), "s": (0, 0), "b": (0, -1), "z": (2, 0), "h": (4, 0), "e": (6, 0)}
_PLACES |= {"y": (4, -1), "loss": (8, 0)}
_EDGES = {("w", "z"): "", ("s", "z"): "w·s + b", ("b", "z"): "", ("z", "h"): "tanh"}
_EDGES |= {("h", "e"): "h − y", ("y", "e"): "", ("e", "loss"): "square"}


@styled
def draw_neuron(values: Mapping[str, Tensor], gradients: Mapping[str, float | None]) -> Picture:
    """The neuron from left to right: values in the boxes, gradients below them.

    ``gradients`` maps the variables that need one to a number, or to None for a question mark.
    """
    picture = new_picture(3.6)
    axes = picture.subplots()
    for (start, end), operation in _EDGES.items():
        (x0, y0), (x1, y1) = _PLACES[start], _PLACES[end]
        shrink = 42 if end == "loss" else 32  # points, to the edge of the box
        arrow = {"arrowstyle": "-|>", "color": BLACK, "shrinkA": 32, "shrinkB": shrink}
        axes.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
        axes.text((x0 + x1) / 2, y0 + 0.1, operation, ha="center", va="bottom")
    for name, (x, y) in _PLACES.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": "#DCEBF7", "edgecolor": BLUE}
        text = f"{name} = {float(values[name]):.3f}"
        axes.text(x, y, text, ha="center", va="center", bbox=box)
        if name in gradients:
            gradient = gradients[name]
            told = "?" if gradient is None else f"{gradient:.3f}"
            axes.text(x, y - 0.42, f"d{name} = {told}", ha="center", color=VERMILION, va="center")
    axes.annotate("", (6.2, 1.15), (2, 1.15), arrowprops={"arrowstyle": "-|>", "color": BLUE})
    axes.text(4.1, 1.2, "forward: values", color=BLUE, ha="center", va="bottom")
    backward = {"arrowstyle": "-|>", "color": VERMILION, "linestyle": "--"}
    axes.annotate("", (2, 0.8), (6.2, 0.8), arrowprops=backward)
    axes.text(4.1, 0.76, "backward: gradients", color=VERMILION, ha="center", va="top")
    axes.set(xlim=(-0.9, 8.9), ylim=(-1.6, 1.5))
    axes.set_axis_off()
    return picture


@styled
def draw_ruler_errors(steps: Tensor, errors: Mapping[str, Tensor], goal: float) -> Picture:
    """Error of a central difference against step size, both logarithmic.

    ``steps`` has shape (k,); ``errors`` maps two dtypes' names to errors of that shape. ``goal`` is
    the error to reach, a dashed line.
    """
    picture = new_picture(4.4)
    axes = picture.subplots()
    looks = zip(errors.items(), (VERMILION, BLUE), ("s", "o"), strict=True)
    for (name, error), color, marker in looks:
        axes.loglog(steps, error, color=color, marker=marker, markersize=3.5, label=name)
    axes.axhline(goal, color=GRAY, linestyle="--")
    axes.text(1e-15, goal / 2, f"goal: {goal:.0e}", color=GRAY, va="top")
    axes.text(2e-13, 3e-5, "rounding:\ngrows as 1 / δ", color=BLUE, ha="right")
    axes.text(5e-3, 3e-8, "bending of the curve:\ngrows as δ²", color=BLUE, ha="left")
    axes.text(1e-11, 4, "float32: the step is lost in rounding", color=VERMILION, ha="center")
    axes.set_xlabel("step size δ")
    axes.set_ylabel("largest error of the central difference")
    axes.set_ylim(1e-13, 30)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=20))
    axes.grid(True)
    axes.legend(loc="lower left")
    return picture
