"""The student's cell, run again on numbers it has not seen."""

import math
import os
import random
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder.compare import Band, compare
from autograder.rerun import Again, run_again
from autograder.stages.unrolled import GRAPH, STAGE, draw_inputs

SCATTER = """
dC = torch.zeros_like(C)
for k in range(Xb.shape[0]):
    for j in range(Xb.shape[1]):
        dC[Xb[k, j]] += demb[k, j]
print(dC.shape)
"""


@pytest.fixture
def namespace() -> dict[str, Any]:
    """The variables of a finished stage 01, as a notebook has them."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    modules = {"torch": torch, "F": F, "math": math, "os": os, "__name__": "__main__"}
    return {**modules, **inputs, **GRAPH.forward(inputs), **gradients}


def _again(namespace: dict[str, Any], name: str, *cells: str) -> Again | None:
    """Run the cells as IPython would, and then the last one again."""
    namespace["_ih"] = ["", *cells]
    for cell in cells:
        exec(cell, namespace)
    return run_again(STAGE, name, namespace)


def _bands(again: Again | None, name: str) -> list[Band]:
    assert again is not None and again.answered
    return [
        compare(outcome.answer, situation.expected[name]).band
        for outcome, situation in zip(again.outcomes, again.situations, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("dprobs", ["dprobs = dlogprobs / probs"]),
        ("dC", [SCATTER]),
        # In two cells, the second of which ran twice.
        ("dbndiff", ["dbndiff = bnvar_inv * dbnraw", *["dbndiff += 2 * bndiff * dbndiff2"] * 2]),
        # With a function and a number of the student's own.
        ("dbndiff2", ["def share(x):\n    return x / less", "less = n - 1",
                      "dbndiff2 = share(torch.ones_like(bndiff2) * dbnvar)"]),
        # Several steps in one cell, an earlier one of them wrong: it is given, and not made anew.
        ("dprobs", ["dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(n), Yb] = 7 / n\n"
                    "dprobs = dlogprobs / probs"]),
        ("dh", ["import matplotlib.pyplot as plt\ndh = dlogits @ W2.T\nassert dh.ndim == 2"]),
    ],
)  # fmt: skip
def test_a_right_cell_is_right_on_other_numbers(
    namespace: dict[str, Any], name: str, cells: list[str]
) -> None:
    """Cells, helpers and steps in any arrangement come to the right answer in fresh states."""
    assert Band.WRONG not in _bands(_again(namespace, name, *cells), name)


def test_the_last_cell_counts(namespace: dict[str, Any]) -> None:
    """Of several cells that made the variable the last one that ran is run again."""
    again = _again(namespace, "dprobs", "dprobs = dlogprobs / probs", "dprobs = dlogprobs * probs")
    assert _bands(again, "dprobs") == [Band.WRONG] * 2
    assert again is not None and again.calculation.text == "dprobs = dlogprobs * probs"


def test_the_sizes_of_the_notebook_where_no_others_do(namespace: dict[str, Any]) -> None:
    """A cell with the notebook's own sizes in it runs on other numbers of these sizes."""
    again = _again(namespace, "dbndiff2", "dbndiff2 = torch.ones(32, 64) / 31 * dbnvar")
    assert Band.WRONG not in _bands(again, "dbndiff2")
    assert again is not None and again.situations[0].values["n"] == 32


def test_a_changed_input_is_noticed_and_the_students_own_is_not_changed(
    namespace: dict[str, Any],
) -> None:
    """`a = b` and then `a += ...` is told of; the student's tensors stay as they were."""
    before = namespace["dnorm_logits"].clone()
    namespace["dlogits"] = None
    namespace["_ih"] = ["", "dlogits = dnorm_logits\ndlogits += 1"]
    again = run_again(STAGE, "dlogits", namespace)
    assert again is not None and again.outcomes[0].changed == ("dnorm_logits",)
    assert torch.equal(namespace["dnorm_logits"], before) and namespace["dlogits"] is None


@pytest.mark.parametrize(
    "cell",
    [
        "dprobs = dlogprobs / probs if open(os.devnull) else 0",
        "dprobs = torch.load(os.devnull)",
        "os.environ['X'] = '1'\ndprobs = eval('dlogprobs / probs')",
        "dprobs = dlogprobs / probs * len(os.listdir())",
        "loss.backward()\ndprobs = probs.grad",
        "for _ in range(1):\n    dprobs = input()",
        "dprobs = torch.set_default_dtype(torch.float32) or dlogprobs",
        "dprobs = check('dprobs')",
        "class Answer:\n    dprobs = 1\ndprobs = Answer().dprobs",
        "dprobs = dlogprobs.__class__(3)",
        "dprobs = ",
    ],
)
def test_a_cell_that_does_more_than_calculate_is_not_run(
    namespace: dict[str, Any], cell: str
) -> None:
    """Files, settings, autograd, questions, unknown functions: such a cell is left alone."""
    namespace["_ih"] = ["", cell]
    assert run_again(STAGE, "dprobs", namespace) is None


def test_statements_that_only_show_are_left_out(
    namespace: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Prints, checks, pictures and files beside the answer do not happen a second time."""
    cell = (
        "report = open('never', 'w')\nreport.write('x')\nprint(probs)\ncheck('dprobs')\n"
        "dprobs = dlogprobs / probs\nfor row in dprobs[:1]:\n    print(row)\nraise ValueError"
    )
    namespace["_ih"] = ["", cell]
    assert Band.WRONG not in _bands(run_again(STAGE, "dprobs", namespace), "dprobs")
    assert capsys.readouterr() == ("", "")
    assert not os.path.exists("never")  # noqa: PTH110  # nothing of pathlib is under test


def test_a_check_in_the_cell_is_not_called_again(namespace: dict[str, Any]) -> None:
    """Though a cell has made `check`: it would run its own cell again, and so on without end."""
    setup = "from autograder import Check\ncheck = Check('01_unrolled', globals())"
    answer = "dprobs = dlogprobs\ntry:\n    check('dprobs')\nexcept Exception:\n    told = True"
    again = _again(namespace, "dprobs", setup, answer)
    assert again is not None and again.answered
    assert "told" not in again.calculation.code.co_names


def test_a_timed_cell_is_still_a_calculation(namespace: dict[str, Any]) -> None:
    """`%%time` above the answer, as IPython keeps it, is looked through."""
    magic = "get_ipython().run_cell_magic('time', '', 'dprobs = dlogprobs / probs\\n')"
    namespace["_ih"] = ["", magic]
    assert Band.WRONG not in _bands(run_again(STAGE, "dprobs", namespace), "dprobs")


def test_a_run_without_end_is_ended(namespace: dict[str, Any]) -> None:
    """A loop that never ends on other numbers is stopped, and comes to nothing."""
    namespace["_ih"] = ["", "while n != 32:\n    pass\ndprobs = dlogprobs / probs"]
    again = run_again(STAGE, "dprobs", namespace)
    assert again is not None and again.situations[0].values["n"] == 32  # fresh sizes came to none
    assert again.own.answer is not None


def test_nothing_is_left_behind(namespace: dict[str, Any]) -> None:
    """The default dtype, the recording of graphs and the tracing of Python are as before."""
    torch.set_default_dtype(torch.float32)
    with torch.no_grad():
        again = _again(namespace, "dC", "dC = torch.zeros(C.shape)\nrandom = torch.rand(3)")
        assert again is not None and again.outcomes[0].answer.dtype is torch.float64
        assert torch.get_default_dtype() is torch.float32 and not torch.is_grad_enabled()


@pytest.mark.parametrize("history", [None, [], "dprobs = 1", [1, 2], ["", "x = 1"]])
def test_without_a_history_nothing_runs(namespace: dict[str, Any], history: Any) -> None:
    """Outside IPython, or where no cell made the variable, there is nothing to run again."""
    namespace["_ih"] = history
    state = random.getstate()
    assert run_again(STAGE, "dprobs", namespace) is None
    assert random.getstate() == state


def test_a_cell_that_stops_half_way_in_fresh_sizes_runs_in_the_notebooks_own(
    namespace: dict[str, Any],
) -> None:
    """What it had done before it stopped is no answer."""
    cell = (
        "dC = torch.zeros_like(C)\nfor i in range(32):\n    for p in range(3):\n"
        "        dC[Xb[i, p]] += demb[i, 2 - p]"
    )
    again = _again(namespace, "dC", cell)
    assert again is not None and again.own_sizes
    assert all(bool(outcome.answer.any()) for outcome in again.outcomes)


def test_a_loop_that_catches_everything_is_ended(namespace: dict[str, Any]) -> None:
    """`except Exception` around the calculation does not catch the limit on a run."""
    cell = (
        "dprobs = dlogprobs / probs\nwhile n != 32:\n    try:\n        dprobs = dprobs + 0\n"
        "    except Exception:\n        pass"
    )
    again = _again(namespace, "dprobs", cell)
    assert again is not None and again.own_sizes and again.answered
    cell = cell.replace("except Exception:", "except:")
    assert _again(namespace, "dprobs", cell) is None


@pytest.mark.parametrize(
    "function",
    [
        "def counted(x):\n    global calls\n    calls += 1\n    return x",
        "def counted(x):\n    open('never', 'w').close()\n    return x",
    ],
)
def test_a_function_that_does_more_than_calculate_is_not_called(
    namespace: dict[str, Any], function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts its calls, it writes a file: a check is none of them."""
    monkeypatch.chdir(tmp_path)
    namespace["_ih"] = ["", "calls = 0", function, "dprobs = counted(dlogprobs) / probs"]
    for cell in namespace["_ih"]:
        exec(cell, namespace)
    for file in tmp_path.iterdir():
        file.unlink()
    assert run_again(STAGE, "dprobs", namespace) is None
    assert namespace["calls"] == ("global" in function) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("made_in_a_cell", [True, False])
def test_a_layer_that_is_called_stays_as_it_was(
    namespace: dict[str, Any], made_in_a_cell: bool
) -> None:
    """Batch norm counts the minibatches that it has seen; those of a check are none."""
    making = "layer = torch.nn.BatchNorm1d(64, affine=False).double()"
    cell = "dh = dlogits @ W2.T + 0 * layer(torch.ones(2, 64).double()).sum()"
    namespace["_ih"] = ["", *[making] * made_in_a_cell, cell]
    exec(f"{making}\n{cell}", namespace)
    mean = namespace["layer"].running_mean.clone()
    again = run_again(STAGE, "dh", namespace)
    assert again is not None and isinstance(again.own.answer, torch.Tensor)
    assert namespace["layer"].num_batches_tracked == 1
    assert torch.equal(namespace["layer"].running_mean, mean)
