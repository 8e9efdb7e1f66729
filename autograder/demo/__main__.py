"""``python -m autograder.demo [--keep DIR]``: eight submissions, graded and recorded.

Exit codes: 0 done; 1 a perfect or an untouched submission has the wrong score; 2 wrong usage;
3 no solutions to release, or nothing to grade with (no sandbox).
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from autograder.authoring.layout import CHECKOUT, Checkout
from autograder.authoring.markers import StageLike
from autograder.demo.grading import Result, grade_all
from autograder.demo.surroundings import course_surroundings
from autograder.demo.table import render, unexpected
from autograder.grading.errors import GradingError

STAGES = ("01_unrolled", "02_cross_entropy", "03_batchnorm")


@contextmanager
def _course_folder(keep: Path | None) -> Iterator[Path]:
    """A folder for the course: ``keep``, or one that goes away afterwards."""
    if keep:
        yield keep
    else:
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            yield Path(folder)


def _collect_feedback(checkout: Checkout, results: Sequence[Result]) -> Path:
    """Copy the feedback pages out of the course folder; returns where they lie now."""
    target = checkout.root / "build" / "demo" / "feedback"
    shutil.rmtree(target, ignore_errors=True)  # of an earlier demonstration
    for result in results:
        if result.feedback:
            page = target / result.submission.student / f"{result.stage}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(result.feedback, page)
    return target


def main(arguments: Sequence[str] | None = None, checkout: Checkout = CHECKOUT) -> int:
    """Run the demonstration and print its table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m autograder.demo")
    parser.description = "Release stages 01 to 03 and grade eight submissions."
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the course here, and stay")
    parser.add_argument(
        "--sandbox",
        choices=("bubblewrap", "none"),
        default="bubblewrap",
        help="with none, the submissions, which are the demonstration's own, run as you",
    )
    options = parser.parse_args(arguments)
    keep: Path | None = (
        options.keep.resolve() if options.keep else None
    )  # nbgrader works in another folder than this
    if keep and keep.exists():
        print(f"{keep} exists; name a folder that does not.", file=sys.stderr)
        return 2
    missing = [stage for stage in STAGES if not checkout.solution(stage).is_file()]
    if missing:
        print(f"There is no solution of {missing[0]}; run make solutions.", file=sys.stderr)
        return 3
    try:
        if keep:
            keep.mkdir(parents=True)
    except OSError as error:
        print(f"{keep} cannot be made: {error.strerror}; name another folder.", file=sys.stderr)
        return 2
    from autograder.stages import STAGES as stages

    chosen: list[StageLike] = [stages[name] for name in STAGES]
    results: list[Result] = []
    try:
        with _course_folder(keep) as folder, course_surroundings(folder):
            for result in grade_all(folder, checkout, chosen, options.sandbox):
                results.append(result)
                said = "graded" if result.score else "not graded"
                print(f"{result.stage}, {result.submission.student}: {said}", flush=True)
            pages = _collect_feedback(checkout, results)
    except GradingError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 3
    print(f"\n{render(results)}\n\nFeedback: {checkout.relative(pages)}/")
    if keep:
        print(f"The course folder, with the gradebook: {keep}/")
    problems = unexpected(results)
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
