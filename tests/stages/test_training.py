"""Stage 04: which backward passes and which trained parameters pass, and which do not."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from autograder.examine import State, examine
from autograder.manual_backward import ManualNetwork
from autograder.minibatch import draw_minibatch
from autograder.names import build_dataset, load_names, split_names
from autograder.stages.training import SIZES, STAGE
from autograder.stages.unrolled import draw_parameters
from autograder.verdict import Status, StepVerdict

Tensors = Sequence[Tensor]
Backward = Callable[[Tensors, Tensors, Tensor, Tensor], tuple[Tensor, ...]]


def backward(
    parameters: Tensors,
    kept: Tensors,
    Xb: Tensor,
    Yb: Tensor,
    *,
    dlogits: Callable[[Tensor, Tensor], Tensor] | None = None,
    tanh_slope: Callable[[Tensor], Tensor] = lambda h: 1 - h**2,
    bessel: bool = True,
    embedding: Callable[[Tensor, Tensor, Tensor], Tensor] | None = None,
) -> tuple[Tensor, ...]:
    """A right answer, with parts to be exchanged."""
    C, W1, _, W2, _, bngain, _ = parameters
    embcat, bnvar_inv, bnraw, h, logits = kept
    n = len(Xb)
    top = (dlogits or by_one_hot)(logits, Yb)
    dhpreact = tanh_slope(h) * (top @ W2.T)
    dbnbias = dhpreact.sum(0, keepdim=True)
    dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
    below = (n - 1) if bessel else n
    dhprebn = bngain * bnvar_inv * (dhpreact - dbnbias / n - bnraw * dbngain / below)
    demb = (dhprebn @ W1.T).view(*Xb.shape, -1)
    dC = (embedding or by_index_add)(C, Xb, demb)
    return dC, embcat.T @ dhprebn, dhprebn.sum(0), h.T @ top, top.sum(0), dbngain, dbnbias


def by_one_hot(logits: Tensor, Yb: Tensor) -> Tensor:
    """Softmax less one-hot, over n."""
    return (F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / len(Yb)


def by_scatter(logits: Tensor, Yb: Tensor) -> Tensor:
    """The same, the target's one taken off where it stands."""
    probabilities = F.softmax(logits, 1)
    return probabilities.scatter_add(1, Yb[:, None], -torch.ones(len(Yb), 1)) / len(Yb)


def by_index_add(C: Tensor, Xb: Tensor, demb: Tensor) -> Tensor:
    """Each row of the embedding collects from wherever it was used."""
    return torch.zeros(C.shape).index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))


def by_loop(C: Tensor, Xb: Tensor, demb: Tensor) -> Tensor:
    """The same in the double loop."""
    dC = torch.zeros_like(C)
    for row in range(Xb.shape[0]):
        for column in range(Xb.shape[1]):
            dC[Xb[row, column]] += demb[row, column]
    return dC


def losing_duplicates(C: Tensor, Xb: Tensor, demb: Tensor) -> Tensor:
    """Of several uses of a row only one counts."""
    dC = torch.zeros_like(C)
    dC[Xb] += demb
    return dC


def variant(**parts: Any) -> Backward:
    """`backward` with some of its parts exchanged."""
    return lambda *arguments: backward(*arguments, **parts)


def with_result(index: int, change: Callable[[Tensor], Any]) -> Backward:
    """`backward` with one of its seven results changed."""

    def changed(*arguments: Any) -> tuple[Any, ...]:
        results = list(backward(*arguments))
        results[index] = change(results[index])
        return tuple(results)

    return changed


def in_place(parameters: Tensors, kept: Tensors, Xb: Tensor, Yb: Tensor) -> tuple[Tensor, ...]:
    """Right numbers, but the caller's logits are used up."""
    results = backward(parameters, kept, Xb, Yb)
    kept[-1].sub_(1.0)
    return results


def hard_coded(parameters: Tensors, kept: Tensors, Xb: Tensor, Yb: Tensor) -> tuple[Tensor, ...]:
    """Right for a minibatch of 32 only."""
    results = backward(parameters, kept, Xb, Yb)
    return tuple(result * len(Xb) / 32 for result in results)


def unwritten(*arguments: Any) -> tuple[Tensor, ...]:
    """What a release holds."""
    raise NotImplementedError


RIGHT: dict[str, Backward] = {
    "one-hot": backward,
    "scatter": variant(dlogits=by_scatter),
    "double loop": variant(embedding=by_loop),
    "a list": lambda *arguments: list(backward(*arguments)),  # type: ignore[return-value]
    "gain without keepdim": with_result(5, lambda gradient: gradient[0]),
    "bias with keepdim": with_result(2, lambda gradient: gradient[None]),
    "zeros for b1": with_result(2, torch.zeros_like),
}

WRONG: dict[str, tuple[Backward, Status]] = {
    "untouched": (unwritten, Status.NOT_ATTEMPTED),
    "sum, not mean": (
        variant(dlogits=lambda logits, Yb: by_one_hot(logits, Yb) * len(Yb)),
        Status.WRONG,
    ),
    "no target": (
        variant(dlogits=lambda logits, Yb: F.softmax(logits, 1) / len(Yb)),
        Status.WRONG,
    ),
    "1 - h": (variant(tanh_slope=lambda h: 1 - h), Status.WRONG),
    "no Bessel": (variant(bessel=False), Status.WRONG),
    "lost duplicates": (variant(embedding=losing_duplicates), Status.WRONG),
    "one-hot that guesses the number of characters": (
        variant(
            embedding=lambda C, Xb, demb: F.one_hot(Xb.view(-1)).to(demb).T @ demb.flatten(0, 1)
        ),
        Status.WRONG,
    ),
    "noise in b1": (with_result(2, lambda gradient: gradient + 1e-4), Status.WRONG),
    "transposed W1": (with_result(1, lambda gradient: gradient.T), Status.WRONG),
    "gain and bias exchanged": (
        lambda *arguments: (lambda r: (*r[:5], r[6], r[5]))(backward(*arguments)),
        Status.WRONG,
    ),
    "six results": (lambda *arguments: backward(*arguments)[:6], Status.NOT_A_TENSOR),
    "None for dC": (with_result(0, lambda gradient: None), Status.NOT_A_TENSOR),
    "hard-coded 32": (hard_coded, Status.WRONG),
    "arguments changed": (in_place, Status.WRONG),
    "raises": (lambda *arguments: 1 / 0, Status.RAISED),  # type: ignore[return-value]
}


def judge(name: str, answer: Any, **variables: Any) -> StepVerdict:
    """The verdict on one answer among the notebook's variables."""
    return examine(STAGE.by_name[name], State({**variables, name: answer}))


@pytest.mark.parametrize("name", RIGHT)
def test_every_usual_way_to_write_backward_passes(name: str) -> None:
    """A right answer passes, however it is written and whatever the notebook's dtype."""
    assert judge("backward", RIGHT[name]).status.passed
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_backward_fails(name: str) -> None:
    """A wrong gradient among the seven, or none, fails with the status that says what it is."""
    function, status = WRONG[name]
    assert judge("backward", function).status is status


def test_every_one_of_the_seven_is_checked_by_name() -> None:
    """One wrong result fails, wherever it stands, and the verdict says which."""
    for index, name in enumerate(STAGE.by_name["backward"].results):  # type: ignore[union-attr]
        verdict = judge("backward", with_result(index, lambda gradient: gradient + 0.01))
        assert verdict.status is Status.WRONG
        assert f"this is the result of {name} of backward(" in " ".join(verdict.remarks)


@settings(max_examples=20, deadline=None)
@given(
    size=st.tuples(st.integers(2, 9), st.integers(1, 4), st.integers(1, 5), st.integers(1, 9)),
    seed=st.integers(0, 2**32),
)
def test_the_reference_is_the_gradient_of_the_loss(size: tuple[int, ...], seed: int) -> None:
    """What the step expects is what autograd gives for PyTorch's own cross entropy and variance."""
    n, context, embedding, hidden = size
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
        return drawn.requires_grad_()

    C, W1, b1 = normal(6, embedding), normal(context * embedding, hidden), normal(hidden)
    W2, b2, bngain, bnbias = normal(hidden, 6), normal(6), normal(1, hidden), normal(1, hidden)
    Xb = torch.randint(0, 6, (n, context), generator=generator)
    Yb = torch.randint(0, 6, (n,), generator=generator)
    hprebn = F.embedding(Xb, C).flatten(1) @ W1 + b1
    bnraw = (hprebn - hprebn.mean(0)) / (hprebn.var(0) + 1e-5).sqrt()
    F.cross_entropy(torch.tanh(bngain * bnraw + bnbias) @ W2 + b2, Yb).backward()
    parameters = [C, W1, b1, W2, b2, bngain, bnbias]
    step = STAGE.by_name["backward"]
    references = step.expected([p.detach() for p in parameters], (), Xb, Yb)  # type: ignore[union-attr]
    for parameter, reference in zip(parameters, references, strict=True):
        assert parameter.grad is not None
        bound = 1e-9 * max(1.0, reference.scale)
        assert float((parameter.grad - reference.value).abs().max()) <= bound


@pytest.fixture(scope="module")
def splits() -> dict[str, Tensor]:
    """The notebook's training and test windows."""
    training, _, test = split_names(load_names())
    (Xtr, Ytr), (Xte, Yte) = build_dataset(training), build_dataset(test)
    return {"Xtr": Xtr, "Ytr": Ytr, "Xte": Xte, "Yte": Yte}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small matrices are multiplied fastest by one thread, above all beside other programs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def start(seed: int = 7) -> list[Tensor]:
    """The parameters before training."""
    generator = torch.Generator().manual_seed(seed)
    return list(draw_parameters(generator, SIZES, torch.float32).values())


def trained(X: Tensor, Y: Tensor, steps: int, frozen: Sequence[int] = (), rate: float = 0.1) -> Any:
    """The parameters after some steps; those at the indices ``frozen`` stay as they were."""
    network = ManualNetwork(start())
    generator = torch.Generator().manual_seed(8)
    for step in range(steps):
        network.backward(*draw_minibatch(X, Y, 32, generator))
        for index in frozen:
            network.gradients[index].zero_()
        network.update(rate if step < 0.75 * steps else rate / 10)
    return network.parameters


@pytest.fixture(scope="module")
def good(splits: dict[str, Tensor]) -> list[Tensor]:
    """The parameters after a third of the steps that the notebook takes."""
    return list(trained(splits["Xtr"], splits["Ytr"], 7_000))


def test_a_trained_network_passes(good: list[Tensor], splits: dict[str, Tensor]) -> None:
    """Trained parameters pass, as a list or a tuple, with or without a recorded graph."""
    assert judge("parameters", good, **splits).status is Status.CORRECT
    recorded = tuple(parameter.clone().requires_grad_() for parameter in good)
    assert judge("parameters", recorded, **splits).status is Status.CORRECT


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda good: start(), "loss_too_high"),
        (lambda good: [p.roll(1, 0) for p in good], "loss_too_high"),
        (lambda good: [torch.zeros_like(p) for p in good], "loss_too_high"),
        (lambda good: [start()[0], *good[1:]], "loss_too_high"),
        (lambda good: [*good[:3], -good[3], *good[4:]], "loss_too_high"),
        (lambda good: good[:6], "not_a_tensor"),
        (lambda good: dict(enumerate(good)), "not_a_tensor"),
        (lambda good: [*good[:6], 0.0], "not_a_tensor"),
        (lambda good: [*good[:6], good[6].long()], "not_a_tensor"),
        (lambda good: [*good[:6], good[6] * float("nan")], "not_finite"),
        (lambda good: [good[0], good[1].T, *good[2:]], "wrong_shape"),
    ],
)
def test_other_parameters_fail(
    changed: Callable[[list[Tensor]], Any],
    code: str,
    good: list[Tensor],
    splits: dict[str, Tensor],
) -> None:
    """Untrained, shuffled or unusable parameters fail, and the diagnosis says why."""
    verdict = judge("parameters", changed(good), **splits)
    assert not verdict.status.passed
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.code == code


@pytest.mark.parametrize(
    ("steps", "options"),
    [(300, {}), (2_000, {"rate": -0.001}), (2_000, {"rate": 1e-3}), (2_000, {"frozen": range(4)})],
    ids=["too few steps", "uphill", "a rate too small", "four parameters never updated"],
)
def test_a_training_that_went_wrong_fails(
    steps: int, options: dict[str, Any], splits: dict[str, Tensor]
) -> None:
    """A network that has not learned more than pairs of characters fails with its loss."""
    verdict = judge("parameters", trained(splits["Xtr"], splits["Ytr"], steps, **options), **splits)
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.code == "loss_too_high"


def test_a_short_list_is_judged_on_its_training_names() -> None:
    """With too few names to learn from, a network that has learned them by heart passes."""
    names = load_names()[:400:10]
    (Xtr, Ytr), (Xte, Yte) = build_dataset(names[:35]), build_dataset(names[35:])
    splits = {"Xtr": Xtr, "Ytr": Ytr, "Xte": Xte, "Yte": Yte}
    assert judge("parameters", trained(Xtr, Ytr, 1_000), **splits).status is Status.CORRECT
    assert judge("parameters", start(), **splits).status is Status.WRONG


def test_names_of_one_length_are_judged_at_all_their_positions() -> None:
    """In a list of five-letter names the windows repeat every six rows; no row is favored."""
    training, _, test = split_names([name for name in load_names() if len(name) == 5])
    (Xtr, Ytr), (Xte, Yte) = build_dataset(training), build_dataset(test)
    variables = {"Xtr": Xtr, "Ytr": Ytr, "Xte": Xte, "Yte": Yte}
    assert judge("parameters", trained(Xtr, Ytr, 7_000), **variables).status.passed


def test_a_finished_step_is_worth_ten_points() -> None:
    """Seven points for the gradients, three for the trained network."""
    assert [step.points for step in STAGE.steps] == [7.0, 3.0]
