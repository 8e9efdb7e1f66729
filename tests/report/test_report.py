"""What a report says of the verdicts in a journal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.grading.record.assignment import ensure_assignment
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.gradebook import Recorder
from autograder.grading.record.journal import Entry
from autograder.report.looks import LOOKS
from autograder.verdict import Status
from tests.grade.table import change
from tests.report.synthesize import STAGE, entry_for, hand_in, record, step, steps_of_stage

Report = Callable[..., tuple[dict[str, Any], str]]

DIFFERS = ("wrong", "differs", "3 of 7 differ.")


def _judged(root: Path, student: str, wrong: dict[str, tuple[str, str, str]], **more: Any) -> Entry:
    """Hand in a file in which these steps are wrong, and judge it so."""
    answers = {name: f"{name} = {student}({name[1:]})" for name in wrong}
    submission = hand_in(root, student, answers)
    steps = [step(name, *wrong.get(name, ())) for name in steps_of_stage()]
    return entry_for(student, submission, steps, **more)


def test_mistakes_are_ranked_by_how_many_made_them(tmp_path: Path, report: Report) -> None:
    """With a message, an example of nobody's, and the section that treats the step."""
    transposed = ("wrong", "transposed", "an operand of `dW2` is transposed.")
    entries = [
        _judged(tmp_path, "anna", {"dW2": transposed, "dC": DIFFERS}),
        _judged(tmp_path, "berta", {"dW2": transposed}),
        _judged(tmp_path, "carla", {"db2": ("not_attempted", "not_attempted", "untouched.")}),
    ]
    record(tmp_path, entries)
    told, page = report(tmp_path)
    assert told["mistakes"] == [
        {
            "step": "dW2",
            "code": "transposed",
            "students": 2,
            "message": "an operand of `dW2` is transposed.",
            "section": "The matrix product",
            "example": "dW2 = name1(W2)",
        },
        {
            "step": "dC",
            "code": "differs",
            "students": 1,
            "message": "3 of 7 differ.",
            "section": "Indexing as scatter-add",
            "example": "dC = name1(C)",
        },
    ]
    assert "An operand of <code>dW2</code> is transposed." in page


def test_the_section_of_a_diagnosis_comes_first(tmp_path: Path, report: Report) -> None:
    """It knows better than the place of the cell; both mistakes of a combination count."""
    submission = hand_in(tmp_path, "anna", {})
    wrong = step("dC", *DIFFERS[:2], "", read="A power", also=["wrong_sign"])
    record(tmp_path, [entry_for("anna", submission, [wrong])])
    told, _ = report(tmp_path)
    assert told["mistakes"][0]["section"] == "A power"
    assert told["mistakes"][0]["example"] is None
    assert told["kinds"] == [
        {"code": "differs", "students": 1, "steps": {"dC": 1}},
        {"code": "wrong_sign", "students": 1, "steps": {"dC": 1}},
    ]


def test_any_code_will_do(tmp_path: Path, report: Report) -> None:
    """Also one that nobody has heard of, a status of later versions, and no diagnosis at all."""
    submission = hand_in(tmp_path, "anna", {})
    steps = [step("dC", "wrong", "brand_new", "so new."), step("demb", "unheard_of"), step("dh")]
    record(tmp_path, [entry_for("anna", submission, steps)])
    told, page = report(tmp_path)
    assert [each["code"] for each in told["mistakes"]] == ["unheard_of", "brand_new"]
    assert told["students"][0]["steps"]["demb"] == {"look": "wrong", "points": 0.0}
    assert told["students"][0]["steps"]["dW2"] == {"look": "no_score", "points": None}
    assert "brand new" in page


def test_the_verdict_on_the_file_that_is_there_counts(tmp_path: Path, report: Report) -> None:
    """Whoever has handed in something else since has no verdict."""
    entries = [_judged(tmp_path, "anna", {}), _judged(tmp_path, "berta", {"dC": DIFFERS})]
    entries.append(_judged(tmp_path, "berta", {}))  # the last file
    entries.append(_judged(tmp_path, "carla", {}))
    record(tmp_path, [*entries, entries[1]])
    hand_in(tmp_path, "carla", {"dC": "dC = 1"})
    told, _ = report(tmp_path)
    assert [each["student"] for each in told["students"]] == ["anna", "berta"]
    assert told["mistakes"] == []
    assert told["submissions"] == {"handed_in": 3, "judged": 2, "refused": 0, "waiting": 1}
    assert told["look"][0]["code"] == "waiting"
    assert told["look"][0]["students"] == [{"student": "carla", "why": []}]


def test_who_needs_a_look(tmp_path: Path, report: Report) -> None:
    """Each with the reason, the most pressing reasons first."""
    flag = {"step": "dC", "code": "used_autograd", "message": "the cell calls `.backward()`."}
    half = _judged(tmp_path, "anna", {})
    entries = [
        replace(half, verdict=None, refused="It is cut off.", points=dict.fromkeys(half.points)),
        _judged(tmp_path, "berta", {}, flags=[flag], review=["check-dC", "check-dh"]),
        _judged(tmp_path, "carla", {"dW2": ("timeout", "timeout", "too long.")}),
        _judged(tmp_path, "dora", {}, repairs=["Deleted, and put back: check-dh."]),
        _judged(tmp_path, "emma", {}),
    ]
    older = {**entries[4].receipt, "stage": "sha256:0"}
    record(tmp_path, [*entries[:4], replace(entries[4], receipt=older)])
    told, _ = report(tmp_path)
    found = {each["code"]: each["students"] for each in told["look"]}
    assert found == {
        "refused": [{"student": "anna", "why": ["It is cut off."]}],
        "flags": [{"student": "berta", "why": ["`dC`: the cell calls `.backward()`."]}],
        "ended": [{"student": "carla", "why": ["`dW2` took too long"]}],
        "review": [{"student": "berta", "why": ["`dh`"]}],
        "repairs": [{"student": "dora", "why": ["Deleted, and put back: check-dh."]}],
        "other_versions": [{"student": "emma", "why": []}],
    }
    assert list(found) == ["refused", "flags", "ended", "review", "repairs", "other_versions"]


def test_what_regrading_has_changed(tmp_path: Path, report: Report) -> None:
    """Whose score, by which steps, and what was different; a verdict that agrees is no change."""
    now = _judged(tmp_path, "anna", {"dC": DIFFERS})
    before = _judged(tmp_path, "anna", {"dW2": DIFFERS, "dh": DIFFERS})
    versions = {**now.receipt["versions"], "torch": "2.4.0"}
    old = replace(before, receipt={**now.receipt, "stage": "sha256:0", "versions": versions})
    same = replace(old, receipt={**old.receipt, "seed": 8})
    other_file = replace(now, receipt={**now.receipt, "submission": "sha256:9"}, points={})
    hand_in(tmp_path, "anna", {"dC": "dC = anna(C)"})
    record(tmp_path, [old, same, other_file, now])
    told, page = report(tmp_path)
    assert told["regrades"] == [
        {
            "student": "anna",
            "before": 24.0,
            "after": 25.0,
            "steps": [
                {"name": "dh", "before": 0.0, "after": 1.0},
                {"name": "dW2", "before": 0.0, "after": 1.0},
                {"name": "dC", "before": 1.0, "after": 0.0},
            ],
            "reasons": [
                "another version of the stage",
                f"torch 2.4.0 → {now.receipt['versions']['torch']}",
                "another seed",
            ],
        }
    ]
    assert '24</td><td class="n">25' in page


def test_steps_come_in_the_notebooks_order(tmp_path: Path, report: Report) -> None:
    """With what became of the answers; then those that only former versions of the stage had."""
    submission = hand_in(tmp_path, "anna", {})
    steps = [step("zz_former"), step("dC", *DIFFERS), step("dprobs")]
    record(tmp_path, [entry_for("anna", submission, steps)])
    told, _ = report(tmp_path)
    names = [each["name"] for each in told["steps"]]
    assert names == [*steps_of_stage(), "zz_former"]
    by_name = {each["name"]: each for each in told["steps"]}
    assert by_name["dC"]["answers"] == {"wrong": 1}
    assert by_name["dC"]["difficulty"] == 0.0
    assert by_name["dC"]["discrimination"] is None
    assert by_name["dC"]["discrimination_undefined"] == "too few submissions"
    assert by_name["dh"]["difficulty_undefined"] == "no submission has points for it"


def test_a_class_without_a_verdict_has_a_report(tmp_path: Path, report: Report) -> None:
    """Nobody could be graded: there are no scores, and the page says so."""
    entry = _judged(tmp_path, "anna", {})
    nothing = dict.fromkeys(entry.points)
    record(tmp_path, [replace(entry, verdict=None, refused="Half a file.", points=nothing)])
    told, page = report(tmp_path)
    assert told["scores"]["mean"] is None
    assert told["students"] == []
    assert "No submission has a verdict." in page


def test_every_status_has_a_look() -> None:
    """A letter and words, so that no color is needed to tell."""
    assert set(Status) <= set(LOOKS)
    assert all(look.icon and look.word and look.color for look in LOOKS.values())


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a gradebook, in which an instructor has graded in stage 02."""
    root = tmp_path_factory.mktemp("by_hand") / "course"
    stage = "02_cross_entropy"
    entries = []
    for student in ("anna", "berta", "carla"):
        submission = hand_in(root, student, {}, stage)
        steps = [
            step(name, *(DIFFERS if name == "probs" else ())) for name in steps_of_stage(stage)
        ]
        manual = [{"name": "derivation", "max_points": 2.0}]
        entries.append(entry_for(student, submission, steps, stage, manual=manual))
    record(root, entries)
    course = CourseFolder(root)
    ensure_assignment(course, stage, CHECKOUT.solution(stage))
    with Recorder(course, stage) as recorder:
        recorder.record((entry, None) for entry in entries)
    for student, name, points, again in (
        ("anna", "derivation", 1.5, 0),
        ("anna", "check-probs", 0.5, 1),
    ):
        change(
            root,
            "UPDATE grade SET manual_score = ?, needs_manual_grade = ? WHERE notebook_id IN "
            "(SELECT sn.id FROM submitted_notebook sn JOIN submitted_assignment sa "
            "ON sa.id = sn.assignment_id WHERE sa.student_id = ?) AND cell_id IN "
            "(SELECT id FROM base_cell WHERE name = ?)",
            points,
            again,
            student,
            name,
        )
    return root


def test_points_by_hand_count(by_hand: Path, report: Report) -> None:
    """An instructor's points stand in for the judge's; what waits is told once for each student."""
    told, page = report(by_hand, "02_cross_entropy")
    anna, berta, _ = sorted(told["students"], key=lambda each: each["student"])
    assert anna["steps"]["probs"] == {"look": "given_part", "points": 0.5}
    assert anna["steps"]["derivation"] == {"look": "given_part", "points": 1.5}
    assert berta["steps"]["derivation"] == {"look": "pending", "points": None}
    assert (anna["score"], berta["score"], told["scores"]["max"]) == (5.5, 5.0, 6.0)
    derivation = next(each for each in told["steps"] if each["name"] == "derivation")
    assert derivation["manual"]
    assert derivation["difficulty"] is None
    assert derivation["difficulty_undefined"] == "2 wait to be graded"
    found = {each["code"]: each["students"] for each in told["look"]}
    assert found["given_before"] == [
        {"student": "anna", "why": ["`probs`: 0.5 of 1 points by hand"]}
    ]
    assert [each["student"] for each in found["pending"]] == ["berta", "carla"]
    assert "steps that are graded by reading" in page


def test_the_example_is_from_the_graded_notebook(tmp_path: Path, report: Report) -> None:
    """Where a mended answer is in its place; a notebook of another verdict is not looked at."""
    entries = [
        _judged(tmp_path, student, {"dC": (*DIFFERS[:2], f"{student}.")}) for student in ("a", "b")
    ]
    record(tmp_path, entries)
    for entry, told in zip(entries, (entries[0].verdict, {"receipt": {}}), strict=True):
        cell = {"metadata": {"nbgrader": {"grade_id": "dC"}}, "source": ["dC = C", " + 1"]}
        place = tmp_path / "autograded" / entry.student / STAGE / f"{STAGE}.ipynb"
        place.parent.mkdir(parents=True)
        metadata = {"autograder": {"verdict": told}}
        place.write_text(json.dumps({"cells": [cell], "metadata": metadata}), encoding="utf-8")
    told, _ = report(tmp_path)
    assert told["mistakes"][0]["example"] == "dC = C + 1"
    (tmp_path / "autograded" / "a" / STAGE / f"{STAGE}.ipynb").write_text("{", encoding="utf-8")
    told, _ = report(tmp_path)
    assert told["mistakes"][0]["example"] == "dC = name1(C)"
