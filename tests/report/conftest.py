"""Reports on classes that are made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.report.command import report_command
from tests.report.synthesize import STAGE, make_class


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], str]]:
    """``report(course)``: the JSON and the page of a report on a stage."""

    def report(course: Path, stage: str = STAGE) -> tuple[dict[str, Any], str]:
        page = tmp_path / "told" / "page.html"
        assert report_command(stage, course, page, None) == 0
        return json.loads(page.with_suffix(".json").read_bytes()), page.read_text("utf-8")

    return report


@pytest.fixture(scope="session")
def small_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with forty submissions."""
    return make_class(tmp_path_factory.mktemp("small") / "course", 40)
