"""How often the diagnosis names the mistake: `python -m tests.diagnose [-v] [STEP ...]`.

Every wrong formula of the banks is evaluated in random states and diagnosed; the table counts
right codes, formulas that no mistake explains, and wrong codes. Exits with 1 if fewer than 95 %
of the first bank or 90 % of the others get the right code, if any gets a wrong one, or if a right
answer is called wrong. `-v` lists the unnamed formulas, too; `--first` and so on measure one
bank only.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

import torch

from autograder.mistakes.written import MODULES, written_for
from tests.diagnose.banks import NAMES, right, wrong
from tests.diagnose.measure import Outcome, Tried, measure, share, table

_REQUIRED = {"first": 0.95, "second": 0.90, "third": 0.90, "fourth": 0.90}


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return the exit code."""
    torch.set_num_threads(1)
    for stage in MODULES:
        written_for(stage)  # as a notebook's set-up cell does: no diagnosis waits for it
    verbose = "-v" in arguments
    names = [name for name in NAMES if f"--{name}" in arguments] or NAMES
    steps = [argument for argument in arguments if not argument.startswith("-")]
    failed = [_measure(name, steps, verbose) for name in names]
    return 1 if any(failed) else 0


def _measure(name: str, steps: Sequence[str], verbose: bool) -> bool:
    tried = measure(entry for entry in wrong(name) if not steps or entry.step in steps)
    rights = measure(entry for entry in right(name) if not steps or entry.step in steps)
    print(f"\nThe {name} bank\n{table(tried)}")
    called = [one for one in rights if one.outcome is not Outcome.RIGHT]
    for one in (*tried, *called):
        if one.outcome is Outcome.WRONG or (verbose and one.outcome is Outcome.UNNAMED):
            print(f"\n{one}")
    found, false = share(tried), sum(one.outcome is Outcome.WRONG for one in tried)
    print(
        f"\nthe {name} bank: {found:.1%} right (at least {_REQUIRED[name]:.0%}), {false} wrong; "
        f"{len(called)} of {len(rights)} right answers called wrong\n{_timing(tried)}"
    )
    return found < _REQUIRED[name] or false > 0 or bool(called)


def _timing(tried: Sequence[Tried]) -> str:
    seconds = sorted(one.seconds for one in tried if one.seconds)
    if not seconds:
        return ""
    quick = sum(s < 0.02 for s in seconds) / len(seconds)
    median, slowest = statistics.median(seconds), max(tried, key=lambda one: one.seconds)
    return (
        f"one diagnosis, on one thread: median {median * 1e3:.0f} ms, {quick:.0%} under 20 ms, "
        f"the slowest {slowest.seconds * 1e3:.0f} ms ({slowest.entry.step})"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
