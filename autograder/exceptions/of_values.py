"""Explanations of operands that are no tensor, or not of the right kind."""

import ast
import difflib
import re

import torch

from autograder.exceptions.clue import Clue
from autograder.exceptions.of_names import changed_before_made

__all__ = [
    "attribute",
    "called",
    "counted",
    "dtype_in_place",
    "dtypes",
    "in_place_on_copies",
    "in_place_on_record",
    "method_without_brackets",
    "nothing",
    "power",
    "scattered_in_memory",
    "true_or_false",
    "two_results",
    "untouched",
]

Match = re.Match[str]


def nothing(clue: Clue, match: Match) -> str | None:
    """An operand is `None` or `...`: a step that is not done yet, or a function's lack of one."""
    empty = [name for name in clue.names if clue.known.get(name) in ("None", "...")]
    if not empty:
        return _no_grad(clue)
    name = empty[0]
    if change := changed_before_made(clue, name):
        return change
    if name in clue.steps:
        return f"`{name}` has no value yet: do the step `{name}` first, then run this cell again."
    return (
        f"`{name}` is `{clue.known[name]}`, and not a tensor: look where it was set. (What changes "
        "a list in place, or a function without `return`, gives `None`.)"
    )


def _no_grad(clue: Clue) -> str | None:
    """`W1.grad`, which only `backward()` fills."""
    grads = [clue.text(n) for n in clue.nodes if isinstance(n, ast.Attribute) and n.attr == "grad"]
    if not grads:
        return None
    return (
        f"{grads[0] or '`.grad`'} is `None`: only autograd fills it, and here the gradient is what "
        "you work out by hand."
    )


def power(clue: Clue, match: Match) -> str:
    """`h ^ 2`."""
    return "`^` is no power in Python: write `**`."


def counted(clue: Clue, match: Match) -> str | None:
    """`for i in n`."""
    loops = [node.iter for node in clue.statements if isinstance(node, ast.For)]
    loops += [node.iter for node in clue.nodes if isinstance(node, ast.comprehension)]
    texts = {clue.text(node).strip("`"): None for node in loops}
    if len(texts) != 1 or not all(texts):
        return None
    text = next(iter(texts))
    return f"`{text}` is a number: to count up to it, from 0 on, write `range({text})`."


def true_or_false(clue: Clue, match: Match) -> str:
    """`if h > 0:`, `h > 0 and h < 1`."""
    return (
        "A tensor of many entries is neither true nor false (as `if`, `and`, `or` and `not` want "
        "it). A comparison such as `x > 0` has an answer for each entry: multiply by it, or use "
        "`torch.where`; `.all()` and `.any()` make one answer of them."
    )


def method_without_brackets(clue: Clue, match: Match) -> str:
    """A method stands where its result is meant: `dh.sum * 2`."""
    method = r"\.(sum|mean|exp|log|tanh|sqrt|clone|abs|square|max|size|numel|t|neg)\b(?!\s*\()"
    found = [name for node in clue.statements for name in re.findall(method, ast.unparse(node))]
    name = f"`.{found[0]}`" if len(set(found)) == 1 else "A method"
    return f"{name} is a method: it does nothing until it is called, with brackets behind its name."


def two_results(clue: Clue, match: Match) -> str:
    """`x.max(1)` is a pair."""
    name = match[1]
    return (
        f"`.{name}` along a dimension gives two things, `.values` and `.indices`: say which of "
        "them you mean."
    )


def attribute(clue: Clue, match: Match) -> str | None:
    """A tensor has no such attribute: perhaps a misprint."""
    close = difflib.get_close_matches(match[1], dir(torch.Tensor), n=1, cutoff=0.7)
    return f"A tensor has no `.{match[1]}`. Do you mean `.{close[0]}`?" if close else None


def called(clue: Clue, match: Match) -> str | None:
    """Brackets behind something that is no function."""
    for node in clue.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="T" | "shape" | "ndim" | "dtype" as name)):
                return f"`.{name}` is not a function: leave out the brackets behind it."
            case ast.Call(func=ast.Name(id=name)) if isinstance(clue.known.get(name), tuple):
                return f"`{name}` is a tensor, not a function: is there a `*` missing behind it?"
            case ast.Call(func=ast.BinOp() | ast.Constant()):
                return "Brackets behind a number or another bracket call it: is a `*` missing?"
    return None


def dtype_in_place(clue: Clue, match: Match) -> str:
    """`result type Double can't be cast to the desired output type Long`."""
    target = next((node.target for node in clue.nodes if isinstance(node, ast.AugAssign)), None)
    whose = (clue.text(target) if target is not None else "") or "The tensor"
    return (
        f"{whose} holds whole numbers (`F.one_hot` makes such), and cannot take fractions in "
        "place. Write a new tensor, `a = a / b` in place of `a /= b`, or begin with floats."
    )


def dtypes(clue: Clue, match: Match) -> str:
    """Two kinds of numbers in one operation."""
    return (
        "The tensors have different kinds of numbers, such as float32 and float64, and this "
        "operation wants one kind. Leave out conversions such as `.float()`; make new tensors "
        "with `torch.zeros_like` of one that is there."
    )


def in_place_on_copies(clue: Clue, match: Match) -> str:
    """A tensor from `expand` is changed in place."""
    return (
        "This tensor was spread out by `expand`, so that many of its entries are one place in "
        "memory, and cannot be changed in place. Take a copy first, with `.clone()`, or write the "
        "sum as one expression."
    )


def in_place_on_record(clue: Clue, match: Match) -> str:
    """A parameter that PyTorch watches is changed in place."""
    return (
        "PyTorch keeps a record of this tensor (it requires a gradient), so neither it nor a view "
        "of it can be changed in place. Begin with a tensor of your own: `.clone()`, or "
        "`torch.zeros_like`."
    )


def untouched(clue: Clue, match: Match) -> str | None:
    """The cell as it was released."""
    if not any(isinstance(node, ast.Raise) for node in clue.nodes):
        return None
    return "This cell is yours to write: replace the line `raise NotImplementedError()`."


def scattered_in_memory(clue: Clue, match: Match) -> str:
    """`view size is not compatible with input tensor's size and stride`."""
    return (
        "A view only reads the same numbers in the same order, and after a transposition they lie "
        "in another one. `.reshape` copies them; but ask first whether the order of the "
        "dimensions is the one you mean."
    )
