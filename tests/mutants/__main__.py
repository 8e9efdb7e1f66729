"""The mutation test of the grader: `python -m tests.mutants`.

Every wrong formula of the bank alone in an otherwise right submission, every other right answer,
and the solution with twenty seeds. Prints the table; exits with 1 if a mistake survives, costs
more than its own step, or a right answer is not accepted.
"""

from __future__ import annotations

import sys

from tests.mutants.bank import BANKS
from tests.mutants.session import Fault, judge_all
from tests.mutants.table import table
from tests.mutants.tasks import Task, across, alone, right, solution

_SEEDS = 20  # with which every solution has to get full marks


def main() -> int:
    """Judge, print, and return the exit code."""
    tasks: list[Task] = []
    for bank in BANKS.values():
        tasks += [*alone(bank), *right(bank), *across(bank), *solution(bank, _SEEDS)]
    faults: list[Fault] = []
    for done, found in enumerate(judge_all(tasks), 1):
        faults += found
        if sys.stderr.isatty():
            print(f"\r{done}/{len(tasks)} submissions", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(table(BANKS.values(), faults))
    for fault in faults:
        print(f"\n{fault}")
    suffered = sum(fault.kind == "suffered" for fault in faults)
    print(f"\n{len(tasks)} submissions; mistakes that cost another step: {suffered}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
