"""Why an answer in the notebook is wrong: the diagnosis of a check."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from autograder import Check, CheckFailed
from autograder.stages.unrolled import GRAPH, draw_inputs

Run = Callable[..., CheckFailed | None]


@pytest.fixture
def namespace() -> dict[str, Any]:
    """The variables of a finished stage 01, as a notebook has them."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    modules = {"torch": torch, "F": F, "__name__": "__main__", "_ih": [""]}
    return {**modules, **inputs, **GRAPH.forward(inputs), **gradients}


@pytest.fixture
def run(namespace: dict[str, Any]) -> Run:
    """Run a cell as IPython would, then the check of a step; what the check raised."""
    check = Check("01_unrolled", namespace)

    def run_and_check(name: str, cell: str = "") -> CheckFailed | None:
        if cell:
            namespace["_ih"].append(cell)
            exec(cell, namespace)
        try:
            check(name)
        except CheckFailed as failed:
            return failed
        return None

    return run_and_check


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("dbndiff", "dbndiff = bnvar_inv * dbnraw", "missing_branch"),
        ("dW2", "dW2 = (h.T @ dlogits).T", "transposed"),
        ("db2", "db2 = dlogits", "missing_sum"),
        ("dnorm_logits", "dnorm_logits = dcounts", "missing_local_derivative"),
        ("dbnvar", "dbnvar = -0.5 * bnvar**-1.5 * dbnvar_inv", "missing_epsilon"),
        # A number of this notebook is no obstacle.
        ("dbndiff2", "dbndiff2 = torch.ones(32, 64) / 32 * dbnvar", "bessel"),
    ],
)
def test_the_mistake_is_named_in_the_headline(run: Run, name: str, cell: str, code: str) -> None:
    """The first line of a failing check says what is wrong, and the verdict has the code."""
    failed = run(name, cell)
    assert failed is not None and failed.verdict is not None and failed.verdict.diagnosis
    assert failed.verdict.diagnosis.code == code
    assert failed.verdict.diagnosis.message in str(failed).splitlines()[0]


@pytest.mark.parametrize(
    ("name", "cell", "codes"),
    [
        # They raise in sizes that are not the notebook's.
        ("dC", "dC = torch.zeros_like(C)\nfor i in range(32):\n    for p in range(3):\n"
         "        dC[Xb[i, p]] += demb[i, 2 - p]", {"wrong_index"}),
        ("dhprebn", "dhprebn = dbndiff.clone()\ndhprebn += torch.ones(32, 64) * dbnmeani",
         {"missing_mean_factor"}),
        # They are right in small sizes, and leave out a part of the notebook's.
        ("db2", "db2 = torch.zeros_like(b2)\ndb2[:26] = dlogits.sum(0)[:26]", {"hard_coded_size"}),
        ("dlogprobs", "dlogprobs = torch.zeros_like(logprobs)\nfor i in range(20):\n"
         "    dlogprobs[i, Yb[i]] = -1 / n", {"differs"}),
    ],
)  # fmt: skip
def test_a_part_of_an_answer_is_not_taken_for_the_whole(
    run: Run, name: str, cell: str, codes: set[str]
) -> None:
    """Half a run is no mistake that somebody made, and a part is not told that it is right."""
    failed = run(name, cell)
    assert failed is not None and failed.verdict is not None and failed.verdict.diagnosis
    assert failed.verdict.diagnosis.code in codes
    assert "formula is right" not in str(failed)


def test_a_part_with_another_shape_is_told_its_shape(run: Run) -> None:
    """`[:26]` has one entry too few."""
    failed = run("db2", "db2 = dlogits.sum(0)[:26]")
    assert failed is not None and "(26,)" in str(failed)
    assert "formula is right" not in str(failed)


def test_an_earlier_cell_for_the_same_variable_is_no_excuse(run: Run) -> None:
    """The last cell counts, though the one before was right and made the variable otherwise."""
    rows = "emb.view(-1, emb.shape[-1])"
    right = f"dC = torch.zeros_like(C).index_add_(0, Xb.view(-1), demb.view(-1, {rows}.shape[1]))"
    assert run("dC", right) is None
    failed = run("dC", "dC = torch.zeros_like(C)\ndC[Xb] = demb")
    assert failed is not None and failed.verdict is not None
    assert "formula is right" not in str(failed)


def test_what_goes_wrong_in_the_search_costs_the_explanation_only(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict stands, with a warning."""

    def broken(*_: Any) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr("autograder.explain.run_again", broken)
    with pytest.warns(RuntimeWarning, match="no explanation of db2: RuntimeError: no such thing"):
        failed = run("db2", "db2 = 2 * dlogits.sum(0)")
    assert failed is not None and "db2 is wrong" in str(failed)


def test_an_unknown_mistake_is_not_named(run: Run) -> None:
    """What no known mistake explains is only described."""
    failed = run("dh", "dh = dlogits @ W2.T + 0.1 * torch.cumsum(h, 0) * W2.sum()")
    assert failed is not None and failed.verdict is not None and failed.verdict.diagnosis
    assert failed.verdict.diagnosis.code == "differs"
    assert "none of the mistakes that we know" in str(failed)


def test_a_variable_older_than_what_it_is_made_from(run: Run, namespace: dict[str, Any]) -> None:
    """An upstream gradient was mended and the cell not run again: that is said, and no mistake."""
    right = namespace["dlogprobs"]
    namespace["dlogprobs"] = -right
    assert run("dprobs", "dprobs = dlogprobs / probs") is not None
    namespace["dlogprobs"] = right
    failed = run("dprobs")
    assert failed is not None and failed.verdict is not None and failed.verdict.diagnosis
    assert failed.verdict.diagnosis.code == "stale"
    assert "run this cell again" in str(failed)


def test_what_follows_from_another_gradient_has_no_mistake_of_its_own(
    run: Run, namespace: dict[str, Any]
) -> None:
    """The right rule on a wrong upstream gradient: that gradient is to be mended first."""
    namespace["dlogprobs"] = -namespace["dlogprobs"]
    failed = run("dprobs", "dprobs = dlogprobs / probs")
    assert failed is not None and failed.verdict is not None
    assert failed.verdict.diagnosis is None and failed.verdict.follows_from == ("dlogprobs",)
    assert "`dlogprobs`, which is wrong; mend that first" in str(failed).splitlines()[0]


def test_the_check_changes_none_of_the_students_variables(
    run: Run, namespace: dict[str, Any]
) -> None:
    """After a failing check every tensor has the same numbers, and no name has come or gone."""
    namespace["_ih"].append(cell := "dlogits = dnorm_logits\ndlogits += 1 + 0 * dlogit_maxes")
    exec(cell, namespace)
    before = {name: value.clone() for name, value in namespace.items() if torch.is_tensor(value)}
    names = list(namespace)
    failed = run("dlogits")
    assert failed is not None and failed.verdict is not None and failed.verdict.diagnosis
    assert failed.verdict.diagnosis.code == "aliasing"
    assert list(namespace) == names
    assert all(torch.equal(namespace[name], value) for name, value in before.items())


def test_a_function_is_called_again() -> None:
    """The mistake in a function is found on the arguments of its own draws."""

    def unbroadcast(gradient: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
        while gradient.ndim > len(shape):
            gradient = gradient.sum(0)
        return gradient

    with pytest.raises(CheckFailed) as raised:
        Check("00_warmup", {"unbroadcast": unbroadcast})("unbroadcast")
    assert raised.value.verdict is not None and raised.value.verdict.diagnosis
    assert raised.value.verdict.diagnosis.code == "missing_sum"
