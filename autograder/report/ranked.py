"""The mistakes of a class, ranked by how many made them, each with one anonymous example."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.grading.batch.names import METADATA
from autograder.grading.batch.plan import graded_file
from autograder.grading.ingest import Refused, find_submission, read_submission
from autograder.grading.notebook.file import read_file
from autograder.report.anonymous import (
    Example,
    Vocabulary,
    anonymous_code,
    anonymous_message,
    vocabulary,
)
from autograder.report.roster import Roster, Submission, read_source
from autograder.sections import section_of

__all__ = ["Kind", "Ranked", "kinds", "ranked_mistakes"]

_NO_MISTAKE = "not_attempted"
_CANDIDATES = 3  # whose notebook is looked at for an example


@dataclass(frozen=True)
class Ranked:
    """One mistake in one step. ``students`` is a number, and the example is nobody's."""

    step: str
    code: str
    students: int
    message: str
    section: str
    example: str | None


@dataclass(frozen=True)
class Kind:
    """A kind of mistake: how many made it anywhere, and in which steps how many."""

    code: str
    students: int
    steps: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Made:
    submission: Submission
    message: str
    read: str


def _diagnoses(submission: Submission) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A submission's mistakes: the step and its diagnosis."""
    for step in (submission.entry.verdict or {}).get("steps", []):
        told = step.get("diagnosis")
        if told is None and float(step["points"]) < float(step["max_points"]):
            told = {"code": step["status"], "message": ""}
        if told is not None and told["code"] != _NO_MISTAKE:
            yield step["name"], told


def kinds(submissions: Sequence[Submission]) -> list[Kind]:
    """The codes of mistakes by how many students made them, in whatever step.

    The second mistake of a combination counts as well.
    """
    who: dict[str, set[str]] = defaultdict(set)
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for submission in submissions:
        for step, told in _diagnoses(submission):
            for code in {told["code"], *told.get("also", ())}:
                who[code].add(submission.student)
                where[code][step] += 1
    found = [
        Kind(code, len(who[code]), tuple(sorted(where[code].items(), key=_most_first)))
        for code in who
    ]
    return sorted(found, key=lambda kind: (-kind.students, kind.code))


def ranked_mistakes(roster: Roster) -> list[Ranked]:
    """All mistakes by step and code, those that most students made first."""
    made: dict[tuple[str, str], list[_Made]] = defaultdict(list)
    for submission in roster.submissions:
        for step, told in _diagnoses(submission):
            message, read = str(told.get("message") or ""), str(told.get("read") or "")
            made[step, told["code"]].append(_Made(submission, message, read))
    places = {item.name: place for place, item in enumerate(roster.items)}
    order = sorted(made, key=lambda key: (-len(made[key]), places.get(key[0], len(places)), key))
    examples = _Examples(roster)
    return [_ranked(roster.stage, key, made[key], examples) for key in order]


def _ranked(stage: str, key: tuple[str, str], made: Sequence[_Made], examples: _Examples) -> Ranked:
    step, code = key
    usual = Counter(each.message for each in made)
    # The usual sentence first; among the students who got it nobody is preferred.
    order = sorted(made, key=lambda m: (-usual[m.message], m.message, m.submission.entry.key))
    chosen, example = order[0], None
    for candidate in order[:_CANDIDATES]:
        example = examples.of(candidate.submission, step)
        if example is not None:
            chosen = candidate
            break
    message = anonymous_message(chosen.message, examples.known, example)
    section = chosen.read or section_of(stage, step).title
    return Ranked(step, code, len(made), message, section, example.code if example else None)


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


class _Examples:
    """Reads answers out of notebooks, each notebook once."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._answers: dict[str, dict[str, str]] = {}
        cells = [cell for cell in read_source(roster.source) if cell.get("cell_type") == "code"]
        self.known: Vocabulary = vocabulary("".join(_text(cell.get("source"))) for cell in cells)
        self.known = Vocabulary(
            self.known.names | {item.name for item in roster.items}, self.known.strings
        )

    def of(self, submission: Submission, step: str) -> Example | None:
        """The anonymous answer of a student to a step, if it can be read."""
        student = submission.student
        if student not in self._answers:
            answers = self._graded(submission)
            self._answers[student] = self._submitted(submission) if answers is None else answers
        source = self._answers[student].get(step, "")
        return anonymous_code(source, self.known, student) if source.strip() else None

    def _graded(self, submission: Submission) -> dict[str, str] | None:
        """From the graded notebook, where everything is in its place; None if it is not of this
        verdict.
        """
        place = graded_file(self._roster.course, submission.student, self._roster.stage)
        try:
            notebook = json.loads(read_file(place))
            if notebook["metadata"][METADATA]["verdict"]["receipt"] != submission.entry.receipt:
                return None
            return {
                cell["metadata"]["nbgrader"]["grade_id"]: "".join(_text(cell["source"]))
                for cell in notebook["cells"]
                if cell["metadata"].get("nbgrader")
            }
        except (Refused, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _submitted(self, submission: Submission) -> dict[str, str]:
        """From the submitted file itself, if it is still the one that was judged."""
        folder = self._roster.course.submitted(submission.student, self._roster.stage)
        try:
            file, _ = find_submission(folder, self._roster.stage)
            raw = read_submission(file)
        except Refused:
            return {}
        if raw.submission != submission.entry.receipt["submission"]:
            return {}
        return {cell.grade_id: cell.source for cell in raw.cells if cell.grade_id}


def _text(source: object) -> list[str]:
    """A source, which a notebook has as a text or as a list of lines."""
    return [source] if isinstance(source, str) else list(source)  # type: ignore[call-overload]
