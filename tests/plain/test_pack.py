"""Values as text."""

import json
import math

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.plain.pack import Unpackable, pack, unpack

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    | st.text(max_size=5) | st.binary(max_size=5) | st.complex_numbers(allow_nan=False)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | st.text(max_size=3), inner, max_size=3)
        | st.sets(st.integers(), max_size=3)
        | st.frozensets(st.integers(), max_size=3)
    ),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_packed_is_unpacked(value):
    """Every plain value comes back equal and of the same type."""
    found = unpack(pack(value))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "value",
    [numpy.arange(6).reshape(2, 3), numpy.float32(1.5), numpy.array([True]), numpy.zeros((0, 2))],
)
def test_arrays(value):
    """Arrays keep dtype, shape and content; their scalars stay scalars."""
    found = unpack(pack(value))
    assert type(found) is type(value)
    assert found.dtype == value.dtype
    numpy.testing.assert_array_equal(found, value)


def test_tensors_and_odd_numbers():
    """Tensors, infinities, ranges and NaN cross, too."""
    tensor = torch.arange(6.0).reshape(2, 3).T
    assert torch.equal(unpack(pack(tensor)), tensor)
    assert unpack(pack(-math.inf)) == -math.inf
    assert math.isnan(unpack(pack(math.nan)))
    assert unpack(pack(range(1, 9, 2))) == range(1, 9, 2)


@pytest.mark.parametrize(
    "value", [object(), lambda: 1, int, numpy.array([None]), type("Sub", (int,), {})(1), {1: print}]
)
def test_other_values_do_not_cross(value):
    """Objects, functions, classes, arrays of objects and subclasses are refused."""
    with pytest.raises(Unpackable):
        pack(value)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["v", "i", "list", "dict", "array", "tensor", "range", "bytes", "function"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)  # fmt: skip


@given(TREES)
def test_hostile_trees_give_values_or_a_refusal(tree):
    """Whatever JSON comes back, nothing but a plain value or Unpackable comes of it."""
    try:
        value = unpack(json.dumps(tree))
    except Unpackable:
        return
    pack(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "nonsense", "[" * 100_000, '["i", "zz"]', '["range", 1, 2, 0]'),
        *('["array", "object", [1], "AAAAAAAAAAA="]', '["array", "<f8", [99999999999], ""]'),
        *('["array", "<f8", [-1], ""]', '["array", "V8", [0], ""]', '["set", [["list", []]]]'),
        '["dict", [["i", "0x1"]], []]',
    ],
)
def test_hostile_texts_are_refused(text: str):
    """Broken, deep, huge and impossible values are refused."""
    with pytest.raises(Unpackable):
        unpack(text)
