"""A cell that gives a variable of the notebook's own cells another value."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder import Check, CheckFailed
from autograder.examine import State
from autograder.render import Rendered
from autograder.stages.batchnorm import GRAPH as BATCHNORM
from autograder.stages.cross_entropy import FUSED
from autograder.stages.unrolled import GRAPH, draw_inputs

UNROLLED, CROSS_ENTROPY, NORM = "01_unrolled", "02_cross_entropy", "03_batchnorm"


def _namespace(stage: str, *cells: str) -> dict[str, Any]:
    """The variables of a notebook, its forward pass in one cell, after these cells ran."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    network, gradients = GRAPH.forward(inputs), GRAPH.gradients(inputs)
    values: dict[str, Any] = {"Yb": inputs["Yb"]}
    if stage == UNROLLED:
        values |= {**inputs, **network}
    elif stage == CROSS_ENTROPY:
        values |= FUSED.forward({**inputs, **network})
    else:
        values |= BATCHNORM.forward({**inputs, **network, "dhpreact": gradients["hpreact"]})
    forward = "\n".join(f"{name} = forward_pass['{name}']" for name in values)
    modules = {"torch": torch, "F": F, "__name__": "__main__", "_ih": ["", forward, *cells]}
    right = {f"d{name}": gradient for name, gradient in gradients.items()}
    namespace = {**(right if stage == UNROLLED else {}), **modules, **values}
    for cell in cells:
        exec(cell, namespace)
    return namespace


def _check(stage: str, name: str, *cells: str) -> str:
    """What the check of a step shows."""
    shown: list[Rendered] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.check._display", shown.append)
        try:
            Check(stage, _namespace(stage, *cells))(name)
        except CheckFailed as failed:
            return str(failed)
    return shown[0].text


@pytest.mark.parametrize(
    ("stage", "name", "cell", "new"),
    [
        (UNROLLED, "dprobs", "probs = 1 / probs\ndprobs = probs * dlogprobs", "`probs`"),
        (UNROLLED, "dhpreact", "h = 1 - h**2\ndhpreact = h * dh", "`h`"),
        (UNROLLED, "dnorm_logits", "dcounts = dcounts * counts\ndnorm_logits = dcounts",
         "`dcounts`"),
        (UNROLLED, "dC", "Xb = Xb.flatten()\ndC = torch.zeros_like(C)\n"
         "dC.index_add_(0, Xb, demb.flatten(0, 1))", "`Xb`"),
        (UNROLLED, "dC", "dC = torch.zeros_like(C)\nfor i in range(len(Xb)):\n"
         "    for C in range(Xb.shape[1]):\n        dC[Xb[i, C]] += demb[i, C]", "`C`"),
        (CROSS_ENTROPY, "probs", "logits = logits.exp()\n"
         "probs = logits / logits.sum(1, keepdim=True)", "`logits`"),
        (CROSS_ENTROPY, "dlogits", "logits = F.softmax(logits, 1)\n"
         "dlogits = (logits - F.one_hot(Yb, logits.shape[1])) / n", "`logits`"),
        (NORM, "dbnraw", "dhpreact = dhpreact * bngain\ndbnraw = dhpreact", "`dhpreact`"),
        (NORM, "dbnvar", "dbnraw = bngain * dhpreact\nbnvar_inv = (bnvar + 1e-5) ** -1.5\n"
         "dbnvar = -0.5 * bnvar_inv * (dbnraw * (hprebn - bnmeani)).sum(0, keepdim=True)",
         "`bnvar_inv`"),
    ],
)  # fmt: skip
def test_a_right_cell_with_a_new_value_passes_and_is_told_of_it(
    stage: str, name: str, cell: str, new: str
) -> None:
    """The judge gives full points; the check does, too, and says to take a new name."""
    told = f"the cell gives {new} a new value; take a new name: later cells need the old one."
    shown = _check(stage, name, cell)
    assert shown.startswith(f"✓ {name} is right")
    assert shown.endswith(f"Note: {told}") and shown.count("Note") == 1


@pytest.mark.parametrize(
    ("stage", "name", "cell", "why"),
    [
        (UNROLLED, "dprobs", "probs = 1 / probs\ndprobs = -probs * dlogprobs", "sign"),
        (CROSS_ENTROPY, "dlogits", "logits = F.softmax(logits, 1)\n"
         "dlogits = logits - F.one_hot(Yb, logits.shape[1])", "a factor is missing"),
        (NORM, "dbnraw", "dhpreact = dhpreact * bngain\ndbnraw = -dhpreact", "sign"),
    ],
)  # fmt: skip
def test_a_wrong_cell_with_a_new_value_is_wrong(stage: str, name: str, cell: str, why: str) -> None:
    """Its mistake is named as in any other cell, and the new value is told once."""
    told = _check(stage, name, cell)
    assert told.startswith(f"✗ {name} is wrong") and why in told
    assert told.count(" a new value") == 1 and "is not what the forward pass" not in told


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("Yb = Yb + 0 * n\nYb = F.one_hot(Yb, probs.shape[1])\ndnorm_logits = (probs - Yb) / n",
         "straight from the loss"),
        ("Yb = F.one_hot(Yb, 27)\ndnorm_logits = dcounts\ndnorm_logits *= counts",
         "the cell changes `dcounts`"),
    ],
)  # fmt: skip
def test_what_the_grader_does_not_accept_is_told_there_too(cell: str, note: str) -> None:
    """A new value for `Yb` keeps no other note back."""
    shown = _check(UNROLLED, "dnorm_logits", cell)
    assert shown.startswith("✓ dnorm_logits is right")
    assert note in shown and "the cell gives `Yb` a new value" in shown


def test_a_cell_with_a_new_value_that_ran_twice() -> None:
    """To run it once more would make it worse, so it is not told to be run again."""
    cell = "dcounts = dcounts * counts\ndnorm_logits = dcounts"
    told = _check(UNROLLED, "dnorm_logits", cell, cell)
    assert "your formula is right, but the cell gives `dcounts` a new value" in told
    assert "run this cell again" not in told


def test_an_answer_and_the_one_before_in_one_cell_are_two_answers() -> None:
    """An earlier step that is wrong in the same cell makes this one neither wrong nor noted."""
    cell = (
        "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(n), Yb] = 7 / n\n"
        "dprobs = dlogprobs / probs"
    )
    assert "follows from your `dlogprobs`" in _check(UNROLLED, "dprobs", cell)


@pytest.mark.parametrize(
    ("stage", "name", "cell", "number"),
    [
        (UNROLLED, "dlogprobs", "dlogprobs = torch.zeros_like(logprobs)\n"
         "for n, y in enumerate(Yb):\n    dlogprobs[n, y] = -1 / len(Yb)", 31),
        (UNROLLED, "db2", "m, n = logits.shape\ndb2 = dlogits.sum(0)", 27),
        (CROSS_ENTROPY, "dlogits",
         "m, n = logits.shape\ndlogits = (F.softmax(logits, 1) - F.one_hot(Yb, n)) / m", 27),
        (NORM, "dbnraw", "m, n = dhpreact.shape\ndbnraw = bngain * dhpreact", 64),
    ],
)  # fmt: skip
def test_another_n_is_put_right_and_told(stage: str, name: str, cell: str, number: int) -> None:
    """A right answer passes; the note has both values, and the cell to mend."""
    begins = cell.splitlines()[0]
    shown = _check(stage, name, cell)
    assert shown.startswith(f"✓ {name} is right") and shown.count("Note") == 1
    assert shown.endswith(
        f"Note: the cell that begins `{begins}` gives `n` the value {number}; the notebook's `n` "
        "is 32: take another name there, then run the notebook from the top."
    )


def test_a_formula_with_another_n_is_wrong() -> None:
    """`n = 27` is no way to write the notebook's `n`; nor is it right in its own sizes."""
    cell = "n = 27\ndlogits = (F.softmax(logits, 1) - F.one_hot(Yb, 27)) / n"
    told = _check(CROSS_ENTROPY, "dlogits", cell)
    assert told.startswith("✗ dlogits is wrong") and told.count("gives `n`") == 1
    assert "`n` the value 27; the notebook's `n` is 32" in told and "sizes only" not in told


def test_the_cell_that_spoiled_the_forward_pass_is_told() -> None:
    """To run every cell from the top does not help where that very cell spoils it."""
    cell = "for C in range(3):\n    pass"
    told = _check(UNROLLED, "dh", cell, "dh = dlogits @ W2.T")
    assert told == (
        "dh cannot be checked: the cell that begins `for C in range(3):` gives `C` the value 2: "
        "take another name there, then run the notebook from the top."
    )


def test_a_changed_variable_is_told_with_its_cell() -> None:
    """Where the history says which cell gave a forward variable a new value, the note does."""
    told = _check(UNROLLED, "dhpreact", "h = torch.tanh(h)", "dhpreact = (1 - h**2) * dh")
    assert "the cell that begins `h = torch.tanh(h)` gives `h` a new value" in told


def test_run_again_from_the_top_all_is_well() -> None:
    """The cell that made the variable first has made it once more: nothing is told."""
    namespace = _namespace(UNROLLED, "n = 27")
    namespace["_ih"] += [namespace["_ih"][1], "dprobs = dlogprobs / probs"]
    namespace["n"] = 32
    check = Check(UNROLLED, namespace)
    assert all(not verdict.remarks for verdict in check.verdicts())


def test_an_n_of_the_students_own_is_left_alone() -> None:
    """Where no forward pass reads `n`, as in stage 04, it is a name like any other."""
    cells = ["n = 3\nx = 1", "n = 5"]
    namespace = _namespace(UNROLLED, *cells)
    assert not State(namespace).mended and State(namespace, ["n"]).mended == {"n": 32}


@pytest.mark.parametrize(
    ("stage", "name", "cell"),
    [
        (NORM, "dbnraw", "n, hidden = dhpreact.shape\ndbnraw = bngain * dhpreact"),
        (CROSS_ENTROPY, "probs", "n, v = logits.shape\nprobs = F.softmax(logits, 1)"),
        (UNROLLED, "db2", "n = len(Yb)\ndb2 = dlogits.sum(0)"),
        (UNROLLED, "dC", "C, Xb = C.view(C.shape), Xb.long()\ndC = torch.zeros_like(C)\n"
         "dC.index_add_(0, Xb.flatten(), demb.flatten(0, 1))"),
        (UNROLLED, "dnorm_logits", "counts = norm_logits.exp()\ndnorm_logits = counts * dcounts"),
    ],
)  # fmt: skip
def test_the_same_value_once_more_is_no_news(stage: str, name: str, cell: str) -> None:
    """A variable that is made anew and stays what it was is not told of."""
    shown = _check(stage, name, cell)
    assert shown.startswith(f"✓ {name} is right (e") and "Note" not in shown
