"""The pictures of stage 04 show the numbers they are given."""

import pytest
import torch

from autograder.figures.training import draw_loss, draw_saturation, draw_update_ratios

NAMES = ("C", "W1", "b1", "W2", "b2", "bngain", "bnbias")


@pytest.mark.parametrize("steps", [1, 7, 20_000])
def test_the_loss_is_drawn_for_any_number_of_steps(steps: int) -> None:
    """The mean line has the mean of the losses; each yardstick stands at its level."""
    picture = draw_loss([2.5] * steps, steps // 2, {"a guess": 3.3})
    (axes,) = picture.axes
    assert any("a guess: 3.30" in text.get_text() for text in axes.texts)
    means = axes.get_lines()[1].get_ydata()
    assert list(means) == pytest.approx([2.5] * len(means))
    assert picture._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("records", [1, 3, 200])
def test_a_parameter_that_stands_still_has_its_own_panel(records: int) -> None:
    """The bias before batch norm stands apart; its line has the logarithm of its ratios."""
    ratios = {name: [1e-9 if name == "b1" else 1e-3] * records for name in NAMES}
    above, below = draw_update_ratios(ratios, 100).axes
    assert [text.get_text() for text in below.texts] == ["b1"]
    assert {text.get_text() for text in above.texts} == set(NAMES) - {"b1"}
    assert list(below.get_lines()[0].get_ydata())[-1] == pytest.approx(-9)


def test_without_such_a_parameter_there_is_one_panel() -> None:
    """A zero update counts as nothing and not as minus infinity."""
    ratios = {name: [1e-3, 1e-2] for name in NAMES}
    assert len(draw_update_ratios(ratios, 100).axes) == 1
    ratios["C"] = [0.0, 0.0]
    assert len(draw_update_ratios(ratios, 100).axes) == 2


def test_saturation_tells_the_share_beyond_the_limit() -> None:
    """A quarter of the values at one is a quarter saturated."""
    h = torch.zeros(40, 8)
    h[:, :2] = -1.0
    picture = draw_saturation({"start": torch.zeros(40, 8), "trouble": h})
    start, trouble = (axes.get_title() for axes in picture.axes[2:])
    assert "saturated, 0 %" in start
    assert "saturated, 25 %" in trouble
