"""Pictures of the rules that stage 01 derives, drawn on examples smaller than the network."""

from collections.abc import Collection

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from autograder.figures.style import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PALE,
    SKY,
    VERMILION,
    YELLOW,
    Picture,
    new_picture,
    styled,
)

__all__ = ["draw_bessel", "draw_broadcast", "draw_matrix_product", "draw_tanh", "draw_two_paths"]

_ROW_COLORS = (SKY, ORANGE, GREEN)


@styled
def draw_broadcast() -> Picture:
    """A column used by a whole row forwards; a row of gradients summed into it backwards."""
    picture = new_picture(2.1)
    forwards, backwards = picture.subplots(1, 2)
    for axes in (forwards, backwards):
        _blank(axes, (0, 8.4), (-2.3, 1.1))
    for row, color in enumerate(_ROW_COLORS):
        _cell(forwards, 0.5, -row, f"$s_{row}$", color)
        _pointer(forwards, (1.7, 0.5 - row), (3.4, 0.5 - row))
        _pointer(backwards, (4.9, 0.5 - row), (6.6, 0.5 - row))
        _cell(backwards, 6.8, -row, "$\\Sigma$", color)
        for column in range(4):
            _cell(forwards, 3.6 + 1.1 * column, -row, f"$s_{row}$", color)
            _cell(backwards, 0.4 + 1.1 * column, -row, f"$g_{{{row}{column}}}$", color)
    forwards.set_title("forwards: $(3, 1)$ is copied along the row to $(3, 4)$")
    backwards.set_title("backwards: $(3, 4)$ is summed along the row to $(3, 1)$")
    return picture


@styled
def draw_two_paths(variable: str, consumers: tuple[str, str]) -> Picture:
    """A variable with two consumers: two arrows forwards, the sum of two gradients backwards."""
    picture = new_picture(1.9)
    axes = picture.subplots()
    _blank(axes, (0, 9.5), (0, 2.2))
    places = {variable: (1.2, 0.85), consumers[0]: (5.4, 1.5), consumers[1]: (5.4, 0.2)}
    for name, (x, y) in places.items():
        axes.add_patch(Rectangle((x, y), 1.9, 0.5, facecolor=PALE, edgecolor=BLACK))
        axes.text(x + 0.95, y + 0.25, name, ha="center", va="center", family="monospace")
    for name, shift in zip(consumers, (0.14, -0.14), strict=True):
        _, y = places[name]
        _pointer(axes, (3.15, 1.1 + shift), (5.35, y + 0.33))
        _pointer(axes, (5.35, y + 0.13), (3.15, 1.1 + shift - 0.2), VERMILION)
        axes.text(7.45, y + 0.25, f"has the gradient d{name}", va="center", color=VERMILION)
    axes.text(0.1, 0.42, "the two contributions are added", color=VERMILION)
    return picture


@styled
def draw_matrix_product() -> Picture:
    """Which entries meet in ``logits = h @ W2``, and which in the gradients of its factors."""
    picture = new_picture(5.6)
    panels = picture.subplots(3, 1)
    h, weights, logits = (32, 64), (64, 27), (32, 27)
    _meet(
        panels[0],
        "forwards: logits[i, j] is row i of h times column j of W2",
        [("h", h, "row i", ""), ("W2", weights, "", "column j"), ("logits", logits, "i", "j")],
    )
    _meet(
        panels[1],
        "backwards to h: h[i, k] went into row i of logits, weighted by row k of W2",
        [("dlogits", logits, "row i", ""), ("W2", weights, "row k", ""), ("dh", h, "i", "k")],
    )
    _meet(
        panels[2],
        "backwards to W2: W2[k, j] went into column j of logits, weighted by column k of h",
        [
            ("h", h, "", "column k"),
            ("dlogits", logits, "", "column j"),
            ("dW2", weights, "k", "j"),
        ],
    )
    return picture


def _meet(
    axes: Axes, title: str, blocks: list[tuple[str, tuple[int, int], str, str]], scale: float = 24
) -> None:
    """Three matrices in a line, to scale: the marked lines of the first two make an entry."""
    _blank(axes, (0, 20), (-1.7, 1.7))
    axes.set_title(title, loc="left", fontsize=10)
    for x, (name, (rows, columns), row, column) in zip((2.6, 9.3, 15.9), blocks, strict=True):
        width, height = columns / scale, rows / scale
        corner = (x - width / 2, -height / 2)
        axes.add_patch(Rectangle(corner, width, height, facecolor=PALE, edgecolor=BLACK))
        across, down = x + 0.15 * width, 0.2 * height
        if row:
            axes.add_patch(Rectangle((corner[0], down - 0.09), width, 0.18, color=SKY))
            axes.text(corner[0] - 0.12, down, row, ha="right", va="center", fontsize=9)
        if column:
            axes.add_patch(Rectangle((across - 0.09, corner[1]), 0.18, height, color=ORANGE))
            axes.text(across, corner[1] - 0.08, column, ha="center", va="top", fontsize=9)
        if row and column:
            axes.add_patch(Rectangle((across - 0.13, down - 0.13), 0.26, 0.26, color=VERMILION))
        label = f"{name}\n({rows}, {columns})"
        axes.text(x + width / 2 + 0.15, 0, label, va="center", fontsize=9, family="monospace")
    axes.text(7.2, 0, "and", ha="center", va="center", fontsize=10)
    axes.text(12.9, 0, "make", ha="center", va="center", fontsize=10)


@styled
def draw_tanh(outputs: torch.Tensor) -> Picture:
    """The curve of tanh with two tangents, and its slope against its own ``outputs``."""
    picture = new_picture(3.2)
    curve, slope = picture.subplots(1, 2)
    x = torch.linspace(-3.5, 3.5, 200, dtype=torch.float64)
    curve.plot(x, x.tanh(), color=BLUE, linewidth=2)
    for at, color in ((0.0, VERMILION), (1.6, GREEN)):
        here = torch.tensor(at, dtype=torch.float64).tanh()
        near = torch.linspace(at - 0.9, at + 0.9, 2, dtype=torch.float64)
        curve.plot(near, here + (1 - here**2) * (near - at), color=color, linestyle="--")
        curve.plot([at], [here], "o", color=color)
        curve.annotate(f"slope {1 - here**2:.2f}", (at, here), (at + 0.35, here - 0.3))
    curve.set(title="$h = \\tanh(x)$", xlabel="input $x$", ylabel="output $h$")
    grid = torch.linspace(-1, 1, 200, dtype=torch.float64)
    slope.plot(grid, 1 - grid**2, color=BLUE, linewidth=2)
    used = outputs.detach().flatten()
    slope.plot(used, torch.full_like(used, -0.05), "|", color=GRAY, markersize=7, alpha=0.3)
    slope.text(0, -0.16, f"the {used.numel()} outputs of this minibatch", ha="center", color=GRAY)
    slope.set(title="the slope, seen from the output", xlabel="output $h$", ylabel="$dh/dx$")
    slope.set(ylim=(-0.25, 1.1), xticks=(-1, -0.5, 0, 0.5, 1))
    return picture


@styled
def draw_bessel(sizes: Collection[int] = (2, 3, 4, 6, 8, 12, 16, 24, 32)) -> Picture:
    """The mean of both estimates of a variance that is 1, over 20,000 samples of each size."""
    generator = torch.Generator().manual_seed(7)
    picture = new_picture(3.1, width=7.5)
    axes = picture.subplots()
    for unbiased, color, marker, label in (
        (True, BLUE, "o", "divided by $n - 1$"),
        (False, VERMILION, "s", "divided by $n$"),
    ):
        means = []
        for size in sizes:
            samples = torch.randn((20_000, size), generator=generator, dtype=torch.float64)
            means.append(samples.var(1, correction=int(unbiased)).mean())
        axes.plot(list(sizes), means, marker, color=color, label=label)
    n = torch.linspace(min(sizes), max(sizes), 200)
    axes.plot(n, (n - 1) / n, color=VERMILION, linewidth=1, label="$(n - 1) / n$")
    axes.axhline(1, color=GRAY, linewidth=1, linestyle="--", label="the true variance")
    axes.set(xlabel="size of the sample, $n$", ylabel="mean of the estimates", ylim=(0.4, 1.1))
    axes.legend(loc="lower right")
    return picture


def _blank(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    axes.set(xlim=x, ylim=y, aspect="equal")
    axes.axis("off")


def _cell(axes: Axes, x: float, y: float, text: str, color: str = YELLOW) -> None:
    axes.add_patch(Rectangle((x, y), 1, 0.95, facecolor=color, edgecolor=BLACK, alpha=0.75))
    axes.text(x + 0.5, y + 0.45, text, ha="center", va="center")


def _pointer(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str = GRAY
) -> None:
    style = "-|>,head_length=5,head_width=2.5"
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle=style, color=color, linewidth=1.3))
