"""Plain values as text, to and from a submission's process.

Both sides use it. What comes back is built from a short list of types and nothing else: numbers,
texts, bytes, lists, tuples, sets, dictionaries, ranges, arrays, tensors.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any

__all__ = ["Packed", "Unpackable", "pack", "unpack"]

_DEPTH = 20
_ITEMS = 100_000  # values in all
_BYTES = 4 << 20  # of an array
_KINDS = "biufc"  # of arrays: what has no Python objects in it
_TORCH = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")

Packed = list[Any]


class Unpackable(Exception):
    """A value that does not cross; the message tells its type."""


def pack(value: Any, function: Callable[[Any], Packed] | None = None) -> str:
    """The text of a value. ``function`` packs what can be called. Raises Unpackable."""
    return json.dumps(_pack(value, function, _DEPTH), allow_nan=True)


def _pack(value: Any, function: Callable[[Any], Packed] | None, depth: int) -> Packed:
    if depth == 0:
        raise Unpackable("a value that is nested too deeply")
    kind = type(value)

    def inner(items: Any) -> list[Packed]:
        return [_pack(item, function, depth - 1) for item in items]

    if value is None or kind in (bool, float, str):
        return ["v", value]
    if kind is int:
        return ["i", hex(value)]
    if kind is complex:
        return ["c", value.real, value.imag]
    if kind in (bytes, bytearray):
        return [kind.__name__, base64.b64encode(value).decode("ascii")]
    if kind in (list, tuple, set, frozenset):
        return [kind.__name__, inner(value)]
    if kind is dict:
        return ["dict", inner(value.keys()), inner(value.values())]
    if kind is range:
        return ["range", value.start, value.stop, value.step]
    module = kind.__module__.partition(".")[0]
    if module == "numpy" and hasattr(value, "dtype") and value.dtype.kind in _KINDS:
        raw = base64.b64encode(value.tobytes()).decode("ascii")
        scalar = not hasattr(value, "__len__") and kind.__name__ != "ndarray"
        return ["scalar" if scalar else "array", str(value.dtype), list(value.shape), raw]
    if module == "torch" and hasattr(value, "layout") and str(value.dtype)[6:] in _TORCH:
        array = value.detach().cpu().contiguous().numpy()
        raw = base64.b64encode(array.tobytes()).decode("ascii")
        return ["tensor", str(array.dtype), list(array.shape), raw]
    if function is not None and callable(value) and not isinstance(value, type):
        return function(value)
    raise Unpackable(f"a value of type {kind.__name__}")


def unpack(text: str, function: Callable[[Packed], Any] | None = None) -> Any:
    """The value of a text. Raises Unpackable for anything that ``pack`` does not make."""
    try:
        return _Unpacking(function).value(json.loads(text), _DEPTH)
    except Unpackable:
        raise
    except Exception as error:  # a hostile text may hold anything at any place
        raise Unpackable("a value that is none") from error


class _Unpacking:
    def __init__(self, function: Callable[[Packed], Any] | None) -> None:
        self._function = function
        self._left = _ITEMS

    def value(self, tree: Any, depth: int) -> Any:
        self._left -= 1
        if depth == 0 or self._left < 0 or not isinstance(tree, list) or not tree:
            raise Unpackable("a value that is too large")
        kind, *parts = tree
        if kind == "v":
            (plain,) = parts
            if plain is None or type(plain) in (bool, float, str):
                return plain
        elif kind == "i":
            return int(parts[0], 16)
        elif kind == "c":
            return complex(*map(float, parts))
        elif kind in ("bytes", "bytearray"):
            raw = base64.b64decode(parts[0], validate=True)
            return raw if kind == "bytes" else bytearray(raw)
        elif kind in ("list", "tuple", "set", "frozenset"):
            items = [self.value(item, depth - 1) for item in parts[0]]
            return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](items)
        elif kind == "dict":
            keys = [self.value(item, depth - 1) for item in parts[0]]
            values = [self.value(item, depth - 1) for item in parts[1]]
            return dict(zip(keys, values, strict=True))
        elif kind == "range":
            return range(*map(int, parts))
        elif kind in ("array", "scalar", "tensor"):
            return _array(kind, *parts)
        elif kind == "function" and self._function is not None:
            return self._function(parts)
        raise Unpackable("a value of an unknown kind")


def _array(kind: str, name: str, shape: list[int], raw: str) -> Any:
    import numpy

    dtype = numpy.dtype(str(name))
    if dtype.kind not in _KINDS or not all(type(n) is int and n >= 0 for n in shape):
        raise Unpackable("an array of an unknown kind")
    data = base64.b64decode(raw, validate=True)
    if len(data) > _BYTES or len(data) != dtype.itemsize * math.prod(shape):
        raise Unpackable("an array of a wrong size")
    array = numpy.frombuffer(data, dtype=dtype).reshape(shape).copy()
    if kind == "scalar":
        return array[()]
    if kind == "tensor":
        import torch

        return torch.from_numpy(array)
    return array
