"""Frames: what they carry exactly, and everything that is not a frame."""

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.outputs import read_outputs
from autograder.grading.protocol import (
    BLOB_BYTES,
    HEADER_BYTES,
    Frame,
    ProtocolError,
    decode_tensor,
    encode_tensor,
    read_frame,
    write_frame,
)
from autograder.grading.results import NotATensor
from autograder.grading.values import (
    decode_value,
    describe_value,
    encode_value,
    read_description,
    same_bytes,
)


def _receive(data: bytes) -> Callable[[int], bytes]:
    rest = memoryview(data)

    def receive(count: int) -> bytes:
        nonlocal rest
        if count > len(rest):
            raise EOFError
        taken, rest = bytes(rest[:count]), rest[count:]
        return taken

    return receive


def _raw(header: bytes, blobs: bytes = b"", total: int | None = None) -> bytes:
    prefix = struct.pack(">IQ", len(header), len(blobs) if total is None else total)
    return prefix + header + blobs


def _through(frame: Frame) -> Frame:
    sent = bytearray()
    write_frame(sent.extend, frame)
    return read_frame(_receive(bytes(sent)))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor([0.1, float("nan"), -0.0, float("inf")], dtype=torch.float64),
        torch.arange(6.0).reshape(2, 3).T,
        torch.tensor(3),
        torch.zeros(0, 3, dtype=torch.bool),
        torch.tensor([True, False]),
        torch.tensor([1 + 2j]).conj(),
        torch.randn(3, generator=torch.Generator().manual_seed(1)).bfloat16(),
        torch.ones(2, 2)[:, :1].expand(2, 5),
    ],
)
def test_a_tensor_arrives_bit_for_bit(tensor: torch.Tensor) -> None:
    """Dtype, shape and bytes survive, for any strides and for special values."""
    frame = Frame({})
    frame.header["value"] = encode_tensor(frame, tensor)
    arrived = _through(frame)
    decoded = decode_tensor(arrived, arrived.header["value"])
    assert same_bytes(tensor.resolve_conj(), decoded)
    assert not decoded.requires_grad


def test_arguments_keep_their_structure() -> None:
    """Lists, tuples, numbers, texts and functions of a stage come out as they went in."""
    from autograder.stages.warmup import log_sum_exp

    frame = Frame({})
    frame.header["v"] = encode_value(frame, [1, (2.5, None), "x", log_sum_exp, torch.ones(2)])
    arrived = _through(frame)
    decoded = decode_value(arrived, arrived.header["v"])
    assert decoded[:4] == [1, (2.5, None), "x", log_sum_exp]
    assert torch.equal(decoded[4], torch.ones(2))


@pytest.mark.parametrize("value", [lambda: 0, json.loads, object(), {"a": 1}, torch.nn.ReLU()])
def test_nothing_else_is_handed_to_a_submission(value: Any) -> None:
    """Functions outside the stages, and other objects, are refused."""
    with pytest.raises(TypeError):
        encode_value(Frame({}), value)


@pytest.mark.parametrize(
    "data",
    [
        _raw(b"{}", total=BLOB_BYTES + 1),
        struct.pack(">IQ", HEADER_BYTES + 1, 0),
        struct.pack(">IQ", 0, 0),
        struct.pack(">IQ", 2**32 - 1, 2**64 - 1),
        _raw(b"[]"),
        _raw(b"{}"),
        _raw(b'{"blobs": 3}'),
        _raw(b'{"blobs": [4]}', b"abc"),
        _raw(b'{"blobs": [-1, 4]}', b"abc"),
        _raw(b'{"blobs": [true, true, true]}', b"abc"),
        _raw(b'{"blobs": [1.0, 2]}', b"abc"),
        _raw(b'{"blobs": [0' + b",0" * 5000 + b"]}"),
        _raw(b"\xff\xfe{}"),
        _raw(b"[" * 100_000),
        _raw(b'{"a": ' + b"9" * 5000 + b"}"),
        _raw(b"{" + b'"a":{' * 50_000),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    """Lengths that lie, deep or broken JSON and huge numbers are protocol errors."""
    with pytest.raises(ProtocolError):
        read_frame(_receive(data))


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_incomplete(data: bytes) -> None:
    """Whatever bytes arrive, reading them ends in one of the documented errors."""
    try:
        read_frame(_receive(data))
    except (ProtocolError, EOFError):
        return
    raise AssertionError("garbage was taken for a frame")


@pytest.mark.parametrize(
    "described",
    [
        {"tensor": 0, "dtype": "float64", "shape": [3]},
        {"tensor": 0, "dtype": "float64", "shape": [-1]},
        {"tensor": 0, "dtype": "float64", "shape": [2**62, 0]},
        {"tensor": 0, "dtype": "float64", "shape": [1] * 9},
        {"tensor": 0, "dtype": "float64", "shape": [True]},
        {"tensor": 0, "dtype": "float64", "shape": "1"},
        {"tensor": 0, "dtype": "object", "shape": [1]},
        {"tensor": 0, "dtype": ["float64"], "shape": [1]},
        {"tensor": 0, "shape": [1]},
        {"tensor": 1, "dtype": "float64", "shape": [1]},
        {"tensor": -1, "dtype": "float64", "shape": [1]},
        {"tensor": True, "dtype": "float64", "shape": [1]},
        {"tensor": None, "dtype": "float64", "shape": [1]},
    ],
)
def test_a_tensor_that_lies_is_refused(described: dict[str, Any]) -> None:
    """Shape, dtype and bytes must agree, and the blob must be there."""
    with pytest.raises(ProtocolError):
        decode_tensor(Frame({}, [bytes(8)]), described)


def test_a_boolean_of_any_byte_is_true_or_false() -> None:
    """Bytes other than 0 and 1, undefined in torch, count as true."""
    tensor = decode_tensor(
        Frame({}, [b"\x00\x02\xff"]), {"tensor": 0, "dtype": "bool", "shape": [3]}
    )
    assert tensor.tolist() == [False, True, True]
    assert tensor.view(torch.uint8).tolist() == [0, 1, 1]


class _Hostile(torch.Tensor):
    """A tensor that does not let itself be described."""

    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no")


class _Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, NotATensor("int", 3)),
        (_Text("a"), NotATensor("_Text", "a")),
        ("\ud800", NotATensor("str", "?")),
        (None, NotATensor("NoneType", None)),
        (2**70, NotATensor("int")),
        ({}, NotATensor("dict")),
        (
            (1, [2.0]),
            NotATensor(
                "tuple",
                items=(NotATensor("int", 1), NotATensor("list", items=(NotATensor("float", 2.0),))),
            ),
        ),
        ([0] * 65, NotATensor("list")),
        (torch.ones(2).to_sparse(), NotATensor("Tensor (TypeError)")),
        (torch.empty(2, device="meta"), NotATensor("Tensor (TypeError)")),
        (torch.ones(2).as_subclass(_Hostile), NotATensor("_Hostile (RuntimeError)")),
    ],
)
def test_any_value_is_described(value: Any, expected: NotATensor) -> None:
    """What is no dense tensor arrives as the name of its type, plain values with it."""
    frame = Frame({})
    frame.header["v"] = describe_value(frame, value)
    arrived = _through(frame)
    assert read_description(arrived, arrived.header["v"]) == expected


def test_a_list_that_holds_itself_ends() -> None:
    """Nesting is described to a small depth only."""
    endless: list[Any] = []
    endless.append(endless)
    frame = Frame({})
    assert isinstance(read_description(frame, describe_value(frame, endless)), NotATensor)


@pytest.mark.parametrize(
    "described",
    [
        None,
        [],
        {"other": 3},
        {"scalar": [], "type": "int"},
        {"scalar": 1},
        {"items": {}, "type": "list"},
        {"items": [{}] * 65, "type": "list"},
        {
            "items": [
                {
                    "items": [
                        {"items": [{"items": [{"items": [], "type": ""}], "type": ""}], "type": ""}
                    ],
                    "type": "",
                }
            ],
            "type": "",
        },
    ],
)
def test_a_description_that_nobody_writes_is_refused(described: Any) -> None:
    """The grader reads descriptions as strictly as frames."""
    with pytest.raises(ProtocolError):
        read_description(Frame({}), described)


@pytest.mark.parametrize(
    "listed",
    [
        None,
        {},
        [{}] * 300,
        ["text"],
        [{"output_type": "stream", "name": "other", "text": 0}],
        [{"output_type": "stream", "name": "stdout", "text": "not a blob"}],
        [{"output_type": "error", "ename": 3, "evalue": 0, "traceback": 0}],
        [{"output_type": "execute_result", "data": {}, "execution_count": "1"}],
        [{"output_type": "execute_result", "data": [], "execution_count": 1}],
        [{"output_type": "comm_open"}],
    ],
)
def test_outputs_that_no_notebook_has_are_refused(listed: Any) -> None:
    """Only the outputs of nbformat pass, with texts in blobs."""
    with pytest.raises(ProtocolError):
        read_outputs(Frame({}, [b"text"]), listed)


def test_scripts_and_widgets_are_left_out() -> None:
    """Of what is displayed, only kinds that run nothing are kept."""
    data = {"text/plain": 0, "application/javascript": 0, "application/x-anything": 0}
    (output,) = read_outputs(
        Frame({}, [b"t\xff"]), [{"output_type": "display_data", "data": data, "metadata": {"a": 1}}]
    )
    assert output == {
        "output_type": "display_data",
        "data": {"text/plain": "t\ufffd"},
        "metadata": {},
    }
