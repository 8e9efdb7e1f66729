"""The command line. Each subcommand imports what it needs, so that help answers at once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from autograder import __version__

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code: 0 done, 1 failures found, 2 usage, 3 broken."""
    options = _parser().parse_args(argv)
    code: int = options.run(options)
    return code


def _parser() -> argparse.ArgumentParser:
    """All subcommands with their options."""
    parser = argparse.ArgumentParser(
        prog="autograder", description="Backprop by hand: the course and its checks."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_lab(commands)
    return parser


def _add_lab(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder lab`."""
    lab = commands.add_parser(
        "lab",
        help="open the notebooks in JupyterLab",
        description="Put your own copies of the notebooks into work/, and open JupyterLab there.",
        epilog="Options for JupyterLab go after --, as in: autograder lab -- --no-browser",
    )
    lab.add_argument(
        "--reset",
        metavar="STAGE",
        help="begin a stage anew, keep the old copy under a dated name, and start nothing",
    )
    lab.add_argument(
        "--work",
        metavar="DIR",
        type=Path,
        help="the folder for your copies (default: work/ in the checkout, or here without one)",
    )
    lab.add_argument("arguments", metavar="JUPYTER", nargs="*", help="options for JupyterLab")
    lab.set_defaults(run=_lab)


def _lab(options: argparse.Namespace) -> int:
    from autograder.lab.command import lab

    return lab(options.work, options.reset, options.arguments)
