"""The demonstration shows what stock nbgrader makes of eight submissions, and what it cannot."""

import contextlib
import io
import re

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.demo import __main__ as demo

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


def test_an_early_mistake_costs_nearly_everything(shown):
    """Stock nbgrader carries no error forward: what rests on the first step fails with it."""
    points = int(row(shown, "early-mistake")[0].split("/")[0])
    assert points <= 2


def test_half_the_work_has_half_the_points(shown):
    """Half the checked steps of each stage, and no derivation that would wait for anyone."""
    assert row(shown, "half-done") == ["13/26", "3/6", "4/8"]


def test_an_exception_costs_its_step_and_what_rests_on_it(shown):
    """The fourteenth step raises; of those after it only dbnbias needs nothing of it."""
    assert row(shown, "exception") == ["14/26", "-", "-"]


def test_what_stock_nbgrader_cannot_grade_is_told(shown):
    """A duplicated cell stops its own submission only; a deleted check is named."""
    assert row(shown, "duplicated-cell") == ["not graded", "-", "-"]
    assert "!  duplicated-cell, 01_unrolled: stock nbgrader cannot grade it. It says: " in shown
    assert row(shown, "deleted-cell") == ["25/26?", "-", "-"]
    assert "?  deleted-cell, 01_unrolled: stock nbgrader has no score for check-dh" in shown


def test_feedback_lies_where_the_demonstration_says(shown):
    """One page for each graded submission."""
    assert f"Feedback: {FEEDBACK.relative_to(CHECKOUT.root).as_posix()}/" in shown
    pages = {path.relative_to(FEEDBACK).as_posix() for path in FEEDBACK.rglob("*.html")}
    assert "lost-duplicates/01_unrolled.html" in pages
    assert "perfect/03_batchnorm.html" in pages
    assert not any(page.startswith("duplicated-cell") for page in pages)
    assert len(pages) == 13


def test_an_existing_folder_is_not_touched(tmp_path, capsys):
    """Exit code 2: a course of someone's own might lie there."""
    assert demo.main(["--keep", str(tmp_path)]) == 2
    assert "name a folder that does not" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(tmp_path, capsys):
    """Exit code 2 and one sentence: a file stands where the folder's parent should be."""
    (tmp_path / "file").write_text("")
    assert demo.main(["--keep", str(tmp_path / "file" / "course")]) == 2
    assert "cannot be made: Not a directory; name another folder" in capsys.readouterr().err
