"""The command line. Each subcommand imports what it needs, so that help answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import __version__

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code: 0 done, 1 failures found, 2 usage, 3 broken."""
    parser = _parser()
    given = list(sys.argv[1:] if argv is None else argv)
    cut = given.index("--") if "--" in given else len(given)
    options, unknown = parser.parse_known_args(given[:cut])
    options.passed_on = [*unknown, *given[cut + 1 :]]
    if options.passed_on and not options.passes_on:
        parser.error(f"unrecognized arguments: {' '.join(options.passed_on)}")
    code: int = options.run(options)
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
    _add_judge(commands)
    _add_grade(commands)
    _add_report(commands)
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


def _add_judge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder judge`."""
    judge = commands.add_parser(
        "judge",
        help="judge one submitted notebook",
        description="Judge one submitted notebook on inputs that no student has seen. It needs no "
        "database and records nothing.",
        epilog="Exit code: 0 when there is a verdict, whatever the score; 1 when the file cannot "
        "be graded; 2 for wrong usage; 3 when grading cannot go on here.",
    )
    judge.add_argument("notebook", metavar="NOTEBOOK", type=Path, help="the submitted file")
    judge.add_argument("--stage", metavar="STAGE", help="which stage it is (default: see the file)")
    judge.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        help="draw the inputs from N (default: from the course's secret and the file)",
    )
    judge.add_argument(
        "--json",
        metavar="FILE",
        help="write the verdict as JSON; to the terminal, in place of the words, for -",
    )
    judge.add_argument(
        "--course",
        metavar="DIR",
        type=Path,
        help="the course's folder (default: the one around the current folder)",
    )
    judge.add_argument(
        "--sandbox",
        choices=("bubblewrap", "none"),
        default="bubblewrap",
        help="what keeps the notebook's code from this computer; with none, nothing does: for "
        "notebooks of your own",
    )
    judge.set_defaults(run=_judge)


def _add_grade(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder grade`."""
    grade = commands.add_parser(
        "grade",
        help="grade all submissions of a stage into nbgrader's gradebook",
        description="Judge every submission of a stage, record the verdicts in the course's "
        "journal and in nbgrader's gradebook, and write feedback. What has been graded is not "
        "graded again: run it as often as you like, also after it was stopped.",
        epilog="Exit code: 0 when every submission has a verdict; 1 when some cannot be graded; "
        "2 for wrong usage; 3 when something else is at fault; 130 when it was stopped.",
    )
    grade.add_argument("stage", metavar="STAGE", help="for example 01_unrolled")
    grade.add_argument(
        "--course",
        metavar="DIR",
        type=Path,
        help="the course's folder (default: the one around the current folder)",
    )
    grade.add_argument(
        "--student",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="only these students",
    )
    grade.add_argument(
        "--jobs",
        metavar="N",
        type=_jobs,
        help="how many submissions to judge at a time (default: one for each processor)",
    )
    grade.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        help="draw the inputs from N (default: from the course's secret and each file)",
    )
    grade.add_argument("--again", action="store_true", help="judge also what has a verdict already")
    grade.add_argument(
        "--dry-run",
        action="store_true",
        help="judge, print whose score would change, and write nothing",
    )
    grade.add_argument("--no-feedback", action="store_true", help="write no feedback pages")
    grade.add_argument(
        "--json",
        metavar="FILE",
        help="write all verdicts as JSON; to the terminal, in place of the words, for -",
    )
    grade.add_argument("--quiet", action="store_true", help="tell only what is wrong")
    grade.add_argument(
        "--sandbox",
        choices=("bubblewrap", "none"),
        default="bubblewrap",
        help="what keeps the notebooks' code from this computer; with none, nothing does: for "
        "notebooks of your own",
    )
    grade.set_defaults(run=_grade)


def _jobs(text: str) -> int:
    jobs = int(text)
    if jobs < 1:
        raise argparse.ArgumentTypeError("at least one submission at a time")
    return jobs


def _grade(options: argparse.Namespace) -> int:
    from autograder.grading.batch.command import grade_command
    from autograder.grading.batch.settings import Request
    from autograder.grading.seed import find_course

    request = Request(
        course=find_course(options.course or Path.cwd()),
        stage=options.stage,
        students=tuple(dict.fromkeys(options.student)),
        jobs=options.jobs or os.cpu_count() or 1,
        seed=options.seed,
        sandbox=options.sandbox,
        dry_run=options.dry_run,
        again=options.again,
        feedback=not options.no_feedback,
        quiet=options.quiet,
    )
    return grade_command(request, options.json)


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 2**53:
        raise argparse.ArgumentTypeError("a seed is a number from 0 to 2**53 - 1")
    return seed


def _judge(options: argparse.Namespace) -> int:
    from autograder.grading.command import judge_command

    return judge_command(
        options.notebook,
        stage=options.stage,
        seed=options.seed,
        json_to=options.json,
        sandbox=options.sandbox,
        course=options.course,
    )
