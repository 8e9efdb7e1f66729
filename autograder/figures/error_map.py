"""Where an answer differs from its reference, as a small map with a color for each power of ten."""

import math

import torch
from torch import Tensor

from autograder.compare import Comparison
from autograder.differences import entries_in_words
from autograder.figures.drawing import INK, QUIET, Drawing, card, png, words
from autograder.figures.plane import Plane, plane_of

__all__ = ["error_map"]

# Right, then from the largest power of ten downwards, then not finite. Dark means large, so that
# the order shows without any color.
_RIGHT, _NOT_FINITE = "#CFE3F2", "#000000"
_LEVELS = ("#702600", "#B24A00", "#E27A2B", "#F2AC74", "#FBDCC4")
_PALETTE = (_RIGHT, *_LEVELS, _NOT_FINITE)
_DEPTH = len(_LEVELS)

_MOST_ROWS, _MOST_COLUMNS = 64, 96  # more are shown several to a cell
_WIDEST, _TALLEST, _LARGEST_CELL = 384, 208, 22
_LEFT, _TOP, _BELOW, _RIGHT_MARGIN, _NARROWEST = 46, 32, 66, 16, 330


def error_map(name: str, answer: Tensor, expected: Tensor, comparison: Comparison) -> Drawing:
    """Draw |answer - expected| on a scale of powers of ten, with the worst entry marked.

    The shapes fit, size-1 dimensions aside; ``comparison`` is that of the two. More than two
    dimensions are laid out in blocks; of large tensors each cell shows the largest of several
    entries. Which entries are right by rounding is what the comparison says.
    """
    theirs = expected.detach().double()
    difference = (answer.detach().double().reshape(theirs.shape) - theirs).abs()
    plane = plane_of(tuple(theirs.shape))
    flat = difference.reshape(plane.rows, plane.columns)
    step_down = math.ceil(plane.rows / _MOST_ROWS)
    step_across = math.ceil(plane.columns / _MOST_COLUMNS)
    cells = _pooled(flat.nan_to_num(nan=math.inf, posinf=math.inf), step_down, step_across)
    finite = cells[cells.isfinite()]
    largest = float(finite.max()) if finite.numel() else 1.0
    top = math.floor(math.log10(largest)) if largest > 0 else 0
    levels = _levels(cells, top, comparison.bound)
    rows, columns = cells.shape
    side = min(_WIDEST / columns, _TALLEST / rows, _LARGEST_CELL)
    across, down = (
        max(side, min(8, 300 / columns)) * columns,
        max(side, min(14, _TALLEST / rows)) * rows,
    )
    listed = list(comparison.worst or ())
    told = f"worst at {listed}" if listed else "worst"
    told += f": yours {comparison.worst_actual:.4g}, expected {comparison.worst_expected:.4g}"
    width = round(max(_LEFT + across + _RIGHT_MARGIN, _NARROWEST, 44 + 6.4 * len(told)))
    height = round(_TOP + down + _BELOW)
    left = _LEFT
    parts = [
        words(12, 20, "Where it differs", bold=True),
        words(124, 20, "|yours − expected|", size=11, color=QUIET),
        f'<image href="{png(levels.tolist(), _PALETTE)}" x="{left}" y="{_TOP}" '
        f'width="{across:g}" height="{down:g}" preserveAspectRatio="none" '
        'style="image-rendering:crisp-edges;image-rendering:pixelated"/>',
        *_blocks(plane, left, across, down),
        f'<rect x="{left}" y="{_TOP}" width="{across:g}" height="{down:g}" fill="none" '
        f'stroke="{INK}" stroke-width="0.8"/>',
        *_axes(plane, left, across, down),
        *_legend(levels, top, _TOP + down + 34),
    ]
    flat_worst = _flat_index(comparison.worst or (), tuple(theirs.shape))
    row, column = divmod(flat_worst, plane.columns)
    x = left + (column // step_across + 0.5) * across / columns
    y = _TOP + (row // step_down + 0.5) * down / rows
    parts += _mark(x, y, max(across / columns, down / rows) / 2 + 2.5)
    bottom = _TOP + down + 55
    parts += [*_mark(18, bottom - 4, 5), words(30, bottom, told, size=11)]
    binned = step_down * step_across
    pooled = f" Each cell shows the largest of {binned} entries." if binned > 1 else ""
    alt = (
        f"Map of the differences of {name}, shape {tuple(theirs.shape)}: "
        f"{entries_in_words(comparison)}; the {told}.{pooled}"
    )
    return card(parts, alt, width, height)


def _pooled(flat: Tensor, down: int, across: int) -> Tensor:
    """The largest entry of each block."""
    if down == across == 1:
        return flat
    rows, columns = math.ceil(flat.shape[0] / down), math.ceil(flat.shape[1] / across)
    full = torch.zeros(rows * down, columns * across, dtype=flat.dtype)
    full[: flat.shape[0], : flat.shape[1]] = flat
    return full.reshape(rows, down, columns, across).amax((1, 3))


def _levels(cells: Tensor, top: int, bound: float) -> Tensor:
    """For each cell the number of its color: powers of ten below ``top``, counted from 1."""
    exponents = cells.clamp(min=1e-300, max=1e300).log10().floor()
    levels = (top - exponents + 1).clamp(1, _DEPTH)
    levels[cells <= bound] = 0
    levels[~cells.isfinite()] = _DEPTH + 1
    return levels.to(torch.uint8)


def _flat_index(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    flat = 0
    for place, size in zip(index, shape, strict=False):
        flat = flat * size + place
    return flat


def _mark(x: float, y: float, radius: float) -> list[str]:
    """A ring that shows on any color: white around black."""
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="none"'
    return [f'{ring} stroke="#FFFFFF" stroke-width="4"/>', f'{ring} stroke="{INK}"/>']


def _blocks(plane: Plane, left: float, across: float, down: float) -> list[str]:
    lines = []
    if plane.block_columns:
        for column in range(plane.block_columns, plane.columns, plane.block_columns):
            x = left + across * column / plane.columns
            lines.append(f"M{x:.1f} {_TOP}v{down:.1f}")
    if plane.block_rows:
        for row in range(plane.block_rows, plane.rows, plane.block_rows):
            lines.append(f"M{left} {_TOP + down * row / plane.rows:.1f}h{across:.1f}")
    return [f'<path d="{"".join(lines)}" stroke="{INK}" fill="none"/>'] if lines else []


def _axes(plane: Plane, left: float, across: float, down: float) -> list[str]:
    parts = []
    below = _TOP + down + 13
    if plane.columns > 1:
        parts += [
            words(left, below, "0", size=10, color=QUIET),
            words(left + across, below, str(plane.columns - 1), size=10, color=QUIET, anchor="end"),
            words(left + across / 2, below, plane.across, size=10, color=QUIET, anchor="middle"),
        ]
    if plane.down:
        parts.append(words(left - 4, _TOP + 9, "0", size=10, color=QUIET, anchor="end"))
        if plane.rows > 1 and down > 30:
            last = words(
                left - 4, _TOP + down, str(plane.rows - 1), size=10, color=QUIET, anchor="end"
            )
            parts.append(last)
        if down > 90:
            middle = _TOP + down / 2
            parts.append(
                words(16, middle, plane.down, size=10, color=QUIET, anchor="middle", turned=True)
            )
    return parts


def _legend(levels: Tensor, top: int, y: float) -> list[str]:
    """A box with its meaning for each color that occurs, from large to right."""
    seen = set(levels.flatten().tolist())
    entries = [
        (_PALETTE[level], ("≤" if level == _DEPTH else "") + f"1e{top - level + 1}")
        for level in range(1, _DEPTH + 1)
        if level in seen
    ]
    entries += [(_NOT_FINITE, "NaN, inf")] * (_DEPTH + 1 in seen)
    entries += [(_RIGHT, "right")] * (0 in seen)
    parts, x = [], 12.0
    for color, meaning in entries:
        parts.append(
            f'<rect x="{x:g}" y="{y - 9:g}" width="10" height="10" fill="{color}" '
            f'stroke="{INK}" stroke-width="0.5"/>'
        )
        parts.append(words(x + 13, y, meaning, size=10))
        x += 22 + 6.1 * len(meaning)
    return parts
