"""A tensor of any number of dimensions laid out as a matrix."""

import math
from dataclasses import dataclass

__all__ = ["Plane", "plane_of"]

_WIDTH_TO_HEIGHT = 1.5  # what fits a notebook


@dataclass(frozen=True)
class Plane:
    """Which dimensions run down and across, in words, and the sizes of the blocks if there are."""

    rows: int
    columns: int
    down: str
    across: str
    block_rows: int = 0
    block_columns: int = 0


def plane_of(shape: tuple[int, ...]) -> Plane:
    """Lay out a tensor of that shape: its first dimensions down, the others across."""
    if len(shape) < 2:
        return Plane(1, math.prod(shape), "", f"entry ({math.prod(shape)})" if shape else "")
    if len(shape) == 2:
        return Plane(*shape, f"row ({shape[0]})", f"column ({shape[1]})")

    def squareness(split: int) -> float:
        rows, columns = math.prod(shape[:split]), math.prod(shape[split:])
        return (
            abs(math.log(columns / max(rows, 1) / _WIDTH_TO_HEIGHT))
            if rows and columns
            else math.inf
        )

    split = min(range(1, len(shape)), key=squareness)
    sizes = [" × ".join(map(str, part)) for part in (shape[:split], shape[split:])]
    return Plane(
        math.prod(shape[:split]),
        math.prod(shape[split:]),
        f"dimension {', '.join(map(str, range(split)))} ({sizes[0]})",
        f"dimension {', '.join(map(str, range(split, len(shape))))} ({sizes[1]})",
        block_rows=shape[split - 1] if split > 1 else 0,
        block_columns=shape[-1] if split < len(shape) - 1 else 0,
    )
