"""Pictures of stage 01 that are drawn from the notebook's own variables."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.figures.style import (
    BLUE,
    GRAY,
    ORANGE,
    SEQUENTIAL,
    VERMILION,
    Picture,
    heat_map,
    new_picture,
    styled,
)
from autograder.verdict import Status, StepVerdict

__all__ = ["draw_cancellation", "draw_gradients", "draw_occurrences", "draw_row_maxima"]


@styled
def draw_row_maxima(logits: Tensor, alphabet: str) -> Picture:
    """``logits`` (n, vocabulary) with each row's maximum marked, and the one-hot rows beside it."""
    picture = new_picture(4.2)
    picture.set_layout_engine("constrained", wspace=0.08)  # the color bar belongs to the left map
    left, right = picture.subplots(1, 2, sharey=True)
    where = logits.detach().argmax(1)
    image = heat_map(
        left,
        logits,
        title="logits, × at the maximum",
        rows="example",
        columns="character",
        column_labels=alphabet,
    )
    left.plot(where, range(len(where)), "x", color="black", markersize=5)
    picture.colorbar(image, ax=left).ax.set_title("logit", fontsize=9)
    hot = torch.zeros_like(logits).scatter(1, where.unsqueeze(1), 1.0)
    heat_map(
        right,
        hot,
        title="slope of the maximum: 1 dark, 0 white",
        rows="example",
        columns="character",
        column_labels=alphabet,
        colormap=SEQUENTIAL,
    )
    right.set_ylabel("")
    return picture


@styled
def draw_cancellation(row: Tensor, alphabet: str) -> Picture:
    """One row of a gradient (vocabulary,) as bars, and its sum as it runs from left to right."""
    picture = new_picture(3.0)
    axes = picture.subplots()
    values, place = row.detach(), range(len(row))
    axes.bar(place, values.clamp(min=0).tolist(), color=VERMILION, label="entry above 0")
    axes.bar(place, values.clamp(max=0).tolist(), color=BLUE, label="entry below 0")
    axes.step(place, values.cumsum(0).tolist(), where="mid", color="black", label="sum so far")
    axes.axhline(0, color=GRAY, linewidth=0.8)
    axes.set_xticks(place, list(alphabet))
    axes.set(xlabel=f"character ({len(row)})", ylabel="gradient of norm_logits[0]")
    axes.legend(loc="lower right")
    return picture


@styled
def draw_occurrences(Xb: Tensor, alphabet: str) -> Picture:
    """How often each row of the table is looked up by ``Xb`` (n, context), int64."""
    picture = new_picture(2.8)
    axes = picture.subplots()
    times = torch.bincount(Xb.flatten(), minlength=len(alphabet)).tolist()
    bars = axes.bar(range(len(alphabet)), times, color=ORANGE, edgecolor="black", linewidth=0.5)
    axes.bar_label(bars, fontsize=8)
    axes.set_xticks(range(len(alphabet)), list(alphabet))
    axes.set_xlabel(f"row of C ({len(alphabet)})")
    axes.set_ylabel(f"look-ups (of {Xb.numel()})")
    return picture


# Color, hatch and words: wrong and right are told apart without color.
_LOOKS = {True: (BLUE, "", "right"), False: (VERMILION, "///", "not right")}
_FLOOR = 1e-20  # left end of the axis: below any rounding residue of the course


@styled
def draw_gradients(namespace: Mapping[str, Any], verdicts: Sequence[StepVerdict]) -> Picture:
    """The root mean square of each gradient that there is, on a log scale, with its verdict.

    ``namespace`` maps names to anything; what is missing, or has no size, is said in words. The
    gradients stand in the order of ``verdicts``, from the top.
    """
    picture = new_picture(0.26 * len(verdicts) + 1.1)
    axes = picture.subplots()
    for place, verdict in enumerate(verdicts):
        size = _root_mean_square(namespace.get(verdict.name))
        color, hatch, word = _LOOKS[verdict.status.passed]
        if verdict.status is Status.NOT_ATTEMPTED:
            axes.text(_FLOOR * 2, place, "○ not done yet", va="center", color=GRAY)
        elif size is None or not math.isfinite(size):
            axes.text(_FLOOR * 2, place, "✗ has no finite size", va="center", color=VERMILION)
        else:
            shown = min(max(size, _FLOOR * 1.5), 1e6)
            axes.barh(place, shown, left=0, color=color, hatch=hatch, edgecolor="white")
            mark = "✓" if verdict.status.passed else "✗"
            if verdict.follows_from:
                word = f"follows from {' and '.join(verdict.follows_from)}"
            axes.text(shown * 1.5, place, f"{mark} {word}", va="center", color=color, fontsize=9)
    names = [verdict.name for verdict in verdicts]
    axes.set_yticks(range(len(names)), names, family="monospace")
    axes.set(xscale="log", xlim=(_FLOOR, 1e3), ylim=(len(names) - 0.4, -0.6))
    axes.set_xlabel("root mean square of the entries")
    axes.set_ylabel("gradient, in backward order")
    axes.grid(axis="x")
    axes.set_title("How large each gradient is, and what the check says of it")
    return picture


def _root_mean_square(value: Any) -> float | None:
    if not isinstance(value, Tensor) or not value.numel() or value.is_complex():
        return None
    return float(value.detach().double().square().mean().sqrt())
