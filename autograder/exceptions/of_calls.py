"""Explanations of PyTorch's functions: a misspelt name, the wrong brackets or arguments."""

import ast
import difflib
import re

import torch
import torch.nn.functional

from autograder.exceptions.clue import Clue
from autograder.exceptions.infer import Shape

__all__ = [
    "concatenating",
    "einsum_letters",
    "einsum_size",
    "function_of",
    "index_add_dimension",
    "list_of_tensors",
    "one_hot_classes",
    "sizes_wanted",
    "square_brackets",
    "stacking",
]

Match = re.Match[str]

_MODULES = {"torch": torch, "torch.nn.functional": torch.nn.functional}


def function_of(clue: Clue, match: Match) -> str | None:
    """`module 'torch' has no attribute 'zero_like'`."""
    module, name = _MODULES.get(match[1]), match[2]
    if module is None:
        return None
    written = "F" if module is torch.nn.functional else "torch"
    public = [one for one in dir(module) if not one.startswith("_")]
    same = [one for one in public if one.replace("_", "") == name.replace("_", "").lower()]
    close = same or difflib.get_close_matches(name, public, n=1, cutoff=0.7)
    if not close:
        return None
    return f"There is no `{written}.{name}`. Do you mean `{written}.{close[0]}`?"


def square_brackets(clue: Clue, match: Match) -> str:
    """`torch.zeros_like[logprobs]`."""
    called = [
        clue.text(node.value)
        for node in clue.nodes
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute | ast.Name)
    ]
    name = called[0] if len(set(called)) == 1 and called[0] else "What stands before them"
    return f"The brackets are square: {name} is a function, and is called with round ones, `( )`."


def sizes_wanted(clue: Clue, match: Match) -> str | None:
    """`torch.zeros(logits)`: a tensor stands where its sizes are meant."""
    name = match[1]
    for node in clue.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[given, *_]) if attr == name:
                text = clue.text(given) or "the argument"
                if not _is_tensor(clue, given):
                    continue
                return (
                    f"`torch.{name}` wants sizes, and {text} is a tensor: `torch.{name}_like` "
                    "makes one in the shape of another."
                )
    return None


def _is_tensor(clue: Clue, node: ast.AST) -> bool:
    return bool(clue.shapes.of(node)) or isinstance(node, ast.BinOp | ast.Call)


def stacking(clue: Clue, match: Match) -> str:
    """`stack expects each tensor to be equal size, but got [32, 64] at entry 0 and ...`."""
    return (
        "`torch.stack` lays tensors of one shape on top of each other; here one has shape "
        f"{_tuple(match[1])}, another {_tuple(match[2])}.{clue.tensors}"
    )


def concatenating(clue: Clue, match: Match) -> str:
    """`Sizes of tensors must match except in dimension 0`, or in the number of dimensions."""
    return (
        "`torch.cat` puts tensors one behind the other along one dimension (`dim=`); their other "
        f"dimensions must be equal.{clue.tensors}"
    )


def list_of_tensors(clue: Clue, match: Match) -> str:
    """`torch.stack(a, b)` in place of `torch.stack([a, b])`."""
    name = match[1]
    return f"`torch.{name}` wants its tensors in one list: `torch.{name}([a, b])`."


def one_hot_classes(clue: Clue, match: Match) -> str:
    """`F.one_hot(Yb, 5)` of classes up to 26."""
    return (
        "`F.one_hot` has been told of too few classes: its second argument is how many there are "
        "(the number of columns that you want), one more than the largest class at least."
    )


def einsum_size(clue: Clue, match: Match) -> str:
    """`einsum(): subscript j has size 32 for operand 1 which does not broadcast with ... 64`."""
    letter, here, before = match[1], match[2], match[3]
    return (
        f"In `einsum` a letter stands for one size, and `{letter}` for both {before} and {here}: "
        f"give each dimension its own letter, in the order of the tensor's shape.{clue.tensors}"
    )


def einsum_letters(clue: Clue, match: Match) -> str:
    """`einsum(): the number of subscripts in the equation (3) does not match ... (2)`."""
    return (
        f"In `einsum` every dimension has a letter: one tensor here has {match[2]} dimensions, and "
        f"{match[1]} letters.{clue.tensors}"
    )


def index_add_dimension(clue: Clue, match: Match) -> str:
    """`C.index_add_(index, source)`."""
    return (
        f"`{match[1]}` wants the dimension first: `{match[1]}(0, index, source)` adds rows, "
        "dimension 0."
    )


def _tuple(sizes: str) -> Shape:
    return tuple(int(size) for size in re.findall(r"\d+", sizes))
