"""The command line. Each subcommand imports what it needs, so that help answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import __version__
from autograder.grading.options import add_grade, add_judge
from autograder.report.options import add_report

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code: 0 done, 1 failures found, 2 usage, 3 broken.

    130 is for Ctrl-C.
    """
    parser = _parser()
    given = list(sys.argv[1:] if argv is None else argv)
    cut = given.index("--") if "--" in given else len(given)
    options, unknown = parser.parse_known_args(given[:cut])
    options.passed_on = [*unknown, *given[cut + 1 :]]
    if options.passed_on and not options.passes_on:
        parser.error(f"unrecognized arguments: {' '.join(options.passed_on)}")
    try:
        code: int = options.run(options)
    except KeyboardInterrupt:
        print("autograder: stopped.", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    """All subcommands with their options."""
    parser = argparse.ArgumentParser(
        prog="autograder", description="Backprop by hand: the course and its checks."
    )
    # A subcommand that hands unknown options to another program says so.
    parser.set_defaults(passes_on=False)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_lab(commands)
    add_judge(commands)
    add_grade(commands)
    add_report(commands)
    _add_doctor(commands)
    return parser


def _add_lab(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder lab`."""
    lab = commands.add_parser(
        "lab",
        usage="autograder lab [--reset STAGE] [--work DIR] [--] [JUPYTERLAB'S OPTIONS]",
        allow_abbrev=False,  # --w may be meant for JupyterLab
        help="open the notebooks in JupyterLab",
        description="Put your own copies of the notebooks into work/, and open JupyterLab there.",
        epilog="All other options, and whatever stands after --, go to JupyterLab, as in: "
        "autograder lab --no-browser",
    )
    lab.add_argument(
        "--reset",
        metavar="STAGE",
        help="begin a stage anew (01 or warmup will do), keep the old copy under a dated name, "
        "and start nothing",
    )
    lab.add_argument(
        "--work",
        metavar="DIR",
        type=Path,
        help="the folder for your copies (default: work/ in the checkout, or here without one)",
    )
    lab.set_defaults(run=_lab, passes_on=True)


def _lab(options: argparse.Namespace) -> int:
    from autograder.lab.command import lab

    return lab(options.work, options.reset, options.passed_on)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder doctor`."""
    doctor = commands.add_parser(
        "doctor",
        help="tell what this machine can and cannot do",
        description="Examine Python, torch, the sandbox, fonts and the browser, and say what "
        "mends each lack.",
        epilog="Exit code: 0 when nothing is lacking that students or instructors need, else 1.",
    )
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from autograder.doctor.command import doctor

    return doctor()
