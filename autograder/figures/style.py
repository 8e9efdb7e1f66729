"""The look that all the pictures of the course share.

A picture is drawn inside a function marked ``@styled`` on a :class:`Picture` from
:func:`new_picture`, and returned; a notebook shows it where it is a cell's last value. pyplot is
not involved, so nothing stays open and nothing is drawn twice.

Colors are those of Okabe and Ito ("Color Universal Design", 2008), which every kind of color
vision tells apart. Still, no picture says with color alone what it says.
"""

import io
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from torch import Tensor

__all__ = [
    "BLACK",
    "BLUE",
    "DIVERGING",
    "GRAY",
    "GREEN",
    "ORANGE",
    "PALE",
    "PINK",
    "SEQUENTIAL",
    "SKY",
    "VERMILION",
    "WIDTH",
    "YELLOW",
    "Picture",
    "heat_map",
    "new_picture",
    "styled",
]

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PINK = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GRAY, PALE = "#767676", "#F2F2F2"

WIDTH = 9.5  # inches: fills a notebook's column at the resolution below

# Negative is blue, zero is white, positive is vermilion.
DIVERGING: Colormap = LinearSegmentedColormap.from_list("course", [BLUE, "#FFFFFF", VERMILION])
SEQUENTIAL: Colormap = LinearSegmentedColormap.from_list("course_up", ["#FFFFFF", BLUE, "#00263B"])

_SETTINGS: Any = {
    "axes.axisbelow": True,
    "axes.grid": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
    "font.size": 10,
    "grid.color": "#DDDDDD",
    "legend.frameon": False,
}
_RESOLUTION = 100  # dots an inch

P = ParamSpec("P")
R = TypeVar("R")


class Picture(Figure):
    """A figure that shows itself as PNG, whichever backend pyplot has."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a drawing function: it draws in the course's style and leaves no setting behind."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with matplotlib.rc_context(_SETTINGS):
            return function(*args, **kwargs)

    return wrapper


def new_picture(height: float, width: float = WIDTH) -> Picture:
    """An empty figure of that size in inches; ``picture.subplots(...)`` makes its axes."""
    return Picture(figsize=(width, height), dpi=_RESOLUTION, layout="constrained")


def heat_map(
    axes: Axes,
    matrix: Tensor,
    *,
    title: str,
    rows: str,
    columns: str,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    limit: float | None = None,
    colormap: Colormap = DIVERGING,
    numbers: str | None = None,
) -> AxesImage:
    """Draw ``matrix`` (two dimensions) as colored cells and label its axes.

    ``rows`` and ``columns`` say what the two dimensions are; their sizes are added, as in
    "example (32)". The diverging map is centered on zero and reaches to ``limit`` (default: the
    largest size of an entry); another map runs from 0. ``numbers`` is a format such as ".2f" to
    write into each cell. Returns the image, for a color bar.
    """
    values = matrix.detach().double().numpy()
    if values.ndim != 2:
        raise ValueError(f"a heat map shows a matrix, not a tensor of shape {values.shape}")
    high = float(np.abs(values).max(initial=0.0)) if limit is None else limit
    high = high or 1.0  # all zeros: any scale shows them as zero
    low = -high if colormap is DIVERGING else 0.0
    image = axes.imshow(
        values, cmap=colormap, vmin=low, vmax=high, aspect="auto", interpolation="nearest"
    )
    axes.set_title(f"{title}  {tuple(values.shape)}")
    axes.set_ylabel(f"{rows} ({values.shape[0]})")
    axes.set_xlabel(f"{columns} ({values.shape[1]})")
    if row_labels is not None:
        axes.set_yticks(range(len(row_labels)), row_labels)
    if column_labels is not None:
        axes.set_xticks(range(len(column_labels)), column_labels)
    axes.spines[:].set_visible(True)
    if numbers is not None:
        for (row, column), value in np.ndenumerate(values):
            strong = abs(value) > 0.6 * high
            color = "white" if strong else "black"
            axes.text(column, row, format(value, numbers), ha="center", va="center", color=color)
    return image
