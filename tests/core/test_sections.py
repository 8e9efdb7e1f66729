"""The section of the notebook that a step belongs to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import sections
from autograder.sections import Section, section_of
from autograder.stages import STAGES


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of release notebooks, and nothing remembered of the real ones."""
    monkeypatch.setattr(sections, "release_directory", lambda: tmp_path)
    sections._sections.cache_clear()
    yield tmp_path
    sections._sections.cache_clear()


def write(release: Path, stage: str, *cells: dict[str, Any]) -> None:
    """A notebook of these cells."""
    (release / stage).mkdir()
    (release / stage / f"{stage}.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")


def prose(text: str) -> dict[str, Any]:
    """A cell of prose; its source is a list of lines, as in a file."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def solution(name: str, kind: str = "code") -> dict[str, Any]:
    """The solution cell of a step."""
    grader = {"grade_id": name, "solution": True, "grade": False}
    return {"cell_type": kind, "metadata": {"nbgrader": grader}, "source": "# ## no heading"}


@pytest.mark.parametrize(
    ("stage", "step", "title", "anchor"),
    [
        ("01_unrolled", "dC", "Indexing as scatter-add", "#Indexing-as-scatter-add"),
        ("01_unrolled", "dW2", "The matrix product", "#The-matrix-product"),
        ("00_warmup", "good_step", "Choosing the step", "#Choosing-the-step"),
        (
            "02_cross_entropy",
            "logsumexp",
            "A `logsumexp` that cannot overflow",
            "#A-logsumexp-that-cannot-overflow",
        ),
    ],
)
def test_a_step_belongs_to_the_nearest_heading_above(
    stage: str, step: str, title: str, anchor: str
) -> None:
    """In the notebooks that students get."""
    assert section_of(stage, step) == Section(title, anchor)


def test_every_step_has_a_section() -> None:
    """Instructor-graded steps, too."""
    for stage in STAGES.values():
        for step in stage.steps:
            section = section_of(stage.name, step.name)
            assert section.title
            # Those with mathematics in their heading have no link that could be followed.
            assert section.anchor.startswith("#") or step.name == "dbndiff2"
            assert " " not in section.anchor


def test_headings_are_read_from_prose_only(release: Path) -> None:
    """A comment in code, a line in a fence and a hash within a line are no headings."""
    write(
        release,
        "s",
        prose("# Title\n\ntext\n\n## First *step* with $x$\n\nmore # text\n"),
        {"cell_type": "code", "metadata": {}, "source": "# ## Comment"},
        prose("```\n## Fenced\n```\n"),
        solution("one"),
        solution("essay", "markdown"),
        prose("### Second ##\n#no heading"),
        solution("two"),
    )
    assert section_of("s", "one") == Section("First step with x", "")
    assert section_of("s", "essay").title == "First step with x"
    assert section_of("s", "two") == Section("Second", "#Second")


def test_where_there_is_no_section_both_are_empty(release: Path) -> None:
    """Unknown stages and steps, a step above all headings, notebooks not generated yet."""
    write(release, "s", solution("early"), prose("## Late"))
    assert section_of("s", "early") == Section("", "")
    assert section_of("s", "nothing") == Section("", "")
    assert section_of("not there", "dC") == Section("", "")
