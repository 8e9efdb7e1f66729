"""What the texts of a submission's cells tell of what has to run, and where to look afterwards."""

from __future__ import annotations

import ast

import pytest

from autograder.grading.cells import Cells
from autograder.grading.magics import parse_cell
from autograder.grading.repair import Cell
from autograder.stages import stage

_SETUP = Cell("setup", "", "import torch\nimport torch.nn.functional as F\n")
_STUB = "# Your answer goes here\nraise NotImplementedError()"


def _cells(answers: dict[str, str], *extra: str) -> Cells:
    """Cells of one's own, then answers, behind the set-up."""
    own = [Cell("extra", "", source) for source in extra]
    solved = [Cell("solution", name, source) for name, source in answers.items()]
    return Cells(stage("01_unrolled"), (_SETUP, *own, *solved))


def _names(cells: Cells, places: frozenset[int]) -> set[str]:
    return {cells.all[place].name or cells.all[place].source for place in places}


def test_an_answer_needs_what_is_left_of_cells_before_it() -> None:
    """Neither answers behind it, nor those that only assign to what the judge defines anew."""
    answers = {
        "dlogprobs": "dlogprobs = torch.zeros_like(logprobs)",
        "dprobs": "inverse = 1 / probs\ndprobs = inverse * dlogprobs",
        "dcounts_sum_inv": "dcounts_sum_inv = (counts * inverse * dlogprobs).sum(1, keepdim=True)",
        "dcounts_sum": "dcounts_sum = -dcounts_sum_inv",
    }
    cells = _cells(answers, "one = 1")
    needed = cells.needed_for({"dcounts_sum_inv"})
    assert _names(cells, needed) == {"one = 1", "dprobs", "dcounts_sum_inv"}
    assert cells.needed_for(()) == frozenset()


def test_an_answer_that_another_cell_makes_is_found() -> None:
    """It runs with the cell that makes it, whatever its own cell does."""
    cells = _cells(
        {
            "dprobs": "dprobs = dlogprobs / probs\ndcounts_sum_inv = (counts * dprobs).sum(1)",
            "dcounts_sum_inv": "pass",
        }
    )
    assert _names(cells, cells.needed_for({"dcounts_sum_inv"})) == {"dprobs", "dcounts_sum_inv"}


@pytest.mark.parametrize(
    ("answers", "extra", "untouched"),
    [
        ({"dprobs": _STUB}, (), {"dprobs"}),
        ({"dprobs": _STUB}, ("print('a helper')",), {"dprobs"}),
        ({"dprobs": _STUB}, ("dprobs = 1 / probs",), set()),
        ({"dprobs": _STUB}, ("globals()['d' + 'probs'] = 1",), set()),
        ({"dprobs": _STUB}, ("from answers import *",), set()),
        ({"dprobs": _STUB}, ("%run answers.py",), set()),
        ({"dprobs": "x = 1\n" + _STUB}, (), set()),
        ({"dprobs": "raise ValueError()"}, (), set()),
        ({"dprobs": ""}, (), set()),
    ],
)
def test_a_cell_as_it_was_handed_out_is_known(
    answers: dict[str, str], extra: tuple[str, ...], untouched: set[str]
) -> None:
    """Unless its variable may have been made elsewhere."""
    cells = _cells(answers, *extra)
    assert _names(cells, cells.untouched) == untouched


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("dh = dlogits @ W2.T", {"dh", "dlogits", "W2"}),
        ("dlogits += 1", {"dlogits"}),
        ("dlogits[0] = 0\nflat = dlogits.view(-1)\nflat *= 2", {"dlogits", "flat"}),
        ("dh = torch.zeros_like(h)", {"dh", "torch", "h"}),
        ("dh = helper(dlogits)", None),
        ("alias += 1", None),
        ("dh = dlogits.__class__(1)", None),
        ("exec('dlogits += 1')", None),
    ],
)
def test_what_a_cell_may_change_has_a_name_in_it(source: str, names: set[str] | None) -> None:
    """Any other name may stand for what the judge has defined, and for all of it."""
    cells = _cells({"dh": source})
    assert cells.only_names(1) == names


@pytest.mark.parametrize(
    ("source", "extra", "none"),
    [
        ("dh = dlogits @ W2.T", (), True),
        ("dh = -0.5 * (dlogits @ W2.T) ** 2 / n", (), True),
        ("dh = dlogits @ W2.T / len(h)", (), True),
        ("dh = dlogits @ W2.T / 32", (), False),
        ("dh = dlogits @ W2.T / 2**5", (), False),
        ("dh = dlogits @ W2.T / int('32')", (), False),
        ("dh = dlogits @ W2.T / 32.0", (), False),
        ("dh = dlogits @ W2.T / size", ("size = 32",), False),
        ("dh = dlogits @ W2.T / size", ("size = len(names)",), False),
        ("dh = dlogits @ W2.T / len(names)", (), False),
        ("dh = matmul(dlogits, W2)", ("def matmul(a, b):\n    return a @ b.T",), True),
    ],
)
def test_an_answer_knows_no_size_that_it_does_not_name(
    source: str, extra: tuple[str, ...], none: bool
) -> None:
    """Made of what the judge defines and tiny numbers it cannot be right in one size only."""
    assert _cells({"dh": source}, *extra).knows_no_size("dh") is none


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("counts.sum(1, keepdim=True)[:4]", False),
        ("print(torch.zeros(32))", False),
        ("size = 32", True),
        ("def scale(x):\n    return x[:26]", True),
    ],
)
def test_a_cell_that_only_shows_leaves_no_size_behind(source: str, written: bool) -> None:
    """One that defines something may, for all the answers."""
    cells = _cells({"dh": "dh = dlogits @ W2.T"}, source)
    assert cells.sizes_written == ({"dh", ""} if written else set())


def test_definitions_in_hundreds_of_branches_are_none() -> None:
    """Nobody writes them, and looking for them would take the judge's stack."""
    branches = "if n == 0:\n    a = 1\n" + "".join(
        f"elif n == {i}:\n    a = 1\n" for i in range(900)
    )
    cells = _cells({"dprobs": "dprobs = dlogprobs / probs"}, branches, "one = 1")
    assert cells.definitions_before(3) == ["one = 1"]


def test_a_very_long_line_is_no_magic() -> None:
    """Whether it is one is told by how it begins, whatever is in it."""
    blanks = " " * 60_000
    tree = parse_cell(f"x = = 1\n{blanks}={blanks}x\n")
    assert tree.body == []
    assert ast.unparse(parse_cell(f"%magic {blanks}\ny = 1")) == "pass\ny = 1"
    assert "get_ipython" in ast.unparse(parse_cell("x = !ls\ny = %pwd\nz?"))
