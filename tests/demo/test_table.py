"""The table hides nothing."""

from autograder.demo.course import Score
from autograder.demo.grading import Result
from autograder.demo.submissions import SUBMISSIONS
from autograder.demo.table import render, unexpected

BY_NAME = {submission.student: submission for submission in SUBMISSIONS}


def result(student: str, points: float | None = 2.0, manual: bool = False, **more) -> Result:
    """A graded submission of a stage with one check cell worth 2 points."""
    score = Score(points or 0.0, 5.0, manual, {"check-dx": points}, {"check-dx": 2.0})
    return Result(BY_NAME[student], "07_tiny", score, **more)


def test_every_submission_has_its_row():
    """Also one that was not submitted to the stage."""
    table = render([result("perfect")])
    assert [line.split()[0] for line in table.splitlines()[2:10]] == list(BY_NAME)
    assert "2/2" in table.splitlines()[2]
    assert table.splitlines()[3].endswith("-")


def test_a_written_answer_is_marked():
    """The autograded points stand alone, with a mark and its meaning."""
    table = render([result("perfect", manual=True)])
    assert "2/2*" in table
    assert "*  and a derivation that waits for an instructor" in table


def test_a_refusal_is_told():
    """Not as a zero."""
    refused = Result(BY_NAME["duplicated-cell"], "07_tiny", None, "it is half a file.")
    table = render([refused])
    assert "not graded" in table
    assert table.endswith("!  duplicated-cell, 07_tiny: it is half a file.")


def test_a_repair_is_told():
    """One line each."""
    table = render([result("deleted-cell", repairs=("The cell was gone.", "Another, too."))])
    assert "   deleted-cell, 07_tiny: The cell was gone." in table
    assert table.endswith("   deleted-cell, 07_tiny: Another, too.")


def test_wrong_scores_of_the_two_sure_cases_are_faults_of_the_course():
    """A perfect submission below full marks, an untouched one above zero, either ungraded."""
    good = [result("perfect"), result("untouched", 0.0), result("half-done", 1.0)]
    bad = [
        result("perfect", 1.0),
        result("untouched", 1.0),
        Result(BY_NAME["perfect"], "07_tiny", None),
    ]
    assert unexpected(good) == []
    assert unexpected(bad) == [
        "perfect, 07_tiny: 1 points where 2 are due.",
        "untouched, 07_tiny: 1 points where 0 are due.",
        "perfect, 07_tiny: not graded.",
    ]
