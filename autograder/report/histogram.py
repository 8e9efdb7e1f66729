"""How many have which score: the bins, and the figure as SVG."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Bin", "bins", "histogram_svg"]

_MOST_WHOLE = 30  # up to so many points, each point has a bin of its own
_BINS = 20
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 232, 8, 22, 52
_WIDEST = 56  # bar


@dataclass(frozen=True)
class Bin:
    """Scores from ``low`` to less than ``high``; the last bin ends with the highest score."""

    low: float
    high: float
    count: int


def bins(scores: Sequence[float], most: float) -> list[Bin]:
    """A bin for each whole point, or twenty equal ones where there are more than 30 points.

    ``most`` is the highest score possible; with whole points it has a bin of its own.
    """
    if most <= 0:
        return []
    if most <= _MOST_WHOLE and most == int(most):
        lows = [float(place) for place in range(int(most) + 1)]
    else:
        lows = [most * place / _BINS for place in range(_BINS)]
    counts = [0] * len(lows)
    for value in scores:
        counts[max(0, bisect_right(lows, value) - 1)] += 1
    return [
        Bin(low, high, count)
        for low, high, count in zip(lows, [*lows[1:], most], counts, strict=True)
    ]


def histogram_svg(found: Sequence[Bin], middle: float) -> str:
    """The figure, with its numbers in words for who cannot see it. ``middle`` is marked."""
    whole = len(found) > 1 and found[-1].low == found[-1].high  # a bin for each point
    highest = max((each.count for each in found), default=0) or 1
    step = (_WIDTH - 2 * _LEFT) / max(1, len(found))
    wide = min(step - 2, _WIDEST)
    floor_y = _HEIGHT - _BOTTOM
    parts = [
        f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _LEFT}" y1="{floor_y}" y2="{floor_y}"/>'
    ]
    for place, each in enumerate(found):
        x = _LEFT + place * step
        height = (floor_y - _TOP) * each.count / highest
        if each.count:
            parts.append(
                f'<rect class="bar" x="{x + (step - wide) / 2:.1f}" y="{floor_y - height:.1f}" '
                f'width="{wide:.1f}" height="{height:.1f}"/>'
                f'<text class="count" x="{x + step / 2:.1f}" y="{floor_y - height - 4:.1f}">'
                f"{each.count}</text>"
            )
        if whole:
            if place % (1 if len(found) <= 31 else 2) == 0:
                parts.append(_label(x + step / 2, f"{each.low:g}"))
        elif place % 2 == 0:
            parts.append(_label(x, f"{each.low:g}", "start" if place == 0 else "middle"))
    if found and not whole:
        parts.append(_label(_WIDTH - _LEFT, f"{found[-1].high:g}", "end"))
    parts.append(f'<text class="name" x="{_WIDTH / 2:.0f}" y="{_HEIGHT - 6}">points</text>')
    if found:
        parts.append(_mark(found, middle, step, floor_y, whole))
    told = ", ".join(f"{words}: {each.count}" for words, each in _named(found, whole) if each.count)
    return (
        f'<svg class="histogram" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Histogram of the scores, submissions by points. {escape(told)}.">'
        f"{''.join(parts)}</svg>"
    )


def _label(x: float, text: str, anchor: str = "middle") -> str:
    return (
        f'<text class="tick" style="text-anchor:{anchor}" x="{x:.1f}" '
        f'y="{_HEIGHT - _BOTTOM + 15}">{text}</text>'
    )


def _mark(found: Sequence[Bin], middle: float, step: float, floor_y: float, whole: bool) -> str:
    """A triangle under the axis at the median."""
    width = found[0].high - found[0].low
    x = _LEFT + step * (middle / width + (0.5 if whole else 0.0))
    y = floor_y + 20
    return f'<path class="mark" d="M{x:.1f} {y}l5 8h-10z"/>'


def _named(found: Sequence[Bin], whole: bool) -> list[tuple[str, Bin]]:
    if whole:
        return [(f"{each.low:g} points", each) for each in found]
    return [(f"{each.low:g} to {each.high:g} points", each) for each in found]
