"""Difficulty, discrimination and the bins are what their formulas say, for any class."""

from __future__ import annotations

import math
import random
import statistics

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.report.heat import Row, groups
from autograder.report.histogram import bins
from autograder.report.roster import Item
from autograder.report.statistics import difficulty, discrimination, item_statistics, median

POINTS = st.sampled_from([0.0, 0.5, 1.0])
TABLE = st.integers(2, 6).flatmap(
    lambda width: st.lists(st.lists(POINTS, min_size=width, max_size=width), max_size=30)
)


def _rest(table: list[list[float]], column: int) -> list[float]:
    return [sum(row) - row[column] for row in table]


@given(st.lists(POINTS, min_size=1))
def test_difficulty_is_the_share_of_the_points(points: list[float]) -> None:
    """All of them is 1, none is 0, and the unit of the points does not matter."""
    value = difficulty(points, 1.0).value
    assert value == pytest.approx(sum(points) / len(points))
    assert difficulty([4 * each for each in points], 4.0).value == pytest.approx(value)
    assert difficulty([1.0] * len(points), 1.0).value == 1.0
    assert difficulty([0.0] * len(points), 1.0).value == 0.0


def test_difficulty_of_nothing_is_undefined() -> None:
    """And says why."""
    assert difficulty([], 1.0).value is None
    assert difficulty([], 1.0).undefined == "no submission has points for it"
    assert difficulty([0.0], 0.0).undefined == "it has no points"


@given(TABLE)
def test_discrimination_is_the_correlation_with_the_other_steps(table: list[list[float]]) -> None:
    """Pearson's, as numpy has it; undefined just where one side is constant."""
    points = [row[0] for row in table]
    rests = _rest(table, 0)
    found = discrimination(points, rests)
    if len(table) < 3 or len(set(points)) == 1 or len(set(rests)) == 1:
        assert found.value is None
        assert found.undefined
    else:
        assert found.value == pytest.approx(numpy.corrcoef(points, rests)[0, 1], abs=1e-9)
        assert -1 <= found.value <= 1
        assert not found.undefined


@given(TABLE)
def test_it_is_guilfords_formula(table: list[list[float]]) -> None:
    """(r_it s_t - s_i) / sqrt(s_t² + s_i² - 2 r_it s_i s_t), from the total with the step in it."""
    points, totals = [row[0] for row in table], [sum(row) for row in table]
    value = discrimination(points, _rest(table, 0)).value
    assume(value is not None and len(set(totals)) > 1)
    with_itself = numpy.corrcoef(points, totals)[0, 1]
    item, total = numpy.std(points), numpy.std(totals)
    below = math.sqrt(total**2 + item**2 - 2 * with_itself * item * total)
    assert value == pytest.approx((with_itself * total - item) / below, abs=1e-6)


@given(TABLE, st.floats(0.1, 100), st.randoms(use_true_random=False))
def test_discrimination_knows_neither_order_nor_unit(
    table: list[list[float]], unit: float, chance: random.Random
) -> None:
    """Students in any order, points in any unit; turned round it changes its sign."""
    value = discrimination([row[0] for row in table], _rest(table, 0)).value
    assume(value is not None)
    mixed = list(table)
    chance.shuffle(mixed)
    points, rests = [row[0] for row in mixed], _rest(mixed, 0)
    assert discrimination(points, rests).value == pytest.approx(value, abs=1e-9)
    larger = discrimination([unit * each for each in points], rests)
    assert larger.value == pytest.approx(value, abs=1e-9)
    turned = discrimination([1 - each for each in points], rests)
    assert turned.value == pytest.approx(-value, abs=1e-9)


@given(st.lists(POINTS, min_size=3, max_size=20))
def test_a_step_does_not_agree_with_itself(points: list[float]) -> None:
    """It is not in the total that it is compared with: alone, it has nothing to agree with."""
    table = [{"a": each} for each in points]
    (_, found) = item_statistics(table, {"a": 1.0}, frozenset("a"))["a"]
    assert found.value is None


def test_constant_steps_say_so() -> None:
    """The step, or all the others."""
    assert discrimination([1, 1, 1], [0, 1, 2]).undefined == "all have the same points"
    assert discrimination([0, 1, 1], [2, 2, 2]).undefined == "all have the same points elsewhere"
    assert discrimination([0, 1], [0, 1]).undefined == "too few submissions"


def test_points_that_are_not_there_count_for_nobody() -> None:
    """A step without points yet is left out for that submission, and is in no total."""
    table = [
        {"a": 1.0, "b": 1.0, "read": 2.0},
        {"a": 0.0, "b": 0.0},
        {"a": 1.0, "b": 1.0, "read": 0.0},
        {"a": 1.0, "b": 0.0},
    ]
    found = item_statistics(table, {"a": 1.0, "b": 1.0, "read": 2.0}, frozenset("ab"))
    assert found["read"][0].value == 0.5
    assert found["read"][1].undefined == "too few submissions"
    assert found["a"][0].value == 0.75
    assert found["a"][1].value == pytest.approx(numpy.corrcoef([1, 0, 1, 1], [1, 0, 1, 0])[0, 1])


@given(st.lists(st.floats(-100, 100), min_size=1))
def test_the_median_is_the_median(values: list[float]) -> None:
    """As Python's own."""
    assert median(values) == statistics.median(values)


@given(st.integers(0, 90), st.data())
def test_every_score_is_in_one_bin(most: int, data: st.DataObject) -> None:
    """Also halves, the lowest and the highest."""
    scores = data.draw(st.lists(st.integers(0, 2 * most).map(lambda each: each / 2)))
    found = bins(scores, float(most))
    assert sum(each.count for each in found) == (len(scores) if most else 0)
    for place, each in enumerate(found):
        last = place == len(found) - 1
        inside = [s for s in scores if each.low <= s and (last or s < each.high)]
        assert each.count == len(inside)


@given(st.integers(0, 200))
def test_groups_are_of_nearly_one_size(number: int) -> None:
    """Nobody is in two or in none, and the order stays."""
    item = Item("dx", "check-dx", 2.0, False)
    rows = [Row(f"s{n}", float(n), ("correct",), (2.0 if n % 2 else None,)) for n in range(number)]
    found = groups(rows, [item])
    assert [row for group in found for row in group.rows] == rows
    assert len(found) == min(20, number)
    sizes = {len(group.rows) for group in found}
    assert not sizes or max(sizes) - min(sizes) <= 1
    assert all(group.shares in ((1.0,), (None,)) for group in found)
    assert [group.first for group in found[1:]] == [group.last + 1 for group in found[:-1]]
