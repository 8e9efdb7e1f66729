"""The catalogue of written mistakes: `python -m autograder.mistakes.written [STEP ...]`.

Prints each code and sentence once for each step, with the number of formulas behind it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator

from autograder.mistakes.written import MODULES, written_for

__all__: list[str] = []


def _lines(steps: Collection[str]) -> Iterator[str]:
    for stage in MODULES:
        told = Counter(
            (mistake.step, mistake.code, mistake.message) for mistake in written_for(stage)
        )
        for (step, code, message), forms in told.items():
            if not steps or step in steps:
                yield f"{stage}  {step}  {code}  ({forms})  {message}"


if __name__ == "__main__":
    lines = list(_lines(sys.argv[1:]))
    if not lines:
        sys.exit(f"no written mistakes of {', '.join(sys.argv[1:])}")
    print("\n".join(lines))
