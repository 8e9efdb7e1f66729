"""All that a report is made from: who has handed in what, the verdicts on it, points by hand."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course_files import release_directory
from autograder.grading.batch.names import CHECK
from autograder.grading.batch.plan import Plan, Wanted, make_plan
from autograder.grading.errors import GradingError
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.journal import Entry, Journal, file_of, journal_path
from autograder.grading.record.recorded import Recorded
from autograder.grading.versions import digest_of, source_path, versions
from autograder.report.by_hand import ByHand, has_gradebook, read_by_hand, read_verdicts

__all__ = ["Item", "NoSuchStage", "Roster", "Submission", "read_roster", "read_source"]


class NoSuchStage(Exception):
    """A report was asked for of something that is no stage; the message is one sentence."""


@dataclass(frozen=True)
class Item:
    """A step that has points. ``manual``: an instructor grades it by reading."""

    name: str
    grade_id: str
    max_points: float
    manual: bool


@dataclass(frozen=True)
class Submission:
    """A student's file as it is now, with the verdict on it.

    ``earlier`` are former verdicts on the same file, oldest first.
    """

    student: str
    entry: Entry
    earlier: tuple[Entry, ...] = ()
    by_hand: Mapping[str, ByHand] = field(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether there is a verdict, and not only a reason why there is none."""
        return self.entry.verdict is not None

    def points(self, item: Item) -> float | None:
        """The points of a step, an instructor's before the judge's; None if there are none yet."""
        given = self.by_hand.get(item.grade_id)
        return given.points if given is not None else self.entry.points.get(item.grade_id)


@dataclass(frozen=True)
class Roster:
    """A stage in a course, the submissions sorted by student.

    ``waiting`` have handed in a file that has no verdict; ``other`` are students whose verdict was
    made with another version of the stage or of the packages. ``unreadable`` counts the lines of
    the journal that are damaged.
    """

    stage: str
    course: CourseFolder
    source: Path
    items: tuple[Item, ...]
    submissions: tuple[Submission, ...]
    waiting: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    unreadable: int = 0


def read_roster(course: CourseFolder, stage: str) -> Roster:
    """Read everything, change nothing.

    Raises NoSuchStage, or GradingError when something cannot be read or nothing is graded yet.
    """
    source = _source(stage, course)
    path = journal_path(course.root, stage)
    journal = Journal(path, writable=False)
    gradebook = has_gradebook(course)
    recorded: Mapping[str, Recorded] = read_verdicts(course, stage) if gradebook else {}
    wanted = Wanted(digest_of(source), versions())
    students = course.students(stage)
    plan = make_plan(course, stage, students, journal, recorded, wanted, feedback=False)
    if not plan.known:
        raise GradingError(
            f"nothing of {stage} has been graded in {course.root} yet; run `autograder grade "
            f"{stage}` there first."
        )
    by_hand = read_by_hand(course, stage) if gradebook else {}
    submissions = _submissions(plan, _history(path), by_hand)
    return Roster(
        stage,
        course,
        source,
        _items(source, submissions),
        submissions,
        waiting=tuple(student for student in students if student not in plan.known),
        other=tuple(
            each.student for each in submissions if each.judged and not wanted.is_of(each.entry)
        ),
        unreadable=journal.unreadable,
    )


def _submissions(
    plan: Plan,
    history: Mapping[tuple[str, str], list[Entry]],
    by_hand: Mapping[str, Mapping[str, ByHand]],
) -> tuple[Submission, ...]:
    found = []
    for student in sorted(plan.known):
        entry = _in_numbers(plan.known[student])
        earlier = tuple(history.get((student, file_of(entry)), [entry])[:-1])
        found.append(Submission(student, entry, earlier, by_hand.get(student, {})))
    return tuple(found)


def _history(path: Path) -> dict[tuple[str, str], list[Entry]]:
    """All entries of a journal by student and file, oldest first; a damaged line is none."""
    found: dict[tuple[str, str], list[Entry]] = {}
    try:
        *lines, _torn = path.read_bytes().split(b"\n")
    except OSError as error:
        raise GradingError(f"the journal {path} cannot be read: {error.strerror}.") from error
    for line in filter(None, lines):
        try:
            entry = _in_numbers(Entry.from_json(json.loads(line)))
            found.setdefault((entry.student, file_of(entry)), []).append(entry)
        except (ValueError, KeyError, TypeError):
            continue  # the journal itself counts these
    return found


def _in_numbers(entry: Entry) -> Entry:
    """The entry with no points where they are NaN or infinite: a damaged line costs itself only."""
    points = {name: given for name, given in entry.points.items() if given is not None}
    if all(map(math.isfinite, points.values())):
        return entry
    whole = {name: given for name, given in points.items() if math.isfinite(given)}
    verdict = entry.verdict and {**entry.verdict, "score": math.fsum(whole.values())}
    none = dict.fromkeys(entry.points)
    return dataclasses.replace(entry, points={**none, **whole}, verdict=verdict)


def _source(stage: str, course: CourseFolder) -> Path:
    """The instructor's notebook. Raises NoSuchStage or GradingError."""
    released = release_directory()
    known = sorted(path.name for path in released.glob("*/")) if released.is_dir() else []
    told = f"there is no stage '{stage}'; the stages are {', '.join(known)}."
    if Path(stage).name != stage or stage in ("", ".", ".."):
        raise NoSuchStage(told)
    try:
        return source_path(stage, course.root)
    except GradingError:
        if stage in known:
            raise
        raise NoSuchStage(told) from None


def read_source(path: Path) -> list[Mapping[str, object]]:
    """The cells of the instructor's notebook. Raises GradingError."""
    try:
        cells: list[Mapping[str, object]] = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GradingError(f"the instructor's notebook {path} cannot be read: {error}.") from error
    return cells


def _items(source: Path, submissions: tuple[Submission, ...]) -> tuple[Item, ...]:
    """The steps in the notebook's order; then those that only older verdicts know."""
    items: dict[str, Item] = {}
    for cell in read_source(source):
        metadata = cell.get("metadata")
        mark = metadata.get("nbgrader", {}) if isinstance(metadata, dict) else {}
        if mark.get("grade"):
            name, manual = str(mark["grade_id"]), bool(mark.get("solution"))
            step = name if manual else name.removeprefix(CHECK)
            items[name] = Item(step, name, float(mark["points"]), manual)
    former: dict[str, Item] = {}
    for submission in submissions:
        for step in (submission.entry.verdict or {}).get("steps", []):
            name = CHECK + step["name"]
            if name not in items:
                former[name] = Item(step["name"], name, float(step["max_points"]), False)
    return (*items.values(), *(former[name] for name in sorted(former)))
