"""The feedback page: what it tells, and what it keeps to itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook, MissingEntry

from autograder.grading.feedback.code import code_html
from autograder.grading.feedback.grades import CellGrade, Grades, read_grades
from autograder.grading.feedback.page import render_page
from autograder.grading.feedback.write import write_feedback
from autograder.verdict import Status
from tests.feedback.cells import STAGE, answer, check_cell, notebook, shown, step, written

GRADES = Grades(
    score=1.0,
    max_score=7.0,
    cells={
        "check-dprobs": CellGrade(1.0, 1.0, False),
        "check-dlogits": CellGrade(0.0, 1.0, False),
        "derivation": CellGrade(0.0, 5.0, True),
    },
)


def page(*cells, grades: Grades = GRADES, **verdict) -> str:
    """The page of a notebook of these cells."""
    graded = notebook(*cells, autograder={"verdict": verdict})
    return render_page(graded, grades, title=STAGE, student="ada")


def contents(html: str) -> str:
    """The table of contents."""
    return html.split("<nav")[1].split("</nav>")[0]


def test_contents_name_the_steps():
    """The table of contents has each step by its name, its verdict in words and its points."""
    html = page(
        check_cell("check-dprobs", 'check("dprobs")'),
        check_cell("check-dlogits", 'check("dlogits")'),
        written("derivation", "Because."),
        steps=[step("dprobs", "correct"), step("dlogits", "hard_coded")],
    )
    listed = contents(html)
    assert "Test cell" not in html
    for told in ("dprobs", "right</td>", "dlogits", "own sizes only", "1 / 1", "0 / 1"):
        assert told in listed
    assert "to be graded by your instructor" in listed
    assert "– / 5" in listed


def test_a_verdict_tells_its_diagnosis():
    """A wrong step shows the judge's own rendering, else the sentence of its diagnosis."""
    cell = check_cell("check-dlogits", 'check("dlogits")')
    wrong = step("dlogits", "wrong", "you forgot the factor of `n`", remarks=["and a remark"])
    html = page(cell, steps=[wrong])
    assert "you forgot the factor of <code>n</code>" in html
    assert "and a remark" in html
    cell.outputs = [shown("text/html", "<b>judged so</b>"), new_output("error", ename="Wrong")]
    html = page(cell, steps=[wrong])
    assert "<b>judged so</b>" in html
    assert "Wrong" not in html.split("<main>")[1]


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_its_word(status: Status):
    """Each status is told by an icon and a word in the table of contents."""
    html = page(check_cell("check-dprobs", "check('dprobs')"), steps=[step("dprobs", status)])
    assert '<td class="icon"' in contents(html)
    assert "to be graded" not in contents(html)


def test_hidden_tests_stay_hidden():
    """Neither source, outputs nor traceback of a hidden test are on the page."""
    source = "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(2) == 41\n### END HIDDEN TESTS"
    error = new_output(
        "error",
        ename="AssertionError",
        evalue="f(2) is not 41",
        traceback=["----> 3 assert f(2) == 41", "AssertionError"],
    )
    told = new_output("stream", name="stdout", text="f(2) should be 41")
    html = page(check_cell("check-dlogits", source, [told, error]))
    assert "41" not in html.split("<main>")[1].split("</main>")[0]
    assert "AssertionError: this test failed" in html
    assert "<summary>The test</summary>" in html


def test_a_failed_visible_test_tells_its_message():
    """A plain test cell shows its exception's name and message."""
    error = new_output("error", ename="AssertionError", evalue="too small", traceback=["..."])
    assert "AssertionError: too small" in page(
        check_cell("check-dlogits", "assert f() > 2", [error])
    )


def test_mark_schemes_stay_hidden():
    """What an instructor notes for grading is not shown."""
    scheme = (
        "Derive it.\n=== BEGIN MARK SCHEME ===\n2 points for the chain rule\n=== END MARK SCHEME"
    )
    assert "2 points for" not in page(written("derivation", scheme))


def test_repairs_and_receipt_are_told():
    """What was mended before grading is listed; flags are the instructor's business."""
    html = page(
        check_cell("check-dprobs", "check('dprobs')"),
        steps=[step("dprobs", "correct")],
        repairs=["The cell `dprobs` was there twice."],
        flags=[{"step": "dprobs", "code": "autograd_suspected", "message": "looks at .grad"}],
        receipt={"submission": "sha256:abc", "stage": "sha256:def", "seed": 987654321},
    )
    assert "The cell <code>dprobs</code> was there twice." in html
    assert "sha256:abc" in html
    assert "987654321" not in html
    assert "looks at .grad" not in html


def test_a_submission_that_cannot_be_read_is_told_so_and_nothing_else():
    """No score, no steps that seem to wait for an instructor: it has to be handed in again."""
    cells = [check_cell("check-dprobs", "check('dprobs')")]
    unread = notebook(*cells, autograder={"refused": "It is <cut> off; hand in the whole file."})
    none = replace(GRADES, score=0.0, comments={})
    html = render_page(unread, none, title="t", student="ada")
    assert "could not be graded" in html and "It is &lt;cut&gt; off" in html
    assert "points" not in html.partition("<body>")[2] and "dprobs" not in html
    graded = render_page(unread, replace(none, score=3.0), title="t", student="ada")
    assert "<b>3</b> of" in graded and "dprobs" in graded


def test_forged_metadata_is_text():
    """Whatever stands in a notebook's metadata does no more than look odd."""
    html = page(
        check_cell("check-dprobs", "check('dprobs')"),
        steps=[step("dprobs", "no such status", "<img src=x onerror=alert(1)>"), "nonsense"],
        repairs=["<script>alert(1)</script>"],
    )
    assert "<script>alert" not in html
    assert "<img" not in html
    odd = notebook(autograder=["nonsense"])
    assert "7 points" in render_page(odd, GRADES, title="t", student="<b>ada")
    assert "<b>ada" not in render_page(odd, GRADES, title="t", student="<b>ada")


def test_a_page_without_formulas_carries_no_script():
    """KaTeX is on a page only where there is something to typeset."""
    assert "<script>" not in page(new_markdown_cell("plain"))
    assert "script-src 'none'" in page(new_markdown_cell("plain"))
    assert page(new_markdown_cell("$x$")).count("<script>") == 2


def test_a_flood_of_cells_ends():
    """A page that nobody could read ends with a sentence that says so."""
    html = page(*(new_code_cell("x = 1\n" * 30_000) for _ in range(40)))
    assert "The rest of this notebook is not shown" in html
    assert len(html) < 5_000_000


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A failure while a page is written leaves the page that was there, and no other file."""
    target = tmp_path / "feedback" / "ada" / "page.html"
    graded = notebook(answer("dprobs", "first"))
    write_feedback(graded, GRADES, target, title="t", student="ada")
    assert "first" in target.read_text(encoding="utf-8")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_feedback(notebook(answer("dprobs", "second")), GRADES, target, title="t", student="a")
    assert "first" in target.read_text(encoding="utf-8")
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]


def test_grades_are_the_gradebooks(gradebook: Gradebook):
    """Scores, what is still open, comments and the late penalty are as nbgrader has them."""
    grades = read_grades(gradebook, STAGE, STAGE, "ada")
    book = gradebook.find_submission_notebook(STAGE, STAGE, "ada")
    assert grades.score == book.score - 0.25 == 0.75
    assert grades.max_score == book.max_score == 7.0
    assert grades.cells["check-dprobs"] == CellGrade(1.0, 1.0, False)
    assert grades.cells["derivation"].open
    assert list(grades.comments) == ["derivation"]
    with pytest.raises(MissingEntry):
        read_grades(gradebook, STAGE, STAGE, "nobody")


def test_a_long_line_of_blanks_is_looked_at_once():
    """In the middle of a line they stay, at its end they go."""
    blanks = " " * 200_000
    assert code_html(f"{blanks}# x{blanks}\ny").count(" ") < 200_100
