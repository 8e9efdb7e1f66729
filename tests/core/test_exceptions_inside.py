"""Explanations of exceptions in functions of the student's that a check calls."""

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.compare import Reference
from autograder.examine_function import examine_function
from autograder.steps import FunctionStep
from autograder.verdict import Status, StepVerdict

_N = 32  # as a notebook's own variable


def _draw(generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    return [(torch.rand(5, 7, dtype=torch.float64), torch.rand(7, 11, dtype=torch.float64))]


STEP = FunctionStep("product", _draw, lambda a, b: (Reference.of(a @ b),))


def _verdict(function: Any) -> StepVerdict:
    return examine_function(STEP, function)


def _told(function: Any) -> str:
    verdict = _verdict(function)
    assert verdict.status is Status.RAISED
    assert verdict.diagnosis is not None
    return verdict.diagnosis.message


def _transposed(a: Tensor, b: Tensor) -> Tensor:
    wide = a.T
    return wide @ b


def _misspelt(a: Tensor, b: Tensor) -> Tensor:
    product_of = a @ b  # noqa: F841 - which is meant below
    return productof  # type: ignore[name-defined, no-any-return]  # noqa: F821


def _pair(a: Tensor, b: Tensor) -> Any:
    return (a - a.max(1)) @ b  # type: ignore[operator]


def _power(a: Tensor, b: Tensor) -> Tensor:
    return (a ^ 2) @ b


def _unwritten(a: Tensor, b: Tensor) -> Tensor:
    raise NotImplementedError


def _viewed(a: Tensor, b: Tensor) -> Tensor:
    return (a @ b).view(-1, 10)


def _counted(a: Tensor, b: Tensor) -> Tensor:
    n = 32
    return torch.stack([a[i] @ b for i in range(n)])


def _counted_outside(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack([a[i] @ b for i in range(_N)])


def _summed(a: Tensor, b: Tensor) -> Tensor:
    return a.sum(7) @ b


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_transposed, ["raised RuntimeError", "`wide` is (7, 5) and `b` is (7, 11)"]),
        (_misspelt, ["raised NameError", "Do you mean `product_of`?"]),
        (_pair, ["raised TypeError", "`.max` along a dimension", "`.values`"]),
        (_power, ["raised NotImplementedError", "write `**`"]),
        (_viewed, ["55 entries", "Is `10` in `_viewed` a hard-coded size?"]),
        (_counted, ["index 5", "Is `32` in `_counted` a hard-coded size?"]),
        (_counted_outside, ["Is `_N` (32, from outside) in", "a hard-coded size?"]),
    ],
)
def test_the_check_says_what_the_exception_means(function: Any, words: list[str]) -> None:
    """The explanation follows PyTorch's own words; its names are those inside the function."""
    message = _told(function)
    for word in words:
        assert word in message


@pytest.mark.parametrize("function", [_transposed, _summed, _misspelt])
def test_a_size_that_is_there_is_no_hard_coded_one(function: Any) -> None:
    """Only a number that no argument has, in an exception about sizes, is asked about."""
    assert "hard-coded" not in _told(function)


def test_a_size_of_the_notebook_is_asked_about_wherever_else_it_stands() -> None:
    """The notebook's 10 columns may be a number of rows in the sizes of the check."""

    def draw(generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
        return [(torch.rand(*a), torch.rand(*b)) for a, b in (((4, 5), (5, 10)), ((10, 5), (5, 7)))]

    step = FunctionStep("product", draw, lambda a, b: (Reference.of(a @ b),), own=0)
    verdict = examine_function(step, lambda a, b: (a @ b).view(4, 10))
    assert verdict.diagnosis is not None
    assert "Are `4` and `10` in" in verdict.diagnosis.message


def test_only_the_stub_is_not_written_yet() -> None:
    """PyTorch's own NotImplementedError says what is not implemented, and is an exception."""
    assert _verdict(_unwritten).status is Status.NOT_ATTEMPTED
    assert _verdict(_power).status is Status.RAISED


def test_what_has_no_source_is_called_all_the_same() -> None:
    """A function of PyTorch's, or a hostile exception: the exception's own text must do."""
    assert "raised" in _told(torch.linalg.inv)

    class Hostile:
        __globals__ = 7

        def __call__(self, *_: Tensor) -> None:
            raise RuntimeError("of size")

    assert _told(Hostile()).endswith("of size")
