"""`autograder grade`: its words and its exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from autograder.grading.batch.imports import skip_slow_imports
from autograder.grading.batch.pool import Pool
from autograder.grading.batch.settings import NoSuchStudent, Outcome, Request, Summary
from autograder.grading.errors import GradingError

__all__ = ["grade_command", "run"]

_INTERRUPTED = 130


def grade_command(request: Request, json_to: str | None) -> int:
    """Grade, and tell what came of it; returns the exit code.

    0 every submission has a verdict, 1 some cannot be graded, 2 wrong usage, 3 something else
    than the submissions is at fault, 130 stopped by Ctrl-C.
    """
    try:
        summary = run(request)
        if json_to is not None:
            _write_json(summary, json_to)
    except (NoSuchStudent, ValueError) as error:
        return _say(str(error), 2)
    except (GradingError, OSError) as error:
        return _say(str(error), 3)
    except KeyboardInterrupt:
        return _say(
            "stopped; what was graded by now is recorded, and the same command goes on from there.",
            _INTERRUPTED,
        )
    if not request.quiet and json_to != "-":
        _show(summary, request)
    for sentence in [*_faults(summary), *summary.notes, *summary.lacking]:
        print(f"autograder grade: {sentence}", file=sys.stderr)
    if summary.lacking:
        return 3
    return 1 if _faults(summary) else 0


def run(request: Request) -> Summary:
    """Grade. The judging processes begin to start while the rest is imported."""
    with Pool(request.sandbox, request.jobs) as pool:
        skip_slow_imports()
        from autograder.grading.batch.grade import grade

        return grade(request, pool)


def _faults(summary: Summary) -> list[str]:
    return [outcome.fault for outcome in _listed(summary) if outcome.fault]


def _listed(summary: Summary) -> list[Outcome]:
    return [summary.outcomes[student] for student in sorted(summary.outcomes)]


def _show(summary: Summary, request: Request) -> None:
    """Changed scores, what to look at, and a line for all."""
    listed = _listed(summary)
    judged = [outcome for outcome in listed if outcome.judged]
    for outcome in judged:
        if outcome.before is not None and (told := _change(outcome)):
            print(told)
    for outcome in judged:
        for flag in ((outcome.entry and outcome.entry.verdict) or {}).get("flags", []):
            print(f"look at {outcome.student}, {flag['step']}: {flag['message']}")
    new = sum(outcome.entry is not None and not outcome.fault for outcome in judged)
    verb = "would be graded" if request.dry_run else "graded"
    counts = [f"{new} {verb}", f"{len(listed) - len(judged)} had a verdict"]
    if faulty := len(_faults(summary)):
        counts.append(f"{faulty} cannot be graded")
    count = f"{len(listed)} submission{'' if len(listed) == 1 else 's'}"
    print(f"{summary.stage}: {count}: {', '.join(counts)}")
    if summary.other:
        print(
            f"{len(summary.other)} of them were graded with another version of the stage or the "
            "packages, another seed or list of names, and stay as they are: --again --dry-run "
            "shows whose score would change, --again grades them anew."
        )


def _change(outcome: Outcome) -> str:
    """Whose score is another one now, and by which steps; empty if it is the same."""
    changes = outcome.changes()
    if not changes:
        return ""
    known = [points for points in (outcome.before or {}).values() if points is not None]
    now = [points for points in (outcome.entry.points if outcome.entry else {}).values() if points]
    steps = ", ".join(
        f"{name.removeprefix('check-')} {_points(before)} -> {_points(after)}"
        for name, (before, after) in changes.items()
    )
    return f"{outcome.student}: {sum(known):g} -> {sum(now):g} ({steps})"


def _points(points: float | None) -> str:
    return "no score" if points is None else f"{points:g}"


def _write_json(summary: Summary, place: str) -> None:
    text = json.dumps(summary.to_json(), indent=2, ensure_ascii=False) + "\n"
    if place == "-":
        sys.stdout.write(text)
    else:
        Path(place).write_text(text, encoding="utf-8")


def _say(sentence: str, code: int) -> int:
    print(f"autograder grade: {sentence}", file=sys.stderr)
    return code
