"""The three ways of a training step, and the hand-written backward behind one of them."""

from collections.abc import Callable, Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.manual_backward import ManualNetwork
from autograder.stages.unrolled import GRAPH, Sizes, draw_inputs, draw_parameters
from autograder.training_steps import TRAINING_STEPS, autograd_step, lecture_step, manual_step

ORDER = ("C", "W1", "b1", "W2", "b2", "bngain", "bnbias")


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(2, 9),
    context=st.integers(1, 4),
    embedding=st.integers(1, 6),
    hidden=st.integers(1, 9),
    vocabulary=st.integers(2, 9),
    seed=st.integers(0, 2**32),
)
def test_the_manual_gradients_are_autograds(
    n: int, context: int, embedding: int, hidden: int, vocabulary: int, seed: int
) -> None:
    """Loss and all seven gradients agree with autograd through single operations, in any size."""
    sizes = Sizes(n, context, embedding, hidden, vocabulary)
    inputs = draw_inputs(torch.Generator().manual_seed(seed), sizes)
    network = ManualNetwork([inputs[name] for name in ORDER])
    loss = network.backward(inputs["Xb"], inputs["Yb"])
    values, expected = GRAPH.forward(inputs), GRAPH.gradients(inputs)
    torch.testing.assert_close(loss, values["loss"])
    for name, gradient in zip(ORDER, network.gradients, strict=True):
        scale = GRAPH.term_scale(values, name, expected)
        assert gradient.shape == inputs[name].shape
        assert float((gradient - expected[name]).abs().max()) <= 1e-9 * max(1.0, scale)


def test_a_second_backward_starts_from_nothing() -> None:
    """Gradients of one minibatch hold nothing of the minibatch before it."""
    inputs = draw_inputs(torch.Generator().manual_seed(1))
    network = ManualNetwork([inputs[name] for name in ORDER])
    network.backward(inputs["Xb"], inputs["Yb"])
    first = [gradient.clone() for gradient in network.gradients]
    network.backward(inputs["Xb"].flip(0), inputs["Yb"])
    network.backward(inputs["Xb"], inputs["Yb"])
    for before, now in zip(first, network.gradients, strict=True):
        assert torch.equal(before, now)


def test_an_update_moves_parameters_against_their_gradients() -> None:
    """Each parameter moves by the rate times its gradient; what it was made from stays."""
    inputs = draw_inputs(torch.Generator().manual_seed(1))
    start = [inputs[name] for name in ORDER]
    copies = [tensor.clone() for tensor in start]
    network = ManualNetwork(start)
    network.backward(inputs["Xb"], inputs["Yb"])
    network.update(0.5)
    for kept, before, gradient, after in zip(
        start, copies, network.gradients, network.parameters, strict=True
    ):
        assert torch.equal(kept, before)
        torch.testing.assert_close(after, before - 0.5 * gradient)


Prepare = Callable[[Sequence[Tensor]], tuple[list[Tensor], Callable[..., Tensor]]]


def after(prepare: Prepare, steps: int = 20) -> tuple[list[Tensor], list[Tensor], list[float]]:
    """Parameters before and after some steps in float64, and the losses on the way."""
    generator = torch.Generator().manual_seed(5)
    start = list(draw_parameters(generator, Sizes(hidden=200)).values())
    parameters, step = prepare(start)
    losses = []
    for _ in range(steps):
        characters = torch.randint(0, 27, (32, 4), generator=generator)
        losses.append(float(step(characters[:, :3].contiguous(), characters[:, 3], 0.1)))
    return start, [parameter.detach() for parameter in parameters], losses


@pytest.mark.parametrize("prepare", [lecture_step, autograd_step], ids=["lecture", "autograd"])
def test_the_ways_end_in_the_same_parameters(prepare: Prepare) -> None:
    """What is compared for speed computes the same numbers."""
    _, ours, our_losses = after(manual_step)
    start, theirs, their_losses = after(prepare)
    torch.testing.assert_close(our_losses, their_losses, rtol=1e-9, atol=1e-9)
    for before, mine, yours in zip(start, ours, theirs, strict=True):
        torch.testing.assert_close(mine, yours, rtol=1e-9, atol=1e-9)
        if before.shape != (200,):  # all but b1, which batch norm makes superfluous
            assert not torch.allclose(before, mine)


def test_the_three_ways_have_names() -> None:
    """The table of the benchmark has its three rows."""
    assert list(TRAINING_STEPS) == ["lecture", "autograd", "manual"]
