"""The demonstration shows what becomes of eight submissions."""

import contextlib
import io
import re

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.demo import __main__ as demo
from autograder.grading.errors import GradingError

FEEDBACK = CHECKOUT.root / "build" / "demo" / "feedback"


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> str:
    """What the demonstration prints, run once with its course kept in a temporary folder."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = demo.main(["--keep", str(tmp_path_factory.mktemp("demo") / "course")])
    assert code == 0
    return printed.getvalue()


def row(shown: str, student: str) -> list[str]:
    """The three scores in a student's row of the table."""
    line = next(line for line in shown.splitlines() if re.match(rf"{student}  ", line))
    return re.split(r"\s{2,}", line.strip())[2:]


def test_a_perfect_submission_has_all_the_points_and_an_untouched_one_none(shown):
    """In all three stages; only the derivations of the perfect one wait for an instructor."""
    perfect, untouched = row(shown, "perfect"), row(shown, "untouched")
    assert perfect[0] == "26/26"
    for score in perfect[1:]:
        points, worth = score.removesuffix("*").split("/")
        assert score.endswith("*")
        assert points == worth
    assert [score.split("/")[0] for score in untouched] == ["0", "0", "0"]


def test_losing_duplicates_costs_one_point(shown):
    """The wrong step is the last one, so nothing rests on it."""
    assert row(shown, "lost-duplicates") == ["25/26", "-", "-"]


def test_an_early_mistake_costs_its_own_step(shown):
    """The error is carried forward: what rests on the first step is judged by itself."""
    assert row(shown, "early-mistake") == ["25/26", "-", "-"]


def test_half_the_work_has_half_the_points(shown):
    """Half the checked steps of each stage, and no derivation that would wait for anyone."""
    assert row(shown, "half-done") == ["13/26", "3/6", "4/8"]


def test_an_exception_costs_its_own_step(shown):
    """The fourteenth step raises, and those after it are judged all the same."""
    assert row(shown, "exception") == ["25/26", "-", "-"]


def test_deleted_and_duplicated_cells_are_mended(shown):
    """The work in them counts in full, and what was mended is told."""
    assert row(shown, "duplicated-cell") == ["26/26", "-", "-"]
    assert row(shown, "deleted-cell") == ["26/26", "-", "-"]
    assert "   duplicated-cell, 01_unrolled: " in shown
    assert "   deleted-cell, 01_unrolled: " in shown


def test_feedback_lies_where_the_demonstration_says(shown):
    """One page for each submission."""
    assert f"Feedback: {FEEDBACK.relative_to(CHECKOUT.root).as_posix()}/" in shown
    pages = {path.relative_to(FEEDBACK).as_posix() for path in FEEDBACK.rglob("*.html")}
    assert "lost-duplicates/01_unrolled.html" in pages
    assert "perfect/03_batchnorm.html" in pages
    assert "duplicated-cell/01_unrolled.html" in pages
    assert len(pages) == 14


def test_a_machine_without_a_sandbox_is_told(monkeypatch, tmp_path, capsys):
    """Exit code 3 and one sentence."""

    def refuse(*_: object) -> None:
        raise GradingError("there is no sandbox here.")

    monkeypatch.setattr(demo, "grade_all", refuse)
    assert demo.main(["--keep", str(tmp_path / "course")]) == 3
    assert capsys.readouterr().err == "demo: there is no sandbox here.\n"


def test_an_existing_folder_is_not_touched(tmp_path, capsys):
    """Exit code 2: a course of someone's own might lie there."""
    assert demo.main(["--keep", str(tmp_path)]) == 2
    assert "name a folder that does not" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(tmp_path, capsys):
    """Exit code 2 and one sentence: a file stands where the folder's parent should be."""
    (tmp_path / "file").write_text("")
    assert demo.main(["--keep", str(tmp_path / "file" / "course")]) == 2
    assert "cannot be made: Not a directory; name another folder" in capsys.readouterr().err
