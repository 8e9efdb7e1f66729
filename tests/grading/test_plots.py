"""Cells that only draw are left out where only variables are looked at, and no others."""

from __future__ import annotations

import pytest

from autograder.grading.cells import Cells
from autograder.grading.plots import drawing_names
from autograder.grading.repair import Cell
from autograder.stages import stage

_KNOWN = {"probs", "h", "n"}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("plt.imshow(probs.detach(), cmap='gray')\nplt.colorbar();", set()),
        ("plt.figure(figsize=(4, 2)); plt.hist(h.view(-1).tolist(), bins=50)", set()),
        ("fig, ax = plt.subplots()\nax.plot(probs[0])\nax.set_title(f'{n} rows')", {"fig", "ax"}),
        ("fig, axes = plt.subplots(1, 2)\naxes[0].imshow(h)", {"fig", "axes"}),
        ("import matplotlib.pyplot as plt\nplt.plot(h[0].abs().log(), 'o')\nplt.show()", set()),
        ("im = plt.matshow(h - h.mean(0))\nplt.colorbar(im)", {"im"}),
    ],
)
def test_a_cell_that_only_draws_is_known(source: str, names: set[str]) -> None:
    """The names that figures and axes get are told."""
    assert drawing_names(source, _KNOWN) == names


@pytest.mark.parametrize(
    "source",
    [
        "",
        "probs",
        "import matplotlib.pyplot as plt",
        "plt.plot(unknown)",
        "plt.plot(make(probs))",
        "plt.plot(h.add_(1))",
        "plt.plot(h.abs(out=probs))",
        "plt.plot(h.abs(**options))",
        "plt.plot((x := h))",
        "plt.plot([row for row in h])",
        "plt.plot(h); dprobs = h",
        "probs = plt.figure()",
        "plt = plt.figure()",
        "h[0] = plt.figure()",
        "fig.x = plt.figure()",
        "plt.savefig('figure.png')",
        "plt.rcParams.update(n)",
        "plt.ion()",
        "plt.show.__globals__.clear()",
        "plt.figure().canvas.mpl_connect('draw', h)",
        "if n:\n    plt.plot(h)",
        "for row in h:\n    plt.plot(row)",
        "with plt.style.context('ggplot'):\n    plt.plot(h)",
        "%matplotlib inline\nplt.plot(h)",
        "import os\nplt.plot(h)",
        "plt.plot(h",
        "plt.plot(lambda: h)",
        "plt.hist(h.apply_(abs))",
        "plt.plot(h.backward())",
        "plt.plot" + "(" * 500 + "h" + ")" * 500,
    ],
)
def test_a_cell_that_may_do_anything_else_is_run(source: str) -> None:
    """For every doubt the cell is run."""
    assert drawing_names(source, _KNOWN) is None


def _left_out(*sources: str) -> set[int]:
    setup = Cell("setup", "setup", "import matplotlib.pyplot as plt\nimport torch")
    extra = [Cell("extra", "", source) for source in sources]
    return set(Cells(stage("01_unrolled"), [setup, *extra]).drawing)


def test_a_figure_that_another_cell_speaks_of_is_made() -> None:
    """Whether the other cell comes before or after, and names it in code or in a text."""
    made = "fig, ax = plt.subplots()\nax.plot(probs[0])"
    assert _left_out(made) == {1}
    assert _left_out(made, "plt.imshow(probs)") == {1, 2}
    for other in ("ax.plot(h[0])", "eval('ax')", "def f(ax):\n    return ax", "global fig"):
        assert 1 not in _left_out(made, other)
        assert 2 not in _left_out(other, made)


def test_nothing_is_left_out_where_plt_or_a_variable_is_another_one() -> None:
    """A student's own `plt`, or a value of their own under the name of a variable."""
    assert _left_out("plt.plot(probs)", "plt = Drawer()") == set()
    assert _left_out("plt.plot(probs)", "def plt():\n    pass") == set()
    assert _left_out("probs = Rows()", "plt.plot(probs)") == set()
    assert _left_out("%matplotlib inline", "plt.plot(probs)") == {2}
