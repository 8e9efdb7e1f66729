"""Batch norm with fixed statistics, and the loss of a data set."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import inference
from autograder.inference import bigram_loss, calibrate, mean_loss
from autograder.stages.unrolled import GRAPH, Sizes, draw_inputs

ORDER = inference.PARAMETER_NAMES


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 40), chunk=st.integers(1, 50), seed=st.integers(0, 2**32))
def test_calibrated_on_a_minibatch_it_is_the_training_network(
    n: int, chunk: int, seed: int
) -> None:
    """With the statistics of one batch, its loss is that of the training pass, however it is cut.

    That holds for the mean, the variance with Bessel's correction and the formula together.
    """
    inputs = draw_inputs(torch.Generator().manual_seed(seed), Sizes(n=n, hidden=5))
    parameters = [inputs[name] for name in ORDER]
    values = GRAPH.forward(inputs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inference, "_CHUNK", chunk)
        mean, variance = calibrate(parameters, inputs["Xb"])
        loss = mean_loss(parameters, (mean, variance), inputs["Xb"], inputs["Yb"])
    torch.testing.assert_close(mean, values["bnmeani"])
    torch.testing.assert_close(variance, values["bnvar"])
    assert loss == pytest.approx(float(values["loss"]))


def test_calibration_keeps_the_dtype_of_the_parameters() -> None:
    """float32 in, float32 out."""
    inputs = draw_inputs(torch.Generator().manual_seed(1), dtype=torch.float32)
    statistics = calibrate([inputs[name] for name in ORDER], inputs["Xb"])
    assert [tensor.dtype for tensor in statistics] == [torch.float32] * 2
    assert [tensor.shape for tensor in statistics] == [(1, 64)] * 2


def test_one_window_has_no_variance() -> None:
    """Calibrating on a single window is refused."""
    inputs = draw_inputs(torch.Generator().manual_seed(1))
    with pytest.raises(ValueError, match="at least two"):
        calibrate([inputs[name] for name in ORDER], inputs["Xb"][:1])


def test_the_bigram_model_counts_the_last_character() -> None:
    """After a 1, three of four are 2; each count starts at one, so 2 has (3 + 1) / (4 + 3)."""
    X = torch.tensor([[0, 0, 1]] * 4)
    Y = torch.tensor([2, 2, 2, 0])
    loss = bigram_loss(X, Y, torch.tensor([[2, 2, 1]]), torch.tensor([2]))
    assert loss == pytest.approx(-math.log(4 / 7))


def test_the_bigram_model_is_the_best_table_for_what_it_counted() -> None:
    """With many counts it is as good as the conditional frequencies, which no table beats."""
    generator = torch.Generator().manual_seed(1)
    X = torch.randint(0, 3, (20_000, 2), generator=generator)
    Y = (X[:, 1] + torch.randint(0, 2, (20_000,), generator=generator)) % 3
    assert bigram_loss(X, Y, X, Y) == pytest.approx(math.log(2), abs=2e-3)
    scores = torch.randn((3, 3), generator=generator)
    assert float(F.cross_entropy(scores[X[:, 1]], Y)) > bigram_loss(X, Y, X, Y)
