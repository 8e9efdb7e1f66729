"""``python -m tests.attacks [WORD ...]``: run the attacks, print the table.

With words, only attacks whose name has one of them. Exit codes: 0 none got through, 1 one did,
3 there is no sandbox here.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from autograder.grading.runners import NoSandbox, Runners
from tests.attacks.bank import BANK
from tests.attacks.outcome import Grader
from tests.attacks.scene import Scene
from tests.attacks.table import line_of, summary, verdict_on

__all__ = ["main"]


def main(words: list[str]) -> int:
    """Print a line for each attack as it ends, then the counts; returns the exit code."""
    chosen = [a for a in BANK if not words or any(word in a.name for word in words)]
    outcomes = []
    try:
        with (
            tempfile.TemporaryDirectory(prefix="attacks-") as folder,
            Scene(Path(folder)) as scene,
            Runners() as runners,
        ):
            grader = Grader(runners, scene)
            print(f"{'room':<10} {'attack':<56} {'without':>5} with  what happened")
            for attack in chosen:
                outcomes.append(grader.attack(attack))
                print(line_of(outcomes[-1]), flush=True)
    except NoSandbox as error:
        print(f"{error}.", file=sys.stderr)
        return 3
    print(f"\n{summary(outcomes)}")
    return 1 if any(map(verdict_on, outcomes)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
