"""The demonstration's results, as text."""

from collections.abc import Iterator, Sequence

from autograder.demo.grading import Result
from autograder.demo.submissions import SUBMISSIONS

__all__ = ["render", "unexpected"]


def _cell(result: Result | None) -> str:
    """One entry of the table: the autograded points of those there are."""
    if result is None:
        return "-"
    if result.score is None:
        return "not graded"
    points = sum(value or 0.0 for value in result.score.points.values())
    return f"{points:g}/{sum(result.score.worth.values()):g}{'*' if _waits(result) else ''}"


def _waits(result: Result) -> bool:
    """Whether a written answer waits for an instructor."""
    return bool(result.score and result.score.needs_manual)


def render(results: Sequence[Result]) -> str:
    """The table of scores, then what was mended and what could not be graded."""
    stages = list(dict.fromkeys(result.stage for result in results))
    found = {(result.submission.student, result.stage): result for result in results}
    rows = [["submission", "what it is", *stages]]
    for submission in SUBMISSIONS:
        cells = [_cell(found.get((submission.student, stage))) for stage in stages]
        rows.append([submission.student, submission.story, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, "", *_notes(results)])


def _notes(results: Sequence[Result]) -> Iterator[str]:
    if any(_waits(result) for result in results):
        yield "*  and a derivation that waits for an instructor"
    yield "-  not submitted: the first stage shows it"
    for result in results:
        who = f"{result.submission.student}, {result.stage}"
        if result.score is None:
            yield f"!  {who}: {result.problem}"
        for repair in result.repairs:
            yield f"   {who}: {repair}"


def unexpected(results: Sequence[Result]) -> list[str]:
    """A sentence for each score that would mean that the course itself is broken."""
    problems = []
    for result in results:
        student, score = result.submission.student, result.score
        if student not in ("perfect", "untouched"):
            continue
        if score is None:
            problems.append(f"{student}, {result.stage}: not graded.")
            continue
        got = sum(value or 0.0 for value in score.points.values())
        due = sum(score.worth.values()) if student == "perfect" else 0.0
        if got != due:
            problems.append(f"{student}, {result.stage}: {got:g} points where {due:g} are due.")
    return problems
