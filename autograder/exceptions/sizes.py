"""Whether an exception comes of a size that stands in a function as a number."""

import re
from collections.abc import Collection
from types import CodeType, FunctionType
from typing import TypeGuard

__all__ = ["hard_coded"]

_SMALLEST = 3  # 0, 1 and 2 are dimensions, exponents and what is taken off a size
_OF_SIZES = re.compile(r"size|shape|dimension|index|slice", re.IGNORECASE)


def hard_coded(error: BaseException, function: object, sizes: Collection[int]) -> str | None:
    """A question about the whole numbers in a function whose call raised ``error``; often None.

    ``sizes`` are those of the arguments: a number among them can be the cause of nothing. Global
    numbers that the function reads count as if they stood in it.
    """
    if not isinstance(function, FunctionType) or not _OF_SIZES.search(str(error)):
        return None
    if not isinstance(error, RuntimeError | IndexError | ValueError):
        return None
    written = _numbers(function.__code__)
    read = {
        f"`{name}` ({value}, from outside)": value
        for name in function.__code__.co_names
        if _is_size(value := function.__globals__.get(name))
    }
    found = {**{f"`{value}`": value for value in written}, **read}
    foreign = [text for text, value in found.items() if value not in sizes]
    if not foreign:
        return None
    are, sizes_are = (
        ("Are", "hard-coded sizes") if len(foreign) > 1 else ("Is", "a hard-coded size")
    )
    return (
        f"{are} {' and '.join(foreign)} in `{function.__name__}` {sizes_are}? It is called with "
        "other sizes, too: take each from the arguments (`len(x)`, `x.shape`)."
    )


def _numbers(code: CodeType) -> tuple[int, ...]:
    """The whole numbers in a function that could be sizes, each once, in order."""
    whole = (one if isinstance(one, tuple) else (one,) for one in code.co_consts)
    return tuple(dict.fromkeys(n for constants in whole for n in constants if _is_size(n)))


def _is_size(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= _SMALLEST
