"""`autograder grade`: its words and its exit codes."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from autograder.grading.batch.imports import import_nbgrader, many_imports, skip_slow_imports
from autograder.grading.batch.pool import Pool
from autograder.grading.batch.settings import NoSuchStudent, Outcome, Request, Summary
from autograder.grading.errors import GradingError
from autograder.grading.feedback.terminal import plain_text
from autograder.grading.record.source import WrongAssignment

__all__ = ["grade_command", "run"]

_INTERRUPTED = 130
_MOST_STEPS = 8  # that are listed of a score that has changed; --json tells all


def grade_command(request: Request, json_to: str | None) -> int:
    """Grade, and tell what came of it; returns the exit code.

    0 every submission has a verdict, 1 some cannot be graded, 2 wrong usage, 3 something else
    than the submissions is at fault, 130 stopped by Ctrl-C.
    """
    if json_to not in (None, "-") and not Path(json_to).absolute().parent.is_dir():
        return _say(f"there is no folder for --json {json_to}: make it first.", 2)
    try:
        summary = run(request)
        if json_to is not None:
            _write_json(summary, json_to)
    except (NoSuchStudent, WrongAssignment) as error:
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
    with Pool(request.sandbox, request.jobs, feedback=request.feedback) as pool:
        with many_imports():
            skip_slow_imports()
            import_nbgrader()
            from autograder.grading.batch.grade import grade

        try:
            return grade(request, pool)
        except KeyboardInterrupt:
            # All that is left to do is to end the processes; let nobody in a hurry disturb that.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise


def _faults(summary: Summary) -> list[str]:
    return [outcome.fault for outcome in _listed(summary) if outcome.fault]


def _listed(summary: Summary) -> list[Outcome]:
    return [summary.outcomes[student] for student in sorted(summary.outcomes)]


def _show(summary: Summary, request: Request) -> None:
    """Changed scores, what to look at, and a line for all."""
    listed = _listed(summary)
    if not listed:
        print(f"{summary.stage}: nobody has handed in anything in {request.course}")
        return
    judged = [outcome for outcome in listed if outcome.judged]
    for outcome in judged:
        if told := _change(outcome):
            print(told)
    for outcome in judged:
        verdict = (outcome.entry and outcome.entry.verdict) or {}
        for flag in verdict.get("flags", []):
            print(f"look at {outcome.student}, {flag['step']}: {flag['message']}")
        for step in verdict.get("steps", []):  # of a plain notebook: a test that tells nothing
            if (step["diagnosis"] or {}).get("code") == "needs_review":
                told = plain_text(step["diagnosis"]["message"])
                print(f"look at {outcome.student}, {step['name']}: {told}")
    first = any(outcome.before is None and not outcome.fault for outcome in judged)
    if request.dry_run and not first and not any(map(_change, judged)):
        print("no score would change")
    new = sum(outcome.entry is not None and not outcome.fault for outcome in judged)
    verb = "would be graded" if request.dry_run else "graded"
    had = sum(not outcome.judged and not outcome.fault for outcome in listed)
    counts = [f"{new} {verb}", f"{had} had a verdict"]
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
    changes = outcome.changes() if outcome.before is not None else {}
    if not changes:
        return ""
    known = [points for points in (outcome.before or {}).values() if points is not None]
    now = [p for p in (outcome.entry.points if outcome.entry else {}).values() if p is not None]
    steps = [
        f"{name.removeprefix('check-')} {_points(before)} -> {_points(after)}"
        for name, (before, after) in changes.items()
    ]
    if len(steps) > _MOST_STEPS:
        steps[_MOST_STEPS:] = [f"and {len(steps) - _MOST_STEPS} more"]
    total = _points(sum(now) if now else None)
    return f"{outcome.student}: {sum(known):g} -> {total} ({', '.join(steps)})"


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
