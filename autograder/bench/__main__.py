"""``python -m autograder.bench``: measure, print a table. The exit code says nothing of speed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.bench.code import code_table, measure_code
from autograder.bench.courses import BenchError
from autograder.bench.grading import Plan, measure_grading, measure_scale
from autograder.bench.tables import grading_table, scale_table

__all__ = ["main"]

_SCALE = (100, 2000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code."""
    options = _options(arguments)
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    try:
        for part in options.only or ("code", "grading"):
            found[part] = measure_code() if part == "code" else measure_grading(_plan(options))
        if options.scale:
            found["scale"] = measure_scale(_SCALE, options.jobs)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: stopped; a part of a measurement says nothing.", file=sys.stderr)
        return 130
    print(json.dumps(found, indent=2) if options.json else _tables(found))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m autograder.bench",
        description="Measure the check, a training step, and grading against nbgrader's own.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--only", action="append", choices=("code", "grading"), help="a part of it (default: both)"
    )
    plan = Plan()
    for name, default, told in (
        ("submissions", plan.submissions, "how many submissions autograder grades"),
        ("stock", plan.stock, "how many of them nbgrader grades, at some 8 seconds each"),
        ("jobs", plan.jobs, "how many submissions autograder judges at a time"),
    ):
        told = f"{told} (default: {default})"
        parser.add_argument(f"--{name}", metavar="N", type=int, default=default, help=told)
    parser.add_argument(
        "--scale",
        action="store_true",
        help=f"also grade {_SCALE[0]} and {_SCALE[1]} submissions, which takes many minutes",
    )
    options = parser.parse_args(arguments)
    if not 2 <= options.stock <= options.submissions or options.jobs < 1:
        parser.error("there must be 2 submissions at least for nbgrader, and as many for both")
    return options


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(options.submissions, options.stock, options.jobs)


def _tables(found: dict[str, Any]) -> str:
    tables: dict[str, Callable[[Any], str]] = {
        "code": code_table,
        "grading": grading_table,
        "scale": scale_table,
    }
    return "\n\n".join(tables[part](told) for part, told in found.items())


if __name__ == "__main__":
    sys.exit(main())
