"""An answer, its reference and their difference, next to each other."""

import math

import torch
from torch import Tensor

from autograder.figures.plane import plane_of
from autograder.figures.style import Picture, heat_map, new_picture, styled

__all__ = ["side_by_side"]


@styled
def side_by_side(name: str, answer: Tensor, expected: Tensor) -> Picture:
    """Draw a student's tensor, autograd's and, where the shapes allow it, the difference.

    The first two share their colors; the difference has its own scale. Tensors of more than two
    dimensions are laid out flat. Entries that are not finite are left white.
    """
    yours, theirs = _flat(answer), _flat(expected)
    fits = yours.numel() == theirs.numel() and yours.shape == theirs.shape
    panels = [(f"your {name}", yours), ("autograd's", theirs)]
    both = torch.cat([yours.flatten(), theirs.flatten()])
    limit = _largest(both)
    limits = [limit, limit]
    if fits:
        panels.append(("yours − autograd's", yours - theirs))
        limits.append(_largest(panels[-1][1]))
    wide = max(panel.shape[1] / panel.shape[0] for _, panel in panels)
    stacked = wide > 2.5
    rows, columns = (len(panels), 1) if stacked else (1, len(panels))
    each = 1.1 if wide > 8 else 1.9
    picture = new_picture(each * rows if stacked else 4.0)
    grid = picture.subplots(rows, columns, squeeze=False)
    for axes, (title, panel), top in zip(grid.flatten(), panels, limits, strict=True):
        down, across = ("row", "column")
        image = heat_map(axes, panel, title=title, rows=down, columns=across, limit=top)
        picture.colorbar(image, ax=axes, shrink=0.9)
    return picture


def _flat(tensor: Tensor) -> Tensor:
    plane = plane_of(tuple(tensor.shape))
    return tensor.detach().double().reshape(plane.rows, plane.columns)


def _largest(tensor: Tensor) -> float:
    finite = tensor[tensor.isfinite()].abs()
    top = float(finite.max()) if finite.numel() else 1.0
    return top if top > 0 and math.isfinite(top) else 1.0
