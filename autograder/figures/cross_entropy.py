"""The pictures of stage 02: the Jacobian of softmax, pushes and pulls, where a backward breaks."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from torch import Tensor

from autograder.figures.style import (
    BLACK,
    BLUE,
    GRAY,
    VERMILION,
    Picture,
    heat_map,
    new_picture,
    styled,
)

__all__ = ["breakdown", "jacobian", "pushes_and_pulls"]


@styled
def jacobian(matrix: Tensor, logits: Tensor) -> Picture:
    """The Jacobian of softmax for one short row of logits, (v, v), number by number."""
    picture = new_picture(3.6, width=5.6)
    axes = picture.subplots()
    labels = [str(index) for index in range(len(logits))]
    image = heat_map(
        axes,
        matrix,
        title="how probability i answers to logit j",
        rows="probability i",
        columns="logit j and, in brackets, its value",
        row_labels=labels,
        column_labels=[
            f"{label}\n({value:g})" for label, value in zip(labels, logits, strict=True)
        ],
        numbers=".3f",
    )
    picture.colorbar(image, ax=axes)
    return picture


@styled
def pushes_and_pulls(gradient: Tensor, targets: Tensor, row: int, alphabet: str) -> Picture:
    """The gradient of the logits, (n, vocabulary), and one of its rows as forces.

    Both are drawn n times as large as they are: then the forces of a row are probabilities.
    """
    forces = gradient.detach() * len(targets)
    picture = new_picture(4.6, width=11)
    left, right = picture.subplots(1, 2, width_ratios=[1.15, 1])
    image = heat_map(
        left,
        forces,
        title="n · dlogits",
        rows="example",
        columns="character",
        column_labels=list(alphabet),
    )
    left.axhspan(row - 0.5, row + 0.5, fill=False, edgecolor=BLACK, linewidth=1.2)
    picture.colorbar(image, ax=left)
    _forces(right, forces[row], int(targets[row]), alphabet)
    right.set_title(f"example {row}: what descent does to its logits")
    return picture


def _forces(axes: Axes, forces: Tensor, target: int, alphabet: str) -> None:
    """Bars for one row: descent moves a logit against its gradient, so up is minus."""
    moves = (-forces).tolist()
    colors = [BLUE if move > 0 else VERMILION for move in moves]
    axes.bar(range(len(moves)), moves, color=colors, edgecolor=BLACK, linewidth=0.4)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.set_xticks(range(len(alphabet)), list(alphabet))
    axes.set_xlabel(f"character ({len(alphabet)})")
    axes.set_ylabel("− n · dlogits")
    axes.set_ylim(-0.55, 1.1)
    pulled = f"the target {alphabet[target]!r} is pulled up\nby 1 − p = {moves[target]:.2f}"
    side = "left" if target < len(alphabet) / 2 else "right"
    shift = 1.2 if side == "left" else -1.2
    axes.text(target + shift, moves[target], pulled, ha=side, va="top", color=BLUE)
    pushed = -sum(move for move in moves if move < 0)
    axes.text(
        0.5,
        0.04,
        f"every other character is pushed down by its p,\n{pushed:.2f} in all",
        transform=axes.transAxes,
        ha="center",
        color=VERMILION,
    )


@styled
def breakdown(
    scales: Sequence[float],
    losses: Sequence[float],
    unrolled_rows: Sequence[int],
    fused_rows: Sequence[int],
    found: float,
) -> Picture:
    """The loss, and the rows of the gradient that hold a NaN, against the scale of the logits."""
    picture = new_picture(4.8)
    above, below = picture.subplots(2, 1, sharex=True)
    above.loglog(scales, losses, color=BLACK)
    above.set_ylabel("loss")
    above.set_title("the loss falls towards zero and looks well")
    below.semilogx(
        scales, unrolled_rows, color=VERMILION, marker="o", markersize=4, label="unrolled"
    )
    below.semilogx(scales, fused_rows, color=BLUE, linestyle="--", label="fused")
    below.set_ylabel("rows with NaN")
    below.set_xlabel("scale: the logits are multiplied by it")
    below.set_title("the gradient")
    below.legend(loc="upper left", bbox_to_anchor=(0.0, 0.85))
    for axes in (above, below):
        axes.axvline(found, color=GRAY, linestyle=":")
        axes.grid(True)
    above.annotate(
        "breaking_scale",
        (found, max(losses)),
        xytext=(6, -4),
        textcoords="offset points",
        color=GRAY,
        va="top",
    )
    return picture
