"""The pictures' common style."""

import matplotlib
import matplotlib.pyplot as plt
import pytest
import torch

from autograder.figures.style import SEQUENTIAL, heat_map, new_picture, styled


def test_a_picture_shows_itself_as_png_and_leaves_pyplot_alone() -> None:
    """A notebook shows the last value of a cell once: pyplot must not hold a second one."""
    picture = new_picture(1.0, width=2.0)
    assert picture._repr_png_().startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_no_setting_stays_changed() -> None:
    """A student's own plots look as they did before."""
    before = dict(matplotlib.rcParams)
    inside = styled(lambda: dict(matplotlib.rcParams))()
    assert inside["legend.frameon"] is False
    assert dict(matplotlib.rcParams) == before


def test_a_heat_map_says_what_its_axes_are_and_centers_on_zero() -> None:
    """Names and sizes stand on the axes; white is zero."""
    axes = new_picture(2.0).subplots()
    image = heat_map(axes, torch.tensor([[1.0, -3.0]]), title="dW", rows="row", columns="letter")
    assert axes.get_title() == "dW  (1, 2)"
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("row (1)", "letter (2)")
    assert image.get_clim() == (-3.0, 3.0)


def test_a_heat_map_of_zeros_has_a_scale() -> None:
    """A gradient that is zero is no reason for a warning."""
    axes = new_picture(2.0).subplots()
    zeros = torch.zeros(2, 2)
    image = heat_map(axes, zeros, title="", rows="", columns="", colormap=SEQUENTIAL, numbers=".1f")
    assert image.get_clim() == (0.0, 1.0)
    assert [text.get_text() for text in axes.texts] == ["0.0"] * 4


def test_a_heat_map_refuses_what_is_no_matrix() -> None:
    """The message names the shape."""
    axes = new_picture(2.0).subplots()
    with pytest.raises(ValueError, match=r"\(3,\)"):
        heat_map(axes, torch.zeros(3), title="", rows="", columns="")
