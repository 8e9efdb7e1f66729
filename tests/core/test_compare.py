"""When two gradients are the same."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.compare import Band, Reference, compare, same_but_for_ones


def _draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_equal_bits_are_exact() -> None:
    """The same numbers are exact, with no difference."""
    tensor = _draw(4, 3)
    found = compare(tensor.clone(), Reference.of(tensor))
    assert found.band is Band.EXACT and found.passed
    assert found.max_difference == 0 and found.differing == 0


@pytest.mark.parametrize(("dtype", "noise"), [(torch.float64, 1e-14), (torch.float32, 1e-7)])
def test_rounding_is_equal_but_not_exact(dtype: torch.dtype, noise: float) -> None:
    """A difference the size of rounding counts, and is told apart from exactness."""
    tensor = _draw(4, 3, dtype=dtype)
    found = compare(tensor * (1 + noise), Reference.of(tensor))
    assert found.band is Band.EQUAL and found.passed
    assert 0 < found.max_difference < 10 * noise


def test_a_forgotten_epsilon_is_wrong_in_float64() -> None:
    """A relative error of a millionth, the smallest known mistake, is no rounding."""
    tensor = _draw(4, 3)
    assert not compare(tensor * (1 + 1e-6), Reference.of(tensor)).passed


def test_precision_is_the_coarser_one() -> None:
    """A float32 answer to a float64 question is judged as float32."""
    tensor = _draw(4, 3)
    assert compare(tensor.float(), Reference.of(tensor)).passed


@pytest.mark.parametrize("dtype", [torch.int64, torch.float16, torch.bool, torch.complex64])
def test_other_dtypes_are_refused(dtype: torch.dtype) -> None:
    """Integers, half precision, booleans and complex numbers are no gradients here."""
    with pytest.raises(TypeError, match=str(dtype)):
        compare(torch.ones(3).to(dtype), Reference.of(torch.ones(3)))


def test_the_bound_follows_the_terms() -> None:
    """Residue of a cancellation passes against zeros when the terms were large."""
    residue = 1e-16 * _draw(5)
    assert compare(residue, Reference(torch.zeros(5, dtype=torch.float64), 1.0)).passed
    assert not compare(residue, Reference(torch.zeros(5, dtype=torch.float64), 1e-10)).passed


@pytest.mark.parametrize(
    ("shape", "other", "same"),
    [
        ((64,), (1, 64), True),
        ((32, 1), (32,), True),
        ((1, 1), (), True),
        ((1, 64), (32, 64), False),
        ((64, 32), (32, 64), False),
        ((2048,), (32, 64), False),
    ],
)
def test_shapes_may_differ_in_ones_only(
    shape: tuple[int, ...], other: tuple[int, ...], same: bool
) -> None:
    """A size-1 dimension more or less is no error; anything that would broadcast is."""
    assert same_but_for_ones(shape, other) is same
    tensor = _draw(*shape)
    expected = tensor.reshape(other) if same else _draw(*other)
    assert compare(tensor, Reference.of(expected)).passed is same


def test_a_broadcasting_answer_is_wrong_even_with_equal_numbers() -> None:
    """One row for 32 equal rows: it broadcasts to the right numbers and is still wrong."""
    row = _draw(1, 64)
    found = compare(row, Reference.of(row.expand(32, 64)))
    assert not found.passed and not found.shapes_fit


def test_where_it_differs() -> None:
    """Rows, columns, count and the worst entry of a difference are told."""
    expected = _draw(5, 4)
    actual = expected.clone()
    actual[3, 1] += 2.0
    actual[3, 2] -= 0.5
    found = compare(actual, Reference.of(expected))
    assert found.differing == 2 and found.entries == 20
    assert found.rows == (3,) and found.columns == (1, 2)
    assert found.worst == (3, 1)
    assert found.max_difference == pytest.approx(2.0)
    assert found.worst_actual == float(actual[3, 1])
    assert found.worst_expected == float(expected[3, 1])
    assert found.ratio is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_wrong(value: float) -> None:
    """NaN and infinities never pass, and are the worst entry."""
    expected = _draw(5, 4)
    actual = expected.clone()
    actual[2, 0] = value
    found = compare(actual, Reference.of(expected))
    assert not found.passed and found.differing == 1 and found.worst == (2, 0)
    assert found.ratio is None


@given(
    ratio=st.sampled_from([-1.0, 2.0, 32.0, 1 / 32, 31 / 32, 0.0]),
    rows=st.integers(1, 6),
    columns=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_constant_ratio_is_found(ratio: float, rows: int, columns: int, seed: int) -> None:
    """An answer that is r times the reference everywhere is told so."""
    expected = _draw(rows, columns, seed=seed)
    found = compare(ratio * expected, Reference.of(expected))
    assert not found.passed
    assert found.ratio == pytest.approx(ratio, abs=1e-12)


@given(seed=st.integers(0, 2**32 - 1), shape=st.lists(st.integers(0, 4), max_size=3))
def test_comparing_a_tensor_with_itself_always_passes(seed: int, shape: list[int]) -> None:
    """Any shape, scalars and empty tensors included, equals itself."""
    tensor = _draw(*shape, seed=seed)
    assert compare(tensor, Reference.of(tensor)).band is Band.EXACT
