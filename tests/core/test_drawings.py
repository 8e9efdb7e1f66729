"""The drawings of a failing check: pictures that say in words what they show."""

import base64
import math
import re
import xml.etree.ElementTree as ElementTree
import zlib

import pytest
import torch
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.figures.drawing import Drawing, card, image, png, words
from autograder.figures.error_map import error_map
from autograder.figures.graph_part import Mark, graph_part
from autograder.stages.unrolled import GRAPH, draw_inputs

RIGHT = Mark("dbnraw", "✓", "right", "#0072B2")
WRONG = Mark("dbndiff", "✗", "wrong", "#D55E00")


def _map(answer: Tensor, expected: Tensor) -> Drawing:
    return error_map("dx", answer, expected, compare(answer, Reference.of(expected)))


def _pixels(drawing: Drawing) -> list[list[int]]:
    """The numbers of the colors in the drawing's map, row by row."""
    (found,) = re.findall(r"data:image/png;base64,([^\"]+)", drawing.svg)
    data = base64.b64decode(found)
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    start = data.index(b"IDAT") + 4
    length = int.from_bytes(data[start - 8 : start - 4], "big")
    lines = zlib.decompress(data[start : start + length])
    assert len(lines) == height * (width + 1)
    return [list(lines[row * (width + 1) + 1 : (row + 1) * (width + 1)]) for row in range(height)]


def _text(drawing: Drawing) -> str:
    tree = ElementTree.fromstring(drawing.svg)
    return " ".join("".join(node.itertext()) for node in tree.iter() if node.tag.endswith("text"))


def _normal(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def test_each_power_of_ten_has_its_color() -> None:
    """Right entries, the largest differences, smaller ones, and NaN are told apart."""
    expected = torch.ones(2, 3, dtype=torch.float64)
    off = torch.tensor([[0.0, 3.0, 0.2], [0.03, 1e-9, math.nan]], dtype=torch.float64)
    drawing = _map(expected + off, expected)
    assert _pixels(drawing) == [[0, 1, 2], [3, 5, 6]]
    for label in ("1e0", "1e-1", "1e-2", "≤1e-4", "NaN, inf", "right"):
        assert label in _text(drawing)
    assert "worst at [1, 2]: yours nan, expected 1" in _text(drawing)


@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [
        ((32, 27), 32, 27),
        ((1, 64), 1, 64),
        ((30, 64), 30, 64),
        ((27, 10), 27, 10),
        ((32, 1), 32, 1),
        ((64,), 1, 64),
        ((), 1, 1),
        ((32, 3, 10), 32, 30),
        ((3, 32, 64), 48, 64),  # 96 rows, two to a cell
        ((1000, 300), 63, 75),
    ],
)
def test_any_shape_has_a_map_of_readable_size(
    shape: tuple[int, ...], rows: int, columns: int
) -> None:
    """From a single number to large matrices: small ones entry by entry, large ones binned."""
    drawing = _map(_normal(*shape) + 1, _normal(*shape))
    pixels = _pixels(drawing)
    assert (len(pixels), len(pixels[0])) == (rows, columns)
    assert drawing.width <= 500 and drawing.height <= 360
    assert ("Each cell shows the largest of" in drawing.alt) is (math.prod(shape) > rows * columns)


def test_a_binned_map_keeps_the_worst_entry() -> None:
    """One wrong entry in a large matrix is still to be seen."""
    answer = _normal(1000, 300)
    answer[777, 123] += 1
    drawing = _map(answer, _normal(1000, 300))
    assert sum(map(sum, _pixels(drawing))) == 1
    assert "worst at [777, 123]" in drawing.alt


def test_the_part_of_the_graph_names_consumers_and_gradients() -> None:
    """The variable, what it is made from, who reads it, and which gradients are right."""
    values = GRAPH.forward(draw_inputs(torch.Generator().manual_seed(7)))
    drawing = graph_part(GRAPH, "bndiff", values, {"bnraw": RIGHT, "bndiff": WRONG})
    for told in ("hprebn", "bnmeani", "bndiff2", "✓ dbnraw right", "✗ dbndiff wrong", "(32, 64)"):
        assert told in _text(drawing)
    assert drawing.alt == (
        "`bndiff` is made from `hprebn` and `bnmeani`, read by `bndiff2` and "
        "`bnraw` (`dbnraw` right)"
    )


@pytest.mark.parametrize("variable", [*GRAPH.nodes[:-1], "C", "W1", "bngain"])
def test_every_variable_can_be_drawn(variable: str) -> None:
    """Each drawing is well-formed XML with a title and loads nothing."""
    values = GRAPH.forward(draw_inputs(torch.Generator().manual_seed(7)))
    svg = graph_part(GRAPH, variable, values, {}).svg
    tree = ElementTree.fromstring(svg)
    assert tree.find("{http://www.w3.org/2000/svg}title") is not None
    assert "script" not in svg and "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_a_picture_survives_where_only_plain_html_does() -> None:
    """The element has its data in itself, an alternative text and a size, and is escaped."""
    drawing = card([words(1, 2, "<&>")], 'say "a < b"', 30, 20)
    ElementTree.fromstring(drawing.svg)
    assert drawing.html.startswith('<img src="data:image/svg+xml;base64,')
    assert 'alt="say &quot;a &lt; b&quot;"' in drawing.html and 'width="30"' in drawing.html
    assert image(b"x", "png", "", 1, 1).startswith('<img src="data:image/png;base64,eA=="')


def test_pixels_as_png() -> None:
    """The PNG has the size and the palette that were asked for."""
    data = base64.b64decode(png([[0, 1], [1, 0], [0, 0]], ["#000000", "#FF8000"]).split(",")[1])
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert data[16:24] == bytes([0, 0, 0, 2, 0, 0, 0, 3]) and b"PLTE\0\0\0\xff\x80\0" in data
