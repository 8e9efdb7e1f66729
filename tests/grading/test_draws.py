"""The drawn states are what the judge's arguments rest on."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compare import Reference, compare
from autograder.draws import Kind, draw_sizes, draw_stage
from autograder.situation import make_situation
from autograder.stages import STAGES
from autograder.stages.unrolled import GRAPH, SIZES
from autograder.steps import GradientStep

_SEEDS = st.integers(0, 2**53 - 1)
_STAGES = st.sampled_from(list(STAGES.values()))


def generator(seed):
    """A generator with that seed."""
    return torch.Generator().manual_seed(seed)


@given(_SEEDS)
def test_prime_sizes_are_distinct_and_none_is_the_notebooks(seed):
    """No two sizes can be confused, and none is a number that a student has read."""
    s = draw_sizes(generator(seed), Kind.PRIMES)
    sizes = [s.n, s.context, s.embedding, s.hidden, s.vocabulary, s.context * s.embedding]
    assert len(set(sizes)) == 6
    assert not {s.n, s.hidden, s.vocabulary} & {SIZES.n, SIZES.hidden, SIZES.vocabulary}


@given(_SEEDS)
def test_square_sizes_let_a_transposed_product_fit(seed):
    """Examples, units, characters and the embedded context are equally many."""
    s = draw_sizes(generator(seed), Kind.SQUARE)
    assert len({s.n, s.hidden, s.vocabulary, s.context * s.embedding}) == 1


@given(_SEEDS, st.sampled_from(Kind))
def test_classes_occur_twice_and_not_at_all(seed, kind):
    """Targets and tokens repeat or are absent; the last one is there in the square state only."""
    inputs = draw_stage("01_unrolled", generator(seed), kind)
    last = len(inputs["C"]) - 1
    for name in ("Xb", "Yb"):
        counts = torch.bincount(inputs[name].flatten(), minlength=last + 1)
        assert counts.max() > 1 and counts.min() == 0
        assert bool(counts[last]) is (kind is Kind.SQUARE)
        assert inputs[name].is_contiguous()
    largest = GRAPH.forward(inputs)["logits"].argmax(1)
    assert bool((largest == last).any()) is (kind is Kind.SQUARE)
    assert (largest != last).any()


@given(_SEEDS, st.sampled_from(Kind), _STAGES)
def test_every_state_is_finite_float64_and_tells_its_seed(seed, kind, stage):
    """One seed makes one state, another seed another."""
    inputs = draw_stage(stage.name, generator(seed), kind)
    again = draw_stage(stage.name, generator(seed), kind)
    other = draw_stage(stage.name, generator(seed + 1), kind)
    assert inputs.keys() == again.keys() == other.keys()
    for name, value in inputs.items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(value, again[name])
            assert value.dtype in (torch.float64, torch.int64) and value.isfinite().all()
    assert not inputs or any(
        a.shape != b.shape or not torch.equal(a, b)
        for a, b in zip(inputs.values(), other.values(), strict=True)
        if isinstance(a, torch.Tensor)
    )


@settings(max_examples=20)
@given(_SEEDS, st.sampled_from((Kind.PRIMES, Kind.SQUARE)), _STAGES)
def test_consistent_gradients_follow_from_each_other(seed, kind, stage):
    """Each gradient handed over is its own local rule's, but for those next to the loss."""
    source = generator(seed)
    situation = make_situation(stage, draw_stage(stage.name, source, kind), source, True)
    for step in stage.steps:
        if not isinstance(step, GradientStep):
            continue
        if step.graph.consumers(step.variable) != (step.graph.output,):
            right = situation.right[step.name]
            assert compare(right, situation.expected[step.name]).passed


@settings(max_examples=20)
@given(_SEEDS, st.sampled_from((Kind.PRIMES, Kind.SQUARE)))
def test_independent_gradients_follow_from_nothing(seed, kind):
    """No gradient handed over in stage 01 is what its step expects: each step starts afresh."""
    source = generator(seed)
    stage = STAGES["01_unrolled"]
    situation = make_situation(stage, draw_stage(stage.name, source, kind), source, False)
    for step in stage.steps:
        assert not compare(situation.right[step.name], situation.expected[step.name]).passed


@settings(max_examples=20)
@given(_SEEDS, st.sampled_from((Kind.PRIMES, Kind.SQUARE)))
def test_the_degenerate_steps_are_those_that_the_stage_names(seed, kind):
    """With consistent gradients `dlogit_maxes` and `db1` are zero, whatever the loss."""
    source = generator(seed)
    stage = STAGES["01_unrolled"]
    situation = make_situation(stage, draw_stage(stage.name, source, kind), source, True)
    zero = {
        step.name
        for step in stage.steps
        if compare(
            torch.zeros_like(situation.expected[step.name].value), situation.expected[step.name]
        ).passed
    }
    assert zero == {"dlogit_maxes", "db1"}
    assert {step.name for step in stage.steps if step.degenerate} == zero | {"dlogits", "dbnmeani"}


@pytest.mark.parametrize("kind", Kind)
def test_an_expression_in_stage_03_is_expected_from_the_loss(kind):
    """Stage 03: the fused answers are autograd's gradients for the drawn `dhpreact`."""
    source = generator(3)
    stage = STAGES["03_batchnorm"]
    situation = make_situation(stage, draw_stage(stage.name, source, kind), source, False)
    for name in ("dhprebn", "dhprebn_biased", "dhprebn_inference"):
        step = stage.by_name[name]
        autograd = step.graph.gradients(situation.values)["hprebn"]
        assert compare(situation.expected[name].value, Reference.of(autograd)).passed
