"""Tensors that torch itself cannot always read: they are told of in words, never as an error."""

from typing import Any

import pytest
import torch

from autograder import Check, CheckFailed
from autograder.stages.unrolled import GRAPH, draw_inputs

_ODD = {
    "sparse": torch.Tensor.to_sparse,
    "sparse rows": torch.Tensor.to_sparse_csr,
    "without data": lambda x: x.to("meta"),
    "nested": lambda x: torch.nested.nested_tensor([x[0], x[1]]),
    "quantized": lambda x: torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8),
    "eight bits": lambda x: x.to(torch.float8_e4m3fn),
    "complex": lambda x: x + 0j,
    "masked": lambda x: torch.masked.masked_tensor(x, x > 0),
    "huge": lambda x: torch.full_like(x, 1e308),
}


@pytest.fixture
def namespace() -> dict[str, Any]:
    """The variables of a finished stage 01, with a wrong dlogits."""
    inputs = draw_inputs(torch.Generator().manual_seed(7))
    gradients = {f"d{name}": gradient for name, gradient in GRAPH.gradients(inputs).items()}
    given = {**inputs, **GRAPH.forward(inputs), **gradients}
    return {**given, "dlogits": given["dlogits"] + 1}


def _ask(ask: Any, *arguments: str) -> str:
    """What a student is told; anything but a CheckFailed is an error of this test."""
    try:
        ask(*arguments)
    except CheckFailed as failed:
        return str(failed)
    return ""


# What torch warns of where such tensors are made is not under test.
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("odd", _ODD.values(), ids=_ODD)
@pytest.mark.parametrize("name", ["dcounts", "probs", "W2"])
def test_whatever_a_variable_holds_there_is_an_answer(
    namespace: dict[str, Any], capsys: pytest.CaptureFixture[str], name: str, odd: Any
) -> None:
    """As an answer, as a variable of the forward pass, as a parameter: no error of torch's."""
    namespace[name] = odd(namespace[name])
    check = Check("01_unrolled", namespace)
    told = [_ask(check, name) for name in ("dlogits", "dcounts", "dprobs")]
    assert told[0]  # dlogits is wrong, or nothing can be checked
    for ask in (check.graph, check.summary):
        shown = _ask(ask) or capsys.readouterr().out
        assert shown
    assert _ask(check.compare, "dcounts") or capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("odd", ["sparse", "sparse rows"])
def test_a_sparse_answer_is_judged_as_its_numbers(namespace: dict[str, Any], odd: str) -> None:
    """The right one passes; a wrong one is told where it differs."""
    check = Check("01_unrolled", namespace)
    namespace["dprobs"] = _ODD[odd](namespace["dprobs"])
    assert _ask(check, "dprobs") == ""
    namespace["dprobs"] = _ODD[odd](-namespace["dprobs"].to_dense())
    assert "dprobs is wrong" in _ask(check, "dprobs") and "32 of 864 differ" in _ask(
        check, "dprobs"
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (torch.full((32, 27), 1e308, dtype=torch.float64), "have no colors"),
        (torch.full((32, 27), 1e-310, dtype=torch.float64), "have no colors"),
        (torch.zeros(0, 27), "nothing to set side by side"),
        (torch.zeros(10**7), "nothing to set side by side"),
        (torch.full((32, 27), float("nan")), "not finite"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    namespace: dict[str, Any], capsys: pytest.CaptureFixture[str], answer: Any, told: str
) -> None:
    """Too large, too small, of another shape: words in place of a picture."""
    namespace["dprobs"] = answer.double()
    Check("01_unrolled", namespace).compare("dprobs")
    assert told in capsys.readouterr().out
