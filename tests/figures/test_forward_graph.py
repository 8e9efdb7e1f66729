"""The drawing of a forward graph."""

from collections import Counter

import pytest
import torch
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from torch import Tensor

from autograder.figures.forward_graph import draw_graph
from autograder.figures.style import YELLOW, Picture
from autograder.graph import Graph
from autograder.stages.unrolled import GRAPH, draw_inputs

VALUES = GRAPH.forward(draw_inputs(torch.Generator().manual_seed(1)))


def patches(picture: Picture, kind: type) -> list:
    """The boxes or the arrows of a drawing."""
    return [patch for patch in picture.axes[0].patches if isinstance(patch, kind)]


@pytest.mark.parametrize("columns", [3, 4, 5, 7])
def test_every_variable_is_there_with_its_shape(columns: int) -> None:
    """Computed ones once, an input beside each variable that reads it."""
    texts = Counter(t.get_text() for t in draw_graph(GRAPH, VALUES, columns=columns).axes[0].texts)
    for name in GRAPH.nodes:
        assert texts[name] == 1
    for name in GRAPH.inputs:
        assert texts[name] == len(GRAPH.consumers(name))
    assert texts["(32, 3, 10)"] == 1
    assert texts["= 32"] == 3
    assert texts["scalar"] == 1


def test_every_use_of_a_variable_is_an_arrow() -> None:
    """As many arrows as there are pairs of a variable and a consumer."""
    uses = sum(len(GRAPH.parents(name)) for name in GRAPH.nodes)
    assert len(patches(draw_graph(GRAPH, VALUES), FancyArrowPatch)) == uses


def test_a_step_can_be_highlighted() -> None:
    """Only the named boxes take the given color."""
    boxes = patches(draw_graph(GRAPH, VALUES, {"probs": YELLOW}), FancyBboxPatch)
    assert [box.get_facecolor() for box in boxes].count(to_rgba(YELLOW)) == 1


def test_no_two_boxes_lie_on_each_other() -> None:
    """All boxes can be read, in narrow drawings as in wide ones."""
    for columns in (3, 4, 5):
        boxes = patches(draw_graph(GRAPH, VALUES, columns=columns), FancyBboxPatch)
        extents = [box.get_path().get_extents(box.get_patch_transform()) for box in boxes]
        for index, extent in enumerate(extents):
            inner = extent.padded(-0.01)
            assert not any(inner.overlaps(other) for other in extents[:index])


def test_a_graph_of_a_single_node_can_be_drawn() -> None:
    """The smallest case has one row, one box and its inputs."""
    graph = Graph()

    @graph.node
    def loss(x: Tensor) -> Tensor:
        return x.sum()

    picture = draw_graph(graph, graph.forward({"x": torch.ones(2)}))
    assert picture._repr_png_().startswith(b"\x89PNG")
