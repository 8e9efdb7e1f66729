"""Values in frames: what crosses to and from the process of a submission.

A value becomes a small tree of JSON whose tensors are blobs of the frame. Towards the submission
go tensors, numbers, texts, lists and tuples of these, and functions of the package by name. What
comes back is described, never rebuilt: see ``results.Fetched``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.grading.feedback.terminal import plain_text
from autograder.grading.protocol import Frame, ProtocolError, decode_tensor, encode_tensor
from autograder.grading.results import Fetched, Missing, NotATensor

__all__ = [
    "decode_value",
    "describe_value",
    "encode_value",
    "read_description",
    "same_bytes",
    "tensors_in",
]

_TEXT = 10_000  # characters of a text that comes back
_ITEMS = 64  # entries of a list that comes back
_DEPTH = 4
_TENSOR_BYTES = 16 << 20  # of a tensor that comes back
_LARGEST = 2**63
# The only modules whose functions are passed by name: they are part of what a stage asks.
_FUNCTIONS = ("autograder.stages.", "autograder.finite_differences")


def encode_value(frame: Frame, value: Any) -> dict[str, Any]:
    """The tree of an argument. Raises TypeError for anything that is not meant to cross."""
    if isinstance(value, Tensor):
        return encode_tensor(frame, value)
    if value is None or isinstance(value, bool | int | float | str):
        return {"scalar": value}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"items": [encode_value(frame, item) for item in value], "type": kind}
    module, name = getattr(value, "__module__", ""), getattr(value, "__qualname__", "")
    if callable(value) and module.startswith(_FUNCTIONS) and name.isidentifier():
        return {"function": f"{module}:{name}"}
    raise TypeError(f"a value of type {type(value).__name__} cannot be handed to a submission")


def decode_value(frame: Frame, tree: Mapping[str, Any]) -> Any:
    """The argument that ``encode_value`` described; on the submission's side only."""
    if "tensor" in tree:
        return decode_tensor(frame, tree)
    if "items" in tree:
        items = [decode_value(frame, item) for item in tree["items"]]
        return items if tree["type"] == "list" else tuple(items)
    if "function" in tree:
        module, name = tree["function"].split(":")
        return getattr(importlib.import_module(module), name)
    return tree["scalar"]


def describe_value(frame: Frame, value: Any, depth: int = _DEPTH) -> dict[str, Any]:
    """The tree of whatever a submission has; never raises because of the value."""
    kind = type(value).__name__[:100]
    try:
        return _describe(frame, value, kind, depth)
    except Exception as error:  # a subclass may raise anything
        return {"other": f"{kind} ({type(error).__name__})"}


def _describe(frame: Frame, value: Any, kind: str, depth: int) -> dict[str, Any]:
    if isinstance(value, Tensor):
        if value.numel() * value.element_size() > _TENSOR_BYTES:
            return {"other": f"{kind} of shape {tuple(value.shape)}"}
        return encode_tensor(frame, value)
    if isinstance(value, bool | float | None) or (isinstance(value, int) and abs(value) < _LARGEST):
        plain = value if value is None or isinstance(value, bool) else _plain(value)
        return {"scalar": plain, "type": kind}
    if isinstance(value, str):
        return {"scalar": str(value[:_TEXT]), "type": kind}
    if isinstance(value, list | tuple) and depth and len(value) <= _ITEMS:
        items = [describe_value(frame, item, depth - 1) for item in value]
        return {"items": items, "type": kind}
    return {"other": kind}


def _plain(number: float) -> float:
    """An int or float itself, whatever subclass it was."""
    return int(number) if isinstance(number, int) else float(number)


def read_description(frame: Frame, tree: Any, depth: int = _DEPTH) -> Fetched:
    """What ``describe_value`` told. Raises ProtocolError for anything it would not say."""
    if not isinstance(tree, dict):
        raise ProtocolError("a value is described by something else than an object")
    if "missing" in tree:
        return Missing()
    if "tensor" in tree:
        return decode_tensor(frame, tree)
    if "other" in tree:
        return NotATensor(_short(tree["other"]))
    kind, items = _short(tree.get("type")), tree.get("items")
    if items is None:
        value = tree.get("scalar")
        if not isinstance(value, bool | int | float | str | None):
            raise ProtocolError("a value is neither a number nor a text")
        if isinstance(value, int) and abs(value) >= _LARGEST:
            raise ProtocolError("a number has more digits than any number here")
        if isinstance(value, str):
            value = value[:_TEXT].encode("utf-8", "replace").decode()
        return NotATensor(kind, value)
    if not isinstance(items, list) or len(items) > _ITEMS or not depth:
        raise ProtocolError("a value has too many parts")
    return NotATensor(kind, items=tuple(read_description(frame, item, depth - 1) for item in items))


def _short(name: Any) -> str:
    if not isinstance(name, str):
        raise ProtocolError("a value has no type")
    return plain_text(name[:200].encode("utf-8", "replace").decode())


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors of an argument, those inside lists and tuples included, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in(item)


def same_bytes(left: Tensor, right: Tensor) -> bool:
    """Whether two tensors have one dtype, shape and content; NaN is equal to itself."""
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    return torch.equal(*(t.contiguous().reshape(-1).view(torch.uint8) for t in (left, right)))
