"""A class of any size, made up from a seed: a course's folder with files and a journal.

``python -m tests.report.synthesize FOLDER STUDENTS`` makes one to look at.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder.authoring.layout import CHECKOUT
from autograder.grading.record.journal import Entry, Journal, journal_path
from autograder.grading.versions import digest_of, versions

__all__ = ["CODES", "STAGE", "entry_for", "hand_in", "make_class", "record", "steps_of_stage"]

STAGE = "01_unrolled"

CODES = (
    "missing_upstream",
    "wrong_sign",
    "missing_sum",
    "transposed",
    "missing_branch",
    "wrong_axis",
    "wrong_constant",
    "differs",
)
_FIRST = ("Ada", "Bo", "Chen", "Dora", "Emil", "Fay", "Goran", "Hana", "Ines", "Jun", "Kim", "Leo")
_LAST = ("Abel", "Brandt", "Costa", "Diaz", "Ebert", "Fischer", "Gupta", "Haas", "Ito", "Jensen")
_OTHERWISE = (
    ("raised", "raised", "the cell raised NameError: name 'dprob' is not defined."),
    ("not_finite", "not_finite", "the answer has entries that are not finite."),
    ("hard_coded", "hard_coded_size", "right in the notebook's own sizes only."),
    ("timeout", "timeout", "the cell ran for more than 60 seconds."),
)


@cache
def steps_of_stage(stage: str = STAGE) -> tuple[str, ...]:
    """The judged steps of a stage in the notebook's order."""
    cells = json.loads(CHECKOUT.solution(stage).read_bytes())["cells"]
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in cells]
    return tuple(name.removeprefix("check-") for name in names if name.startswith("check-"))


def hand_in(root: Path, student: str, answers: Mapping[str, str], stage: str = STAGE) -> str:
    """Put a student's file in its place; returns its digest."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"nbgrader": {"grade_id": name}},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, (name, source) in enumerate(answers.items())
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    content = json.dumps({**notebook, "metadata": {"of": student}}).encode()
    place = root / "submitted" / student / stage / f"{stage}.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def entry_for(
    student: str, submission: str, steps: list[dict[str, Any]], stage: str = STAGE, **more: Any
) -> Entry:
    """The entry of a verdict with these steps; ``more`` has repairs, flags, review, manual."""
    receipt = {
        "submission": submission,
        "stage": digest_of(CHECKOUT.solution(stage)),
        "seed": 5,
        "versions": versions(),
    }
    manual = more.get("manual", [])
    verdict = {
        "stage": stage,
        "score": sum(step["points"] for step in steps),
        "max_score": sum(step["max_points"] for step in steps),
        "steps": steps,
        "manual": manual,
        "repairs": more.get("repairs", []),
        "flags": more.get("flags", []),
        "receipt": receipt,
    }
    points = {f"check-{step['name']}": step["points"] for step in steps}
    points |= {each["name"]: None for each in manual}
    return Entry(student, stage, receipt, verdict, None, points, {}, tuple(more.get("review", ())))


def step(name: str, status: str = "correct", code: str = "", message: str = "", **more: Any) -> Any:
    """A step of a verdict as JSON; one that is not right has a code."""
    share = {"correct": 1.0, "correct_shape_differs": 1.0, "hard_coded": 0.5}.get(status, 0.0)
    told = {"code": code, "message": message, "read": "", "also": [], **more} if code else None
    return {
        "name": name,
        "status": status,
        "points": share,
        "max_points": 1.0,
        "diagnosis": told,
        "remarks": [],
        "follows_from": [],
    }


def record(root: Path, entries: list[Entry]) -> None:
    """Add entries to the journal of their stage."""
    with Journal(journal_path(root, entries[0].stage)) as journal:
        journal.append(entries)


def make_class(root: Path, students: int, seed: int = 1) -> Path:
    """A course with so many submissions of stage 01, the same for the same seed."""
    chance = random.Random(seed)
    hard = {name: chance.gauss(-0.9, 1.1) for name in steps_of_stage()}
    entries: list[Entry] = []
    former: list[Entry] = []
    for number in range(students):
        name = f"{chance.choice(_FIRST)}-{chance.choice(_LAST)}-{number:04}".lower()
        steps, answers = _work(chance, hard)
        submission = hand_in(root, name, answers)
        if chance.random() < 0.01:
            continue  # handed in, and not graded
        entry = entry_for(name, submission, steps, **_remarkable(chance))
        if chance.random() < 0.008:
            told = f"{STAGE}.ipynb is cut off: it ends after 2,311 characters, on line 80."
            nothing = dict.fromkeys(entry.points)
            entry = replace(entry, verdict=None, refused=told, points=nothing, review=())
        elif chance.random() < 0.02:
            former.append(_otherwise(chance, entry))
        entries.append(entry)
    record(root, former + entries if former else entries)
    return root


def _work(
    chance: random.Random, hard: Mapping[str, float]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A student's verdict on each step, and the answers: the able do better, many stop."""
    able = chance.gauss(0.6, 1.3)
    stops = chance.random() < 0.15
    last = chance.randrange(len(hard)) if stops else len(hard)
    steps: list[dict[str, Any]] = []
    answers: dict[str, str] = {}
    for place, (name, much) in enumerate(hard.items()):
        if place >= last:
            steps.append(step(name, "not_attempted", "not_attempted", "the cell is untouched."))
            continue
        if chance.random() < 1 / (1 + 2.718 ** (much - able)):
            steps.append(step(name))
            continue
        if chance.random() < 0.08:
            status, code, told = chance.choice(_OTHERWISE)
        else:
            place = min(int(chance.expovariate(0.6)), len(CODES) - 1)
            status, code = "wrong", CODES[(place + len(name)) % len(CODES)]
            told = f"something of `{name}` is not there; it is called {code.replace('_', ' ')}."
        steps.append(step(name, status, code, told))
        answers[name] = f"# my {name}\n{name} = torch.zeros_like({name[1:]})  # {code}"
    return steps, answers


def _remarkable(chance: random.Random) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if chance.random() < 0.02:
        name = chance.choice(steps_of_stage())
        told = "the cell calls `.backward()`."
        more["flags"] = [{"step": name, "code": "used_autograd", "message": told}]
        more["review"] = [f"check-{name}"]
    if chance.random() < 0.05:
        name = chance.choice(steps_of_stage())
        more["repairs"] = [f"There twice with the same text, counted once: {name}."]
    return more


def _otherwise(chance: random.Random, entry: Entry) -> Entry:
    """An earlier verdict on the same file, with older packages."""
    assert entry.verdict is not None
    steps = [dict(each) for each in entry.verdict["steps"]]
    changed = chance.choice(steps)
    changed["points"] = 1.0 - changed["points"]
    receipt = {**entry.receipt, "versions": {**entry.receipt["versions"], "torch": "2.4.0"}}
    score = sum(each["points"] for each in steps)
    verdict = {**entry.verdict, "steps": steps, "score": score, "receipt": receipt}
    points = {f"check-{each['name']}": each["points"] for each in steps}
    return replace(entry, verdict=verdict, receipt=receipt, points=points)


if __name__ == "__main__":
    make_class(Path(sys.argv[1]), int(sys.argv[2]))
