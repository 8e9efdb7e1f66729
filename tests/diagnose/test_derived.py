"""Mistakes derived from the graphs: what they are made of, and that they are told apart."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.diagnose import diagnose
from autograder.draws import Kind, draw_stage
from autograder.mistakes import mistakes_of
from autograder.mistakes.derived import derived_of
from autograder.observation import Observation
from autograder.situation import make_situation
from autograder.stages import STAGES
from autograder.steps import GradientStep
from tests.diagnose.observing import namespace_of

_STEPS = [
    (stage, step)
    for stage in STAGES.values()
    for step in stage.steps
    if isinstance(step, GradientStep)
]
# Steps of each build: one term, two, a matrix product, a change of shape, picked rows, one
# expression for several operations.
_TRIED = {"dprobs", "dbndiff", "dW2", "demb", "dC", "dbnbias", "dhprebn"}


def _states(stage, step, seed):
    """Two states as they are drawn for a judge: the namespace and the right answer."""
    for kind in (Kind.PRIMES, Kind.SQUARE):
        generator = torch.Generator().manual_seed(seed)
        inputs = draw_stage(stage.name, generator, kind)
        situation = make_situation(stage, inputs, generator, consistent=False)
        yield namespace_of(stage, step, situation), situation.expected[step.name]


def _observed(stage, step, make, seed=3):
    return [
        Observation(namespace, make(namespace, expected), expected)
        for namespace, expected in _states(stage, step, seed)
    ]


@pytest.mark.parametrize(("stage", "step"), _STEPS, ids=lambda it: it.name)
def test_every_gradient_has_its_usual_mistakes(stage, step):
    """The sign at least, and many more, each with a sentence."""
    mistakes = mistakes_of(stage, step)
    assert "wrong_sign" in {mistake.code for mistake in mistakes}
    assert len(mistakes) > 30
    assert all(mistake.message for mistake in mistakes)


@settings(max_examples=10, deadline=None)
@given(where=st.sampled_from(_STEPS), seed=st.integers(0, 10_000))
def test_a_right_answer_has_no_mistake(where, seed):
    """In no state is the right answer that of a mistake, rounding aside."""
    stage, step = where
    observations = _observed(stage, step, lambda _, expected: expected.value.clone(), seed)
    assert diagnose(stage, step, observations).message == "Nothing differs."


@pytest.mark.parametrize(
    ("stage", "step"), [pair for pair in _STEPS if pair[1].name in _TRIED], ids=lambda it: it.name
)
def test_each_derived_mistake_is_recovered(stage, step):
    """As itself, or as another one that makes the same tensors and costs no more."""
    (derived,) = derived_of(stage, step)
    changes = [change for change in derived.changes if change.code]
    for change in changes[:: len(changes) // 4]:
        observations = _observed(stage, step, partial(_made, derived, change))
        found = diagnose(stage, step, observations)
        cost = change.cost + (change.site != derived.variable)
        known = [mistake for mistake in mistakes_of(stage, step) if mistake.cost <= cost]
        assert found.code in {m.code for m in known if _explains(m, observations)}


def _made(derived, change, namespace, _):
    return derived.answer(namespace, (change,))


def _explains(mistake, observations):
    for seen in observations:
        try:
            made = mistake.make(seen.namespace)
        except Exception:
            return False
        if made.numel() != seen.answer.numel():
            return False
        scale = max(seen.expected.scale, float(seen.answer.abs().max()))
        if (made.reshape(seen.answer.shape) - seen.answer).abs().max() > 1e-8 * scale:
            return False
    return True


def _named(step_name, answer, source="", stage="01_unrolled"):
    stage = STAGES[stage]
    step = stage.by_name[step_name]
    return diagnose(stage, step, _observed(stage, step, answer), source=source)


def test_a_missing_path_is_named_by_its_ends():
    """The sentence names the variable that feeds two, and the one that is left out."""
    found = _named("dbndiff", lambda v, _: v["bnvar_inv"] * v["dbnraw"])
    assert found.code == "missing_branch"
    assert "`bndiff` also feeds `bndiff2`" in found.message


def test_the_text_of_the_cell_tells_an_overwritten_path():
    """The same tensor is called overwritten where the cell assigns twice."""
    source = "dbndiff = 2 * bndiff * dbndiff2\ndbndiff = bnvar_inv * dbnraw"
    found = _named("dbndiff", lambda v, _: v["bnvar_inv"] * v["dbnraw"], source)
    assert found.code == "overwritten_accumulation"


def test_neighbours_are_told_apart():
    """A mean, n - 1 in its place, a missing sum and the other dimension."""
    codes = {
        "mean_instead_of_sum": lambda v, _: (v["bnraw"] * v["dhpreact"]).mean(0, keepdim=True),
        "bessel": lambda v, _: (v["bnraw"] * v["dhpreact"]).sum(0, keepdim=True) / (v["n"] - 1),
        "missing_sum": lambda v, _: v["bnraw"] * v["dhpreact"],
        "wrong_axis": lambda v, _: (v["bnraw"] * v["dhpreact"]).sum(1, keepdim=True),
    }
    assert {code: _named("dbngain", answer).code for code, answer in codes.items()} == {
        code: code for code in codes
    }


def test_two_mistakes_at_once_are_both_named():
    """A missing sum and a wrong sign."""
    found = _named("dbngain", lambda v, _: -v["bnraw"] * v["dhpreact"])
    assert {found.code, *found.also} == {"missing_sum", "wrong_sign"}
    assert found.message.startswith("Two things at once.")


def test_each_of_two_things_is_told_as_a_part():
    """Neither "right up to a factor" nor a claim about a term that is not there."""
    for factor, told in ((-1, "the sign is turned"), (2, "a constant factor is wrong")):
        found = _named(
            "dlogits",
            lambda v, _, c=factor: c * v["dnorm_logits"],
            f"dlogits = {factor} * dnorm_logits",
        )
        assert found.code == "missing_branch"
        assert found.message.endswith(f"Besides, {told}.")
    found = _named("dlogits", lambda _, expected: -2 * expected.value)
    assert {found.code, *found.also} == {"wrong_constant", "wrong_sign"}
    assert "right up to" not in found.message


def test_the_same_mistake_in_two_terms_names_both():
    """The chain rule forgotten on both ways, and tanh applied twice on the only one."""
    found = _named("dbndiff", lambda v, _: v["bnvar_inv"] + 2 * v["bndiff"])
    assert found.code == "missing_upstream"
    assert "`bndiff2`" in found.message
    assert "`bnraw`" in found.message
    source = "dhpreact = (1 - torch.tanh(h)**2) * dh"
    found = _named("dhpreact", lambda v, _: (1 - v["h"].tanh() ** 2) * v["dh"], source)
    assert "already the result of tanh" in found.message


def test_one_state_is_not_enough():
    """What one state shows may be an accident."""
    stage = STAGES["01_unrolled"]
    step = stage.by_name["dh"]
    observations = _observed(stage, step, lambda _, expected: -expected.value)
    assert diagnose(stage, step, observations).code == "wrong_sign"
    assert diagnose(stage, step, observations[:1]).code == "differs"


def test_an_answer_in_one_state_only_is_not_explained():
    """A mistake has to make the answer in every state."""
    stage = STAGES["01_unrolled"]
    step = stage.by_name["dh"]
    right, wrong = (
        _observed(stage, step, lambda _, expected, sign=sign: sign * expected.value)
        for sign in (1, -1)
    )
    assert diagnose(stage, step, [wrong[0], right[1]]).code == "differs"


def test_where_no_mistake_explains_the_differences_are_told():
    """Rows, and a constant ratio."""

    def first_row(namespace, expected):
        answer = expected.value.clone()
        answer[0] += 1
        return answer

    found = _named("dh", first_row)
    assert found.code == "differs"
    assert found.message == "Some rows differ, and others are right."
    found = _named("dh", lambda _, expected: 0.37 * expected.value)
    assert "0.37 times" in found.message.replace("37/100", "0.37")


def test_size_one_dimensions_do_not_matter():
    """As for right answers: (64,) in place of (1, 64)."""
    found = _named("dbnbias", lambda _, expected: -expected.value[0])
    assert found.code == "wrong_sign"


def test_float32_is_explained_too():
    """In the precision that it has."""
    found = _named("dbngain", lambda v, _: (v["bnraw"] * v["dhpreact"]).float())
    assert found.code == "missing_sum"


@pytest.mark.parametrize(
    ("sign", "said"), [(1, "is passed on as it is"), (-1, "Only the sign of how")]
)
def test_what_keeps_the_sign_of_a_derivative_is_told_so(sign, said):
    """Minus the upstream gradient is not the upstream gradient as it is."""
    stage = STAGES["01_unrolled"]
    (step,) = (step for _, step in _STEPS if step.name == "dcounts_sum")
    upstream = "dcounts_sum_inv"
    observations = [
        Observation(namespace, sign * namespace[upstream], expected)
        for namespace, expected in _states(stage, step, seed=3)
    ]
    found = diagnose(stage, step, observations)
    assert (found.code, said in found.message) == ("missing_local_derivative", True)
