"""The options of `autograder report`. Nothing heavy is imported to list them."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["add_report"]


def add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder report`."""
    report = commands.add_parser(
        "report",
        help="show what a class has and has not understood of a stage",
        description="Write a page, and the same as JSON, on the verdicts of a stage: who needs a "
        "look, students by steps, how hard each step is, the mistakes by how many made them, and "
        "what regrading has changed. It changes nothing.",
        epilog="Exit code: 0 when the report is written; 2 for wrong usage; 3 when nothing is "
        "graded yet, or something cannot be read or written.",
    )
    report.add_argument("stage", metavar="STAGE", help="for example 01_unrolled")
    report.add_argument(
        "--course",
        metavar="DIR",
        type=Path,
        help="the course's folder (default: the one around the current folder)",
    )
    report.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="the page (default: report/STAGE.html in the course's folder)",
    )
    report.add_argument(
        "--json",
        metavar="FILE",
        help="the JSON (default: beside the page); to the terminal for -",
    )
    report.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> int:
    from autograder.report.command import report_command

    return report_command(options.stage, options.course, options.output, options.json)
