"""The frames that the grader and the process of a submission exchange.

A frame is a JSON header and binary blobs; nothing in it is ever unpickled, imported or evaluated.
Its layout is ``uint32 header length, uint64 length of all blobs, header, blobs`` (big-endian).
The header's key ``blobs`` lists their lengths. Every number in a frame is checked before memory is
set aside for what it announces: the other end may be hostile.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "BLOB_BYTES",
    "HEADER_BYTES",
    "Frame",
    "ProtocolError",
    "decode_tensor",
    "decode_text",
    "encode_tensor",
    "encode_text",
    "read_frame",
    "write_frame",
]

HEADER_BYTES = 1 << 20
BLOB_BYTES = 64 << 20
_BLOBS = 4096
_DIMENSIONS = 8
_EXTENT = 1 << 24
_ENTRIES = 1 << 40  # of a shape, those along an empty dimension included: strides must not overflow
_PREFIX = struct.Struct(">IQ")

_DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in (
        *("float64", "float32", "float16", "bfloat16", "complex64", "complex128"),
        *("int64", "int32", "int16", "int8", "uint8", "bool"),
    )
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


class ProtocolError(Exception):
    """The other end sent something that is no frame of this protocol."""


@dataclass
class Frame:
    """One message: a JSON object and the blobs that it points at by number."""

    header: dict[str, Any]
    blobs: list[bytes] = field(default_factory=list)

    def attach(self, blob: bytes) -> int:
        """Add a blob; returns its number."""
        self.blobs.append(blob)
        return len(self.blobs) - 1

    def blob(self, number: Any) -> bytes:
        """The blob of that number. Raises ProtocolError if there is none."""
        if type(number) is not int or not 0 <= number < len(self.blobs):
            raise ProtocolError("a frame points at a blob that it does not have")
        return self.blobs[number]


def write_frame(send: Callable[[bytes], object], frame: Frame) -> None:
    """Send a frame. Raises ProtocolError when it is larger than what the other end accepts."""
    header = {**frame.header, "blobs": [len(blob) for blob in frame.blobs]}
    encoded = json.dumps(header, separators=(",", ":")).encode("ascii")
    total = sum(header["blobs"])
    if len(encoded) > HEADER_BYTES or total > BLOB_BYTES or len(frame.blobs) > _BLOBS:
        raise ProtocolError("the message is too large to be sent")
    # In one piece: a frame has dozens of blobs of a few hundred bytes.
    send(b"".join([_PREFIX.pack(len(encoded), total), encoded, *frame.blobs]))


def read_frame(receive: Callable[[int], bytes]) -> Frame:
    """Read a frame from ``receive``, which returns exactly as many bytes as asked for.

    Raises ProtocolError for everything that is not a frame, and lets through whatever
    ``receive`` raises.
    """
    header_length, total = _PREFIX.unpack(receive(_PREFIX.size))
    if not 2 <= header_length <= HEADER_BYTES or total > BLOB_BYTES:
        raise ProtocolError("a frame announces more than it may hold")
    try:
        header = json.loads(receive(header_length).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("the header of a frame is not JSON") from error
    if not isinstance(header, dict):
        raise ProtocolError("the header of a frame is not a JSON object")
    lengths = header.pop("blobs", None)
    if (
        not isinstance(lengths, list)
        or len(lengths) > _BLOBS
        or not all(type(length) is int and 0 <= length <= total for length in lengths)
        or sum(lengths) != total
    ):
        raise ProtocolError("the blobs of a frame do not add up")
    content, start, blobs = receive(total) if total else b"", 0, []
    for length in lengths:
        blobs.append(content[start : start + length])
        start += length
    return Frame(header, blobs)


def encode_tensor(frame: Frame, tensor: Tensor) -> dict[str, Any]:
    """Attach a dense tensor's bytes and describe it. Raises TypeError for a dtype not on the list.

    Works for any layout and strides, for conjugated and negated views, and without the graph.
    """
    dtype = _NAMES.get(tensor.dtype)
    if dtype is None or tensor.layout is not torch.strided or tensor.device.type != "cpu":
        raise TypeError(f"a {tensor.dtype} tensor on {tensor.device} cannot be sent")
    plain = tensor.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
    raw = bytes(plain.view(torch.uint8).numpy()) if plain.numel() else b""
    return {"tensor": frame.attach(raw), "dtype": dtype, "shape": list(tensor.shape)}


def decode_tensor(frame: Frame, described: Mapping[str, Any]) -> Tensor:
    """The tensor that ``encode_tensor`` described, in memory of its own.

    Raises ProtocolError for a dtype not on the list, and for a shape that is not what the bytes
    hold or that is out of bounds (8 dimensions, 2**24 entries along each, 2**40 in all).
    """
    name, shape = described.get("dtype"), _shape(described.get("shape"))
    dtype = _DTYPES.get(name) if isinstance(name, str) else None
    raw = frame.blob(described.get("tensor"))
    if dtype is None:
        raise ProtocolError("a tensor is of an unknown dtype")
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise ProtocolError("a tensor's bytes do not fill its shape")
    if not raw:
        return torch.empty(shape, dtype=dtype)
    memory = bytearray(raw)
    if dtype is torch.bool:  # any other byte than 0 and 1 is undefined behavior in torch
        return torch.frombuffer(memory, dtype=torch.uint8).ne(0).reshape(shape)
    return torch.frombuffer(memory, dtype=dtype).reshape(shape)


def _shape(shape: Any) -> list[int]:
    if (
        not isinstance(shape, list)
        or len(shape) > _DIMENSIONS
        or not all(type(extent) is int and 0 <= extent <= _EXTENT for extent in shape)
        or math.prod(max(extent, 1) for extent in shape) > _ENTRIES
    ):
        raise ProtocolError("a tensor is of an impossible shape")
    return shape


def encode_text(frame: Frame, text: str) -> int:
    """Attach a text; returns the number of its blob."""
    return frame.attach(text.encode("utf-8", "replace"))


def decode_text(frame: Frame, number: Any) -> str:
    """The text of a blob; what is not UTF-8 becomes the replacement character."""
    return frame.blob(number).decode("utf-8", "replace")
