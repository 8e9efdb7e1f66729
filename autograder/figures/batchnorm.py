"""The pictures of stage 03: the paths through batch norm, the projection, the two Jacobians."""

from matplotlib.axes import Axes
from torch import Tensor

from autograder.figures.style import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    VERMILION,
    Picture,
    heat_map,
    new_picture,
    styled,
)

__all__ = ["contributions", "jacobians", "paths", "projection"]

# Where each box stands, and its shape. Then each arrow: from, to, color, dashes, and its label
# with the place where that starts.
_BOXES = {
    "hprebn": (0.0, 0.0, "(n, hidden)"),
    "bnmeani": (2.6, 1.0, "(1, hidden)"),
    "bnvar": (3.9, -1.0, "(1, hidden)"),
    "bnraw": (6.5, 0.0, "(n, hidden)"),
    "hpreact": (8.6, 0.0, "(n, hidden)"),
}
_ARROWS = (
    ("hprebn", "bnraw", BLACK, "-", "direct", 2.0, 0.12),
    ("hprebn", "bnmeani", BLUE, "-", "through the mean", 0.0, 0.75),
    ("bnmeani", "bnraw", BLUE, "-", "", 0.0, 0.0),
    ("hprebn", "bnvar", VERMILION, "-", "through the variance", 0.2, -0.85),
    ("bnvar", "bnraw", VERMILION, "-", "by way of bnvar_inv", 5.5, -0.85),
    ("bnmeani", "bnvar", GRAY, ":", "carries zero: see below", 3.62, -0.36),
    ("bnraw", "hpreact", BLACK, "-", "", 0.0, 0.0),
)


@styled
def paths() -> Picture:
    """The variables of batch norm and the three ways from ``hprebn`` to ``bnraw``."""
    picture = new_picture(3.1)
    axes = picture.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.8, 9.4), ylim=(-1.4, 1.4))
    box = {"boxstyle": "square,pad=0.5", "facecolor": "#DCEBF7", "edgecolor": BLACK}
    drawn = {
        name: axes.text(x, y, f"{name}\n{shape}", ha="center", va="center", bbox=box, zorder=2)
        for name, (x, y, shape) in _BOXES.items()
    }
    for start, end, color, line, label, x, y in _ARROWS:
        arrow = {"arrowstyle": "-|>", "color": color, "linestyle": line, "linewidth": 1.6}
        arrow |= {"patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}
        axes.annotate("", _BOXES[end][:2], _BOXES[start][:2], arrowprops=arrow, zorder=1)
        axes.text(x, y, label, color=color)
    return picture


@styled
def contributions(parts: Tensor, channel: int) -> Picture:
    """What reaches one column of ``hprebn`` on each path, (3, n, hidden), and their sum."""
    picture = new_picture(2.9, width=11)
    panels = picture.subplots(1, 4, sharey=True)
    columns = [*parts[:, :, channel], parts[:, :, channel].sum(0)]
    titles = ("direct", "through the mean", "through the variance", "the sum: dhprebn")
    for axes, column, title, color in zip(
        panels, columns, titles, (BLACK, BLUE, VERMILION, GREEN), strict=True
    ):
        axes.bar(range(len(column)), column.tolist(), color=color)
        axes.axhline(0, color=BLACK, linewidth=0.8)
        axes.set_title(title)
        axes.set_xlabel(f"example ({len(column)})")
        axes.grid(True, axis="y")
    panels[0].set_ylabel(f"gradient, column {channel}")
    return picture


@styled
def projection(column: Tensor, raw: Tensor) -> Picture:
    """One column of the upstream gradient, (n,), as an arrow, and what is left of it.

    Two cuts through the n-dimensional space, with right angles and lengths as parts of that of
    ``column``: first the direction of the constant column against the rest, then ``raw``, (n,).
    """
    column = column / column.norm()
    mean = float(column.mean()) * len(column) ** 0.5
    centered = column - column.mean()
    part = float(raw @ centered / raw.norm())
    left = float(centered.norm() ** 2 - part**2) ** 0.5
    picture = new_picture(3.8)
    first, second = picture.subplots(1, 2)
    _drop(first, float(centered.norm()), mean, ("dhpreact", "without its mean"), (BLACK, BLUE))
    first.set(title="take out the mean", ylabel="along (1, ..., 1)")
    first.set_xlabel(f"across it: the {len(column) - 1} dimensions of mean zero")
    remaining = ("without its mean", "without its part along bnraw, too")
    _drop(second, left, part, remaining, (BLUE, VERMILION))
    second.set(title="then the part along bnraw", ylabel="along bnraw")
    second.set_xlabel(f"across both: {len(column) - 2} dimensions")
    return picture


def _drop(axes: Axes, x: float, y: float, labels: tuple[str, str], colors: tuple[str, str]) -> None:
    """The arrow (x, y), and the arrow (x, 0) that the horizontal axis keeps of it."""
    for end, label, color in zip(((x, y), (x, 0.0)), labels, colors, strict=True):
        arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", end, (0.0, 0.0), arrowprops=arrow)
        axes.plot([], [], color=color, label=label)
    axes.plot([x, x], [0, y], color=GRAY, linestyle="--")
    axes.axhline(0, color=GRAY, linewidth=0.8)
    axes.axvline(0, color=GRAY, linewidth=0.8)
    reach = max(0.6, 1.1 * abs(y))
    axes.set(xlim=(-0.1, 1.15), ylim=(-reach, reach), aspect="equal")
    axes.legend(loc="upper left" if y < 0 else "lower left")


@styled
def jacobians(training: Tensor, inference: Tensor) -> Picture:
    """How each output of one column answers to each input of it, (n, n), in the two modes.

    The colors reach a quarter of the largest entry, so that the small ones can be seen.
    """
    picture = new_picture(4.2, width=10)
    panels = picture.subplots(1, 2, sharey=True)
    limit = float(training.abs().max().maximum(inference.abs().max())) / 4
    for axes, matrix, title in zip(
        panels, (training, inference), ("training", "inference"), strict=True
    ):
        image = heat_map(
            axes,
            matrix,
            title=title,
            rows="output of example",
            columns="input of example",
            limit=limit,
        )
    picture.colorbar(image, ax=list(panels), extend="both", label="d hpreact / d hprebn")
    return picture
