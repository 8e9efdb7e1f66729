"""Submissions that begin with cells of the course which have run already, once for all of them."""

import pytest
import torch

from autograder.grading.replies import Known
from autograder.grading.results import CellResult, NotATensor
from autograder.grading.runner_process import Runner
from autograder.grading.runners import Runners

_SETUP = "import random, torch\nn = 3\nprint('silent')"
_DATA = "table = torch.rand(n)\nprint('made')\nn + 1"
_LAST = "n = 4\ndoubled = table.clone().requires_grad_()\n(doubled ** 2).sum().backward()"
_CELLS = (_SETUP, _DATA, _LAST)
_OWN = "drawn = [torch.rand(()).item(), random.random()]\nmine = table.sum().item()"


def _run(runner: Runner, source: str, silent: bool = False) -> CellResult:
    return runner.run(source, silent=silent, timeout=60)


def _value(runner: Runner, name: str) -> object:
    found = runner.fetch([name])[name]
    return found.items or found.value if isinstance(found, NotATensor) else found


def _whole(runner: Runner) -> list[object]:
    """All that a notebook shows and computes which begins with the cells."""
    shown = [_run(runner, cell, silent=cell == _SETUP) for cell in (*_CELLS, _OWN)]
    return [shown, _value(runner, "drawn"), _value(runner, "mine"), _value(runner, "n")]


def test_cells_that_have_run_show_and_leave_the_same(runners: Runners) -> None:
    """Outputs, variables and random numbers are what they are where every cell runs anew."""
    with runners.open() as anew, runners.after(_CELLS) as after:
        assert _whole(after) == _whole(anew)
    assert runners._zygote is not None
    assert runners._zygote._prepared[_CELLS] is not None


def test_what_one_submission_does_to_them_no_other_one_sees(runners: Runners) -> None:
    """Variables, modules, files and the state of random numbers are one's own."""
    with runners.after(_CELLS) as first:
        before = _whole(first)
        _run(first, "table.zero_(); torch.rand = None; random.seed(5); n = 7")
        _run(first, "open('torch.py', 'w').write('x'); import sys; sys.modules['math'] = None")
    with runners.after(_CELLS) as second:
        assert _whole(second) == before
        listed = _run(second, "import os, math; print(sorted(os.listdir()))").outputs
        assert "torch.py" not in listed[0]["text"]


def test_a_cell_of_ones_own_in_between_runs(runners: Runners) -> None:
    """A notebook that goes on otherwise finds what was asked for, and nothing is left out."""
    with runners.after(_CELLS) as runner:
        _run(runner, _SETUP, silent=True)
        runner.snapshot("set up")
        runner.restore("set up")
        assert _value(runner, "n") == 3
        assert _run(runner, "table").error_name == "NameError"
        assert _run(runner, _DATA).outputs[0]["text"] == "made\n"


@pytest.mark.parametrize(
    "cell",
    [
        "raise ValueError('no')",
        "open('left.txt', 'w').write('x')",
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import subprocess; left = subprocess.Popen(['sleep', '100'])",
    ],
)
def test_what_cannot_be_shared_is_not(runners: Runners, cell: str) -> None:
    """Cells that fail, or leave files, threads or processes, run in each submission anew."""
    with runners.after((_SETUP, cell)) as runner:
        assert runners._zygote is not None
        assert runners._zygote._prepared[_SETUP, cell] is None
        assert _run(runner, _SETUP).outputs[0]["text"] == "silent\n"
        assert (_run(runner, cell).status == "ok") is (not cell.startswith("raise"))


@pytest.mark.parametrize(
    "change",
    [
        "x += 1",
        "x.data[0] = 9",
        "x.numpy()[1] = 9",
        "x.t_()",
        "x.data = torch.ones(2, 2)",
        "x = x + 1",
        "x.fill_(float('nan'))",
        "del x",
        "x = 5",
    ],
)
def test_a_change_of_what_was_handed_over_is_seen(runners: Runners, change: str) -> None:
    """However a cell does it; what it leaves alone comes back as the judge's own tensor."""
    given = {"x": torch.arange(4.0).reshape(2, 2), "y": torch.tensor([True, False])}
    known = {name: Known(tensor) for name, tensor in given.items()}
    with runners.open() as runner:
        _run(runner, "import torch")
        names = ["x", "y"]
        ended, found = runner.attempt(
            "z = x.sum()", timeout=60, put=given, fetch=names, known=known
        )
        assert ended.status == "ok"
        assert found["x"] is given["x"] and found["y"] is given["y"]
        _, found = runner.attempt(change, timeout=60, put={}, fetch=names, known=known)
        assert found["x"] is not given["x"] and found["y"] is given["y"]
        # The same content in another tensor is as it was.
        _, found = runner.attempt("x = z", timeout=60, put=given, fetch=names, known=known)
        _, found = runner.attempt("x = y", timeout=60, put=given, fetch=names, known=known)
        assert found["x"] is not given["x"]
        source = "x = torch.arange(4.0).reshape(2, 2)"
        _, found = runner.attempt(source, timeout=60, put={}, fetch=names, known=known)
        assert found["x"] is given["x"]
