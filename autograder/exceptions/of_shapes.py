"""Explanations of shapes that do not fit."""

import ast
import math
import re
from collections.abc import Iterator

from autograder.exceptions.clue import Clue
from autograder.exceptions.infer import Shape, broadcast

__all__ = [
    "broadcasting",
    "dimension_range",
    "enlarged_in_place",
    "expanding",
    "matrix_product",
    "matrix_vector",
    "too_many_dimensions",
    "viewing",
]

Match = re.Match[str]
Pair = tuple[ast.AST, ast.expr, ast.expr]


def matrix_product(clue: Clue, match: Match) -> str:
    """`mat1 and mat2 shapes cannot be multiplied (32x27 and 64x27)`."""
    a, b = ((int(match[i]), int(match[i + 1])) for i in (1, 3))
    needs = f"as many columns on the left as rows on the right, and {a[1]} is not {b[0]}"
    return f"{_operands(clue, a, b)} A matrix product needs {needs}."


def matrix_vector(clue: Clue, match: Match) -> str:
    """`size mismatch, got input (32), mat (32x27), vec (64)`."""
    a, b = (int(match[1]), int(match[2])), (int(match[3]),)
    return f"{_operands(clue, a, b)} The vector needs as many entries as the matrix has columns."


def broadcasting(clue: Clue, match: Match) -> str:
    """`The size of tensor a (27) must match the size of tensor b (64) at ... dimension 1`."""
    sizes, dimension = (int(match[1]), int(match[2])), int(match[3])
    for node, left, right in _entrywise(clue):
        a, b = clue.shapes.of(left), clue.shapes.of(right)
        if a is None or b is None or broadcast(a, b) is not None:
            continue
        length = max(len(a), len(b))
        whole = [(1,) * (length - len(shape)) + shape for shape in (a, b)]
        if dimension < length and (whole[0][dimension], whole[1][dimension]) == sizes:
            return f"{_sides(clue, node, left, right)} {_broadcast_rule(*sizes)}"
    return (
        f"Two tensors do not fit: in dimension {dimension} one has the size {sizes[0]}, the other "
        f"{sizes[1]}.{clue.tensors} {_broadcast_rule(*sizes)}"
    )


def enlarged_in_place(clue: Clue, match: Match) -> str:
    """`output with shape [1, 64] doesn't match the broadcast shape [32, 64]`."""
    target = next((node.target for node in clue.nodes if isinstance(node, ast.AugAssign)), None)
    whose = clue.text(target) if target is not None else ""
    return (
        f"{whose or 'The tensor that is changed in place'} has shape {_tuple(match[1])}, and what "
        f"comes out has {_tuple(match[2])}. A tensor cannot grow in place: begin with one of the "
        "full shape, or write the sum as one expression."
    )


def viewing(clue: Clue, match: Match) -> str:
    """`shape '[32, 10]' is invalid for input of size 864`."""
    asked, size = _tuple(match[1]), int(match[2])
    sources = [
        node.func.value
        for node in clue.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("view", "reshape")
    ]
    known = [s for s in sources if math.prod(clue.shapes.of(s) or (-1,)) == size]
    source = known[0] if known else sources[0] if len(sources) == 1 else None
    named = clue.named(source) if source is not None else ""
    what = f"{named}, that is {size} entries" if named else f"The tensor has {size} entries"
    if -1 in asked:
        rest = abs(math.prod(asked))
        return f"{what}, and {asked} needs a multiple of {rest}. A view keeps every entry."
    return f"{what}; {asked} has {math.prod(asked)}. A view keeps every entry and adds none."


def expanding(clue: Clue, match: Match) -> str:
    """`The expanded size of the tensor (27) must match the existing size (64) ...`."""
    return (
        f"A tensor of shape {_tuple(match[2])} cannot be copied to fill {_tuple(match[1])}: only "
        f"dimensions of size 1, or missing on the left, can be copied.{clue.tensors}"
    )


def too_many_dimensions(clue: Clue, match: Match) -> str:
    """`expand(torch.DoubleTensor{[32, 64]}, size=[27]): the number of sizes provided (1) ...`."""
    return (
        f"A tensor of shape {_tuple(match[1])} has too many dimensions to fill "
        f"{_tuple(match[2])}: sum over what should go, or pick a part of it.{clue.tensors}"
    )


def dimension_range(clue: Clue, match: Match) -> str:
    """`Dimension out of range (expected to be in range of [-1, 0], but got 1)`."""
    last, asked = int(match[1]), match[2]
    have = "one dimension, number 0" if last == 0 else f"{last + 1} dimensions, numbers 0 to {last}"
    return f"There is no dimension {asked}: the tensor has {have}.{clue.tensors}"


def _operands(clue: Clue, a: Shape, b: Shape) -> str:
    """Which matrix product of the statement has these two shapes, if one has for certain."""
    fits = [
        pair
        for pair in _products(clue)
        if a in _as_matrices(clue.shapes.of(pair[1])) and b == clue.shapes.of(pair[2])
    ]
    if len(fits) != 1:
        return f"The shapes {a} and {b} do not fit.{clue.tensors}"
    return _sides(clue, *fits[0])


def _as_matrices(shape: Shape | None) -> tuple[Shape, ...]:
    """What PyTorch may call a left factor: a vector is a row, and leading dimensions are one."""
    return (shape, (math.prod(shape[:-1]), shape[-1])) if shape else ()


def _sides(clue: Clue, node: ast.AST, left: ast.expr, right: ast.expr) -> str:
    where = f"In {text}" if (text := clue.text(node)) else "Here"
    named = [clue.text(left) or "the left side", clue.text(right) or "the right side"]
    shapes = [clue.shapes.of(left), clue.shapes.of(right)]
    sides = [f"{name} is {shape}" for name, shape in zip(named, shapes, strict=True)]
    return f"{where} the shapes do not fit: {' and '.join(sides)}."


def _broadcast_rule(a: int, b: int) -> str:
    return (
        "Written one below the other, flush right, sizes must be equal, or one of them 1; "
        f"{a} and {b} are neither."
    )


def _products(clue: Clue) -> Iterator[Pair]:
    for node in clue.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                yield node, left, right
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="torch"), attr="matmul" | "mm" | "mv"),
                args=[left, right],
            ):
                yield node, left, right
            case ast.Call(
                func=ast.Attribute(value=left, attr="matmul" | "mm" | "mv"), args=[right]
            ):
                yield node, left, right


def _entrywise(clue: Clue) -> Iterator[Pair]:
    for node in clue.nodes:
        match node:
            case ast.BinOp(left=left, op=operator, right=right):
                if not isinstance(operator, ast.MatMult):
                    yield node, left, right
            case ast.AugAssign(target=ast.Name() as target, value=value):
                yield node, target, value


def _tuple(sizes: str) -> Shape:
    return tuple(int(size) for size in re.findall(r"-?\d+", sizes))
