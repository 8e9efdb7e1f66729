"""Pictures of stage 04: how the training went, and what the hidden layer looks like."""

from collections.abc import Mapping, Sequence

import matplotlib.patheffects as effects
import torch
from matplotlib.axes import Axes
from torch import Tensor

from autograder.figures.style import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PINK,
    SEQUENTIAL,
    SKY,
    VERMILION,
    Picture,
    heat_map,
    new_picture,
    styled,
)

__all__ = ["draw_loss", "draw_saturation", "draw_update_ratios"]

_LINES = (BLUE, VERMILION, GREEN, ORANGE, SKY, PINK, BLACK)
_DASHES = ("-", "-", "-", "-", "--", "--", "--")
_NOTHING = -6.0  # log10 of an update that changes no digit that float32 keeps


@styled
def draw_loss(losses: Sequence[float], lowered: int, yardsticks: Mapping[str, float]) -> Picture:
    """The loss of each minibatch as dots, and its mean over each hundredth part as a line.

    ``lowered`` is the step from which the rate is smaller; ``yardsticks`` maps the names of
    other models to their losses, drawn as levels.
    """
    picture = new_picture(3.6)
    axes = picture.subplots()
    values = torch.tensor(losses, dtype=torch.float64)
    every = max(1, len(values) // 4000)
    axes.plot(
        range(0, len(values), every), values[::every], ".", color=SKY, alpha=0.35, markersize=3
    )
    length = max(1, len(values) // 100)
    pieces = values[: len(values) // length * length].view(-1, length).mean(1)
    centers = [length * (i + 0.5) for i in range(len(pieces))]
    axes.plot(centers, pieces, color=BLUE, linewidth=2)
    axes.text(centers[-1], float(pieces[-1]), "  mean", color=BLUE, va="center")
    for name, level in yardsticks.items():
        axes.axhline(level, color=GRAY, linewidth=1, linestyle="--")
        told = axes.text(len(values), level, f"{name}: {level:.2f}", ha="right", va="bottom")
        told.set_path_effects([effects.withStroke(linewidth=3, foreground="white")])
    axes.axvline(lowered, color=GRAY, linewidth=1, linestyle=":")
    axes.set_ylim(1.4, 3.9)
    told = axes.text(lowered, 1.45, "  rate lowered", color=GRAY)
    told.set_path_effects([effects.withStroke(linewidth=3, foreground="white")])
    axes.set_xlabel(f"step ({len(values):,})")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel("loss of the minibatch, nats")
    axes.set_title("The loss: each dot a minibatch, the line their mean")
    return picture


@styled
def draw_update_ratios(ratios: Mapping[str, Sequence[float]], every: int) -> Picture:
    """The size of each parameter's update over the parameter's own size, on a log scale.

    ``ratios`` maps a parameter to its ratios, one for each ``every`` steps. A parameter whose
    updates are next to nothing gets a panel of its own below, so that the others stay apart.
    """
    picture = new_picture(5.0)
    logarithms = {
        name: torch.tensor(values, dtype=torch.float64).clamp_min(1e-12).log10()
        for name, values in ratios.items()
    }
    still = {name for name, values in logarithms.items() if values.median() < _NOTHING}
    heights = (4, 1) if still else (1,)
    panels = picture.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    looks = dict(zip(logarithms, zip(_LINES, _DASHES, strict=True), strict=False))
    right = every * max(map(len, ratios.values()))
    for axes, wanted in zip(panels[:, 0], (logarithms.keys() - still, still), strict=False):
        ends = []
        for name in (name for name in logarithms if name in wanted):
            steps, pieces = _smoothed(logarithms[name], every)
            color, dash = looks[name]
            axes.plot(steps, pieces, dash, color=color, linewidth=1.6)
            ends.append((float(pieces[-1]), name, color))
        _label_ends(axes, right, ends)
        axes.set_xlim(0, 1.08 * right)
        axes.grid(axis="y")
    axes.set_xlabel(f"step ({right:,})")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    above = panels[0, 0]
    above.axhline(-3, color=BLACK, linewidth=1, linestyle=":")
    above.set_title("Update over parameter; the dotted line is one thousandth")
    picture.supylabel("log10 of update / parameter", fontsize="medium")
    return picture


def _smoothed(values: Tensor, every: int) -> tuple[list[float], Tensor]:
    """Means over a fortieth of the values each, and the steps at which they stand."""
    length = max(1, len(values) // 40)
    pieces = values[: len(values) // length * length].view(-1, length).mean(1)
    return [every * length * (i + 0.5) for i in range(len(pieces))], pieces


def _label_ends(axes: Axes, right: float, ends: list[tuple[float, str, str]]) -> None:
    """Write each line's name at its end, moved up where two would overlap."""
    low, high = axes.get_ylim()
    apart, last = (high - low) * 0.06, float("-inf")
    for level, name, color in sorted(ends):
        last = max(level, last + apart)
        axes.text(1.01 * right, last, name, color=color, va="center", fontweight="bold")


@styled
def draw_saturation(layers: Mapping[str, Tensor], limit: float = 0.97) -> Picture:
    """For each hidden layer (n, hidden): how its values spread, and which are beyond ``limit``."""
    picture = new_picture(4.6)
    above, below = picture.subplots(2, len(layers), sharex="row", height_ratios=(1, 1.25))
    top = 0.0
    for upper, lower, (title, h) in zip(above, below, layers.items(), strict=True):
        values = h.detach().double()
        counts, _, _ = upper.hist(
            values.flatten().numpy(),
            bins=40,
            range=(-1, 1),
            color=BLUE,
            weights=[1 / values.numel()] * values.numel(),
        )
        top = max(top, counts.max())
        saturated = (values.abs() > limit).double()
        upper.set_title(title)
        upper.set_xlabel("h")
        heat_map(
            lower,
            saturated[:32],
            title=f"dark: saturated, {100 * saturated.mean():.0f} %",
            rows="example",
            columns="hidden unit",
            colormap=SEQUENTIAL,
            limit=1.3,
        )
    for upper in above:
        upper.set_ylim(0, 1.05 * top)
    above[0].set_ylabel("share of all values")
    for lower in below[1:]:
        lower.set_ylabel("")
    return picture
