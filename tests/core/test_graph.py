"""The forward graph: values, autograd's gradients and local rules from one declaration."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.compare import Reference, compare
from autograder.graph import Graph
from autograder.stages.unrolled import GRAPH, STAGE, Sizes, draw_inputs


def diamond() -> Graph:
    """Two paths from x to the loss, and an input that the loss does not depend on."""
    graph = Graph()

    @graph.node
    def left(x: Tensor) -> Tensor:
        return x**2

    @graph.node
    def right(x: Tensor, unused: Tensor) -> Tensor:
        return 3 * x + 0 * unused.detach()

    @graph.node
    def loss(left: Tensor, right: Tensor) -> Tensor:
        return (left * right).sum()

    return graph


def test_structure_is_read_off_the_declaration() -> None:
    """Names of functions are variables, names of parameters are their inputs."""
    graph = diamond()
    assert graph.nodes == ("left", "right", "loss")
    assert graph.inputs == ("x", "unused")
    assert graph.output == "loss"
    assert graph.parents("right") == ("x", "unused")
    assert graph.parents("x") == ()
    assert graph.consumers("x") == ("left", "right")
    assert graph.consumers("loss") == ()


def test_a_variable_declared_twice_is_refused() -> None:
    """Redeclaring a variable raises and names it."""
    graph = diamond()
    with pytest.raises(ValueError, match="left is declared twice"):

        @graph.node
        def left(x: Tensor) -> Tensor:
            return x


def test_a_variable_declared_after_its_reader_is_refused() -> None:
    """A node that another node already read as an input cannot be declared later."""
    graph = diamond()
    with pytest.raises(ValueError, match="x is declared after"):

        @graph.node
        def x(y: Tensor) -> Tensor:
            return y


def test_gradients_of_a_diamond() -> None:
    """Gradients through two paths add up: d(x^2 * 3x)/dx = 9 x^2; no path means zeros."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    gradients = diamond().gradients({"x": x, "unused": torch.ones(2, dtype=torch.float64)})
    assert torch.equal(gradients["x"], 9 * x**2)
    assert torch.equal(gradients["left"], 3 * x)
    assert torch.equal(gradients["unused"], torch.zeros(2, dtype=torch.float64))
    assert gradients["loss"] == 1


def test_a_missing_input_is_named() -> None:
    """The forward pass without one of its inputs raises KeyError with its name."""
    with pytest.raises(KeyError, match="unused"):
        diamond().forward({"x": torch.ones(2)})


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_nothing_of_the_caller_changes(context: type) -> None:
    """Inputs keep values, requires_grad and .grad, also under no_grad and inference_mode."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    inputs = {"x": x, "unused": torch.ones(2, dtype=torch.float64)}
    with context():
        graph = diamond()
        values, gradients = graph.forward(inputs), graph.gradients(inputs)
        graph.local_rule(values, "x", gradients)
    assert x.grad is None and x.requires_grad
    assert x.tolist() == [1.0, 2.0]
    assert not values["loss"].requires_grad
    assert values["x"].data_ptr() != x.data_ptr()
    assert torch.equal(gradients["x"], 9 * x.detach() ** 2)


def test_gradients_equal_retained_ones() -> None:
    """For all variables of stage 01, the gradients are those of a plain loss.backward()."""
    inputs = draw_inputs(torch.Generator().manual_seed(3))
    leaves = {
        name: value.clone().requires_grad_()
        for name, value in inputs.items()
        if isinstance(value, Tensor) and value.is_floating_point()
    }
    values = {**inputs, **leaves}
    for name in GRAPH.nodes:
        function = GRAPH._nodes[name]
        values[name] = function(**{parent: values[parent] for parent in GRAPH.parents(name)})
        values[name].retain_grad()
    values["loss"].backward()
    gradients = GRAPH.gradients(inputs)
    assert set(gradients) == {*leaves, *GRAPH.nodes}
    for name, gradient in gradients.items():
        assert torch.equal(gradient, values[name].grad), name


SIZES = st.builds(
    Sizes,
    n=st.integers(2, 7),
    context=st.integers(1, 4),
    embedding=st.integers(1, 5),
    hidden=st.integers(1, 7),
    vocabulary=st.integers(2, 9),
)


@settings(max_examples=25, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 2**32 - 1))
def test_local_rules_chain_to_the_gradients(sizes: Sizes, seed: int) -> None:
    """From the right upstream gradients every local rule gives autograd's gradient."""
    inputs = draw_inputs(torch.Generator().manual_seed(seed), sizes)
    values, gradients = GRAPH.forward(inputs), GRAPH.gradients(inputs)
    for step in STAGE.steps:
        variable = step.name.removeprefix("d")
        found = GRAPH.local_rule(values, variable, gradients)
        assert found.shape == values[variable].shape
        assert compare(found, GRAPH.reference(values, gradients, variable)).passed, step.name


def test_the_scale_is_that_of_the_terms_not_of_the_sum() -> None:
    """db1 is zero by cancellation; its scale is the size of the 32 terms that cancel."""
    inputs = draw_inputs(torch.Generator().manual_seed(3))
    values, gradients = GRAPH.forward(inputs), GRAPH.gradients(inputs)
    reference = GRAPH.reference(values, gradients, "b1")
    size = float((gradients["hprebn"] ** 2).sum(0).max() ** 0.5)
    assert float(reference.value.abs().max()) < 1e-15
    # An estimate from random signs, of which the largest entry is taken.
    assert size / 2 < reference.scale < 4 * size
    assert Reference.of(reference.value).scale < 1e-15


def test_the_output_has_no_upstream() -> None:
    """The scale of the loss's own gradient, which is one, is one."""
    inputs = draw_inputs(torch.Generator().manual_seed(3))
    values = GRAPH.forward(inputs)
    assert GRAPH.term_scale(values, "loss", {}) == 1.0


def test_the_same_seed_draws_the_same_inputs() -> None:
    """Inputs come from the generator alone, in the sizes and dtype asked for."""
    sizes = Sizes(n=5, context=2, embedding=4, hidden=6, vocabulary=9)
    torch.manual_seed(0)
    one = draw_inputs(torch.Generator().manual_seed(3), sizes, torch.float32)
    two = draw_inputs(torch.Generator().manual_seed(3), sizes, torch.float32)
    assert all(torch.equal(torch.as_tensor(one[k]), torch.as_tensor(two[k])) for k in one)
    assert {name: tuple(torch.as_tensor(value).shape) for name, value in one.items()} == {
        "C": (9, 4),
        "W1": (8, 6),
        "b1": (6,),
        "W2": (6, 9),
        "b2": (9,),
        "bngain": (1, 6),
        "bnbias": (1, 6),
        "Xb": (5, 2),
        "Yb": (5,),
        "n": (),
    }
    assert one["C"].dtype is torch.float32


def test_all_parents_gradients_come_from_one_backward_pass() -> None:
    """To the last bit those that autograd finds one by one for the same upstream gradient."""
    generator = torch.Generator().manual_seed(5)
    values = GRAPH.forward(draw_inputs(generator, Sizes(n=7)))
    for consumer in GRAPH.nodes:
        upstream = torch.randn(values[consumer].shape, generator=generator)
        found = GRAPH.vjps(values, consumer, upstream)
        for name in GRAPH.parents(consumer):
            if isinstance(values[name], Tensor) and values[name].is_floating_point():
                leaves = {
                    parent: value.clone() if isinstance(value, Tensor) else value
                    for parent in GRAPH.parents(consumer)
                    for value in [values[parent]]
                }
                leaf = leaves[name].requires_grad_()
                (expected,) = torch.autograd.grad(
                    GRAPH.compute(consumer, leaves), leaf, upstream, allow_unused=True
                )
                assert torch.equal(found[name], expected), (consumer, name)
                assert torch.equal(GRAPH.vjp(values, consumer, name, upstream), expected)


def test_what_is_cut_off_from_autograd_gets_zeros() -> None:
    """Also where the upstream gradient was made in inference mode."""
    graph = diamond()
    values = graph.forward({"x": torch.tensor([1.0, 2.0]), "unused": torch.tensor([3.0, 4.0])})
    with torch.inference_mode():
        upstream = torch.ones(2)
    found = graph.vjps(values, "right", upstream)
    assert found["unused"].tolist() == [0.0, 0.0]
    assert found["x"].tolist() == [3.0, 3.0]
