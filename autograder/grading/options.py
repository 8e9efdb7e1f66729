"""The options of `autograder judge` and `autograder grade`, told without importing either."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

__all__ = ["add_grade", "add_judge"]


def add_judge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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


def add_grade(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`autograder grade`."""
    grade = commands.add_parser(
        "grade",
        help="grade all submissions of a stage into nbgrader's gradebook",
        description="Judge every submission of an assignment, record the verdicts in the course's "
        "journal and in nbgrader's gradebook, and write feedback. What has been graded is not "
        "graded again: run it as often as you like, also after it was stopped.",
        epilog="Exit code: 0 when every submission has a verdict; 1 when some cannot be graded; "
        "2 for wrong usage; 3 when something else is at fault; 130 when it was stopped.",
    )
    grade.add_argument(
        "stage",
        nargs="?",  # only to say more than argparse does where --student has taken it
        metavar="ASSIGNMENT",
        help="a stage, for example 01_unrolled, or an assignment of your own: one notebook with "
        "nbgrader's test cells, in source/ASSIGNMENT/",
    )
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

    if options.stage is None:
        print(f"autograder grade: {_no_stage(options.student)}", file=sys.stderr)
        return 2
    if code := _settle_names("grade") or _check_folder("grade", options.course):
        return code
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


def _no_stage(students: list[str]) -> str:
    """What to do where the assignment is missing, or seems to be one of the students."""
    named = " ".join(["--student", *students[:-1]]) if len(students) > 1 else ""
    example = f"autograder grade {students[-1] if named else '01_unrolled'} {named}".strip()
    return f"name the ASSIGNMENT, and name it before the options, as in: {example}"


def _check_folder(command: str, course: Path | None) -> int:
    """Returns the exit code if the course's folder is none."""
    if course is None or course.is_dir():
        return 0
    print(f"autograder {command}: there is no folder {course}.", file=sys.stderr)
    return 2


def _settle_names(command: str) -> int:
    """Look at NAMES_FILE; returns the exit code if the list that it names cannot be used."""
    from autograder.grading.names_file import WrongNames, settle_names_file

    try:
        settle_names_file()
    except WrongNames as error:
        print(f"autograder {command}: {error}", file=sys.stderr)
        return 2
    return 0


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 2**53:
        raise argparse.ArgumentTypeError("a seed is a number from 0 to 2**53 - 1")
    return seed


def _judge(options: argparse.Namespace) -> int:
    from autograder.grading.command import judge_command

    if code := _settle_names("judge") or _check_folder("judge", options.course):
        return code
    return judge_command(
        options.notebook,
        stage=options.stage,
        seed=options.seed,
        json_to=options.json,
        sandbox=options.sandbox,
        course=options.course,
    )
