"""What the first wrong answer does not wait for; by what is done, not by how long it takes."""

import pytest
import torch

from autograder.check import Check, CheckFailed
from autograder.explain import explain
from autograder.mistakes import _mistakes
from autograder.stages.unrolled import GRAPH, draw_inputs


def test_long_catalogues_are_made_with_the_check() -> None:
    """Steps that pass several operations at once have their mistakes before the first answer."""
    _mistakes.cache_clear()
    Check("03_batchnorm", {})
    made = _mistakes.cache_info().currsize
    for step in ("dhprebn", "dhprebn_biased"):
        _mistakes("03_batchnorm", step)
    assert _mistakes.cache_info().currsize == made


def test_a_wrong_answer_is_looked_at_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for a mistake starts no second thread, and leaves the notebook its own."""
    before, seen = torch.get_num_threads(), []

    def watched(*arguments: object) -> object:
        seen.append(torch.get_num_threads())
        return explain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("autograder.check.explain", watched)
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    names = {**inputs, **GRAPH.forward(inputs), "dC": torch.ones(27, 10, dtype=torch.float64)}
    names |= {f"d{name}": value for name, value in GRAPH.gradients(inputs).items() if name != "C"}
    torch.set_num_threads(2)
    try:
        with pytest.raises(CheckFailed):
            Check("01_unrolled", names)("dC")
        assert seen == [1]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
