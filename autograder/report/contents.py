"""The whole report as data: what the JSON holds, and the page is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from math import fsum
from typing import Any

from autograder.report.attention import attention
from autograder.report.heat import Row, rows
from autograder.report.histogram import bins
from autograder.report.looks import LOOKS
from autograder.report.ranked import kinds, ranked_mistakes
from autograder.report.regrades import regrades
from autograder.report.roster import Item, Roster
from autograder.report.statistics import Statistic, item_statistics, median
from autograder.sections import section_of

__all__ = ["contents"]

_VERSION = 1


def contents(roster: Roster) -> dict[str, Any]:
    """The report as plain JSON values; the same for the same journal and gradebook."""
    found = rows(roster)
    refused = sum(not each.judged for each in roster.submissions)
    return {
        "version": _VERSION,
        "stage": roster.stage,
        "submissions": {
            "handed_in": len(roster.submissions) + len(roster.waiting),
            "judged": len(found),
            "refused": refused,
            "waiting": len(roster.waiting),
        },
        "scores": _scores(found, roster.items),
        "steps": _steps(found, roster),
        "kinds": [
            {"code": k.code, "students": k.students, "steps": dict(k.steps)}
            for k in kinds(roster.submissions)
        ],
        "mistakes": [asdict(mistake) for mistake in ranked_mistakes(roster)],
        "look": [
            {
                "code": reason.code,
                "title": reason.title,
                "advice": reason.advice,
                "students": [
                    {"student": student, "why": list(why)} for student, why in reason.students
                ],
            }
            for reason in attention(roster)
        ],
        "regrades": [
            {
                "student": change.student,
                "before": change.before,
                "after": change.after,
                "steps": [
                    {"name": name, "before": before, "after": after}
                    for name, before, after in change.steps
                ],
                "reasons": list(change.reasons),
            }
            for change in regrades(roster)
        ],
        "students": [_student(row, roster.items) for row in found],
        "receipts": _receipts(roster),
        "unreadable": roster.unreadable,
    }


def _scores(found: Sequence[Row], items: Sequence[Item]) -> dict[str, Any]:
    scores = [row.score for row in found]
    most = fsum(item.max_points for item in items if not item.manual)
    return {
        "max": most,
        "mean": fsum(scores) / len(scores) if scores else None,
        "median": median(scores) if scores else None,
        "lowest": min(scores, default=None),
        "highest": max(scores, default=None),
        "histogram": [asdict(each) for each in bins(scores, most)],
    }


def _steps(found: Sequence[Row], roster: Roster) -> list[dict[str, Any]]:
    items = roster.items
    table = [
        {
            item.grade_id: points
            for item, points in zip(items, row.points, strict=True)
            if points is not None
        }
        for row in found
    ]
    inside = frozenset(item.grade_id for item in items if not item.manual)
    statistics = item_statistics(table, {item.grade_id: item.max_points for item in items}, inside)
    steps = []
    for place, item in enumerate(items):
        difficulty, discrimination = statistics[item.grade_id]
        counted = Counter(row.looks[place] for row in found)
        if waiting := counted["pending"]:  # the rest is those who have written nothing
            told = f"{waiting} wait{'s' if waiting == 1 else ''} to be graded"
            difficulty = discrimination = Statistic(None, told)
        steps.append(
            {
                "name": item.name,
                "manual": item.manual,
                "max_points": item.max_points,
                "section": section_of(roster.stage, item.name).title,
                "difficulty": difficulty.value,
                "difficulty_undefined": difficulty.undefined,
                "discrimination": discrimination.value,
                "discrimination_undefined": discrimination.undefined,
                "answers": {look: counted[look] for look in LOOKS if counted[look]},
            }
        )
    return steps


def _student(row: Row, items: Sequence[Item]) -> dict[str, Any]:
    return {
        "student": row.student,
        "score": row.score,
        "steps": {
            item.name: {"look": look, "points": points}
            for item, look, points in zip(items, row.looks, row.points, strict=True)
        },
    }


def _receipts(roster: Roster) -> list[dict[str, Any]]:
    """With which versions how many verdicts were made, the most frequent first."""
    counted: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    for each in roster.submissions:
        if each.judged:
            versions = each.entry.receipt.get("versions") or {}
            told = tuple(sorted((str(name), str(value)) for name, value in versions.items()))
            counted[str(each.entry.receipt.get("stage")), told] += 1
    order = sorted(counted, key=lambda key: (-counted[key], key))
    return [
        {"stage": stage, "versions": dict(versions), "verdicts": counted[stage, versions]}
        for stage, versions in order
    ]
