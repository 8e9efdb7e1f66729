"""How hard each step is, and how well it tells strong submissions from weak ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

__all__ = ["Statistic", "difficulty", "discrimination", "item_statistics", "median"]

# With two submissions any correlation is 1 or -1.
_FEWEST = 3


@dataclass(frozen=True)
class Statistic:
    """A number, or why there is none."""

    value: float | None
    undefined: str = ""


def difficulty(points: Sequence[float], max_points: float) -> Statistic:
    """The share of its points that a step earned: the mean of ``points``, over ``max_points``.

    This is the difficulty index p of classical test theory (L. Crocker and J. Algina,
    *Introduction to Classical and Modern Test Theory*, 1986, chapter 14) for points in place of
    right and wrong: 1 means that all have it, so a *small* p is a hard step.
    """
    if not points:
        return Statistic(None, "no submission has points for it")
    if max_points <= 0:
        return Statistic(None, "it has no points")
    return Statistic(fsum(points) / (len(points) * max_points))


def discrimination(points: Sequence[float], rests: Sequence[float]) -> Statistic:
    """The corrected item-total correlation of a step.

    With x_i the points of submission i for this step, and r_i = t_i - x_i the points of the same
    submission for all *other* steps, it is Pearson's

        sum_i (x_i - mean x)(r_i - mean r) / sqrt(sum_i (x_i - mean x)^2 * sum_i (r_i - mean r)^2)

    Corrected means that the step itself is not in the total, which would make any step agree with
    it: J. P. Guilford, "The correlation of an item with a composite of the remaining items in a
    test", *Educational and Psychological Measurement* 13 (1953), 87-93.

    From -1 to 1. Undefined where all have the same points for the step, or for all others, and
    for fewer than three submissions.
    """
    if len(points) < _FEWEST:
        return Statistic(None, "too few submissions")
    if min(points) == max(points):
        return Statistic(None, "all have the same points")
    if min(rests) == max(rests):
        return Statistic(None, "all have the same points elsewhere")
    mean_x, mean_r = fsum(points) / len(points), fsum(rests) / len(rests)
    x, r = [value - mean_x for value in points], [value - mean_r for value in rests]
    below = sqrt(fsum(value * value for value in x)) * sqrt(fsum(value * value for value in r))
    if below == 0:  # different by less than a number can tell
        return Statistic(None, "all have the same points")
    above = fsum(a * b for a, b in zip(x, r, strict=True))
    return Statistic(max(-1.0, min(1.0, above / below)))


def item_statistics(
    table: Sequence[Mapping[str, float]], max_points: Mapping[str, float], inside: frozenset[str]
) -> dict[str, tuple[Statistic, Statistic]]:
    """Difficulty and discrimination of each step in ``max_points``.

    ``table`` has the points of each submission by step; a step that has none yet is missing in
    it, and the submission does not count for that step. ``inside`` are the steps that the totals
    are made of.
    """
    found = {}
    for item, most in max_points.items():
        there = [row for row in table if item in row]
        points = [row[item] for row in there]
        rests = [
            fsum(value for name, value in row.items() if name in inside and name != item)
            for row in there
        ]
        found[item] = difficulty(points, most), discrimination(points, rests)
    return found


def median(values: Sequence[float]) -> float:
    """The middle value; of an even number of values the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
