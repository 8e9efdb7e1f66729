"""Explanations of indices: out of range, of the wrong type, too many, of different lengths."""

import ast
import re

from autograder.exceptions.clue import Clue

__all__ = [
    "entries_set",
    "index_lengths",
    "index_type",
    "out_of_bounds",
    "scatter_index",
    "too_many",
]

Match = re.Match[str]


def out_of_bounds(clue: Clue, match: Match) -> str:
    """`index 53 is out of bounds for dimension 0 with size 27`."""
    index, dimension, size = int(match[1]), int(match[2]), int(match[3])
    indexed = {
        clue.named(node.value): None
        for node in clue.nodes
        if isinstance(node, ast.Subscript)
        and (shape := clue.shapes.of(node.value)) is not None
        and dimension < len(shape)
        and shape[dimension] == size
    }
    whose = f"{next(iter(indexed))}, so" if len(indexed) == 1 else "in this tensor"
    return (
        f"The index {index} is too far: {whose} the indices of dimension {dimension} go from 0 to "
        f"{size - 1}."
    )


def too_many(clue: Clue, match: Match) -> str:
    """`too many indices for tensor of dimension 2`."""
    count = int(match[1])
    return (
        f"There are more indices in the brackets than the tensor has dimensions, {count}."
        f"{clue.tensors}"
    )


def index_type(clue: Clue, match: Match) -> str:
    """`tensors used as indices must be long, int, byte or bool tensors`."""
    return (
        f"An index must be whole numbers (int64), or true and false. {_brackets(clue)}"
        "Does a tensor of floats stand in the brackets?"
    )


def index_lengths(clue: Clue, match: Match) -> str:
    """`shape mismatch: indexing tensors could not be broadcast together with shapes [27], [32]`."""
    shapes = " and ".join(f"({', '.join(part.split(', '))},)" for part in _parts(match[1]))
    return (
        "Several indices in one pair of brackets are read side by side, one of each at a time, so "
        f"they must be equally long; here they have shapes {shapes}.{clue.tensors}"
    )


def entries_set(clue: Clue, match: Match) -> str:
    """`value tensor of shape [32, 64] cannot be broadcast to indexing result of shape [32]`."""
    value, place = (f"({', '.join(match[i].split(', '))}{_comma(match[i])})" for i in (1, 2))
    return (
        f"The entries that the brackets pick have shape {place}, and what is to be put there has "
        f"{value}: it must have the same shape, or be a single number.{clue.tensors}"
    )


def _comma(sizes: str) -> str:
    return "," if sizes and "," not in sizes else ""


def scatter_index(clue: Clue, match: Match) -> str:
    """What `index_add_` says of its index."""
    return (
        "`index_add_` wants one flat list of row numbers, shape `(m,)`, and as many rows to add, "
        f"shape `(m, ...)`: make both flat in the same way first.{clue.tensors}"
    )


def _parts(text: str) -> list[str]:
    return re.findall(r"\[([\d, ]*)\]", text)


def _brackets(clue: Clue) -> str:
    texts = [clue.text(node) for node in clue.nodes if isinstance(node, ast.Subscript)]
    return f"Look at {texts[0]}. " if len(texts) == 1 and texts[0] else ""
