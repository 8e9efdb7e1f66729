"""What crosses between an instructor's test and a student's code, and what does not."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.ingest import parse_submission
from autograder.grading.plain.judge import PlainTest, judge_plain
from autograder.grading.runners import Runners


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    """The sandbox that submissions run in."""
    with Runners() as opened:
        yield opened


@pytest.fixture
def judge(runners: Runners, tmp_path: Path):
    """Judge an answer by a test; cells of the course may stand before both."""

    def outcome(answer: str, test: str, *, before: str = "", reference: str = "") -> PlainTest:
        def cell(name: str, source: str, **settings: object):
            mark = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
            metadata = {"nbgrader": {**mark, "grade_id": name, **settings}}
            return new_code_cell(source, metadata=metadata, id=name)

        fixed = [cell("course", before, locked=True)] if before else []
        end = cell("test", test, grade=True, locked=True, points=4)
        own = f"### BEGIN SOLUTION\n{reference}\n### END SOLUTION"
        source = new_notebook(cells=[*fixed, cell("answer", own, solution=True), end])
        handed_in = new_notebook(cells=[*fixed, cell("answer", answer, solution=True), end])
        raw = parse_submission(nbformat.writes(handed_in).encode())
        return judge_plain(raw, source, start=runners.open, folder=tmp_path, seconds=5).tests[0]

    return outcome


RIGHT = [
    ("x = [1, (2, 'a'), {3: None}]", "assert x == [1, (2, 'a'), {3: None}]"),
    ("x = {1, 2}; y = 2**80; z = 1j; b = b'x'", "assert (x, y, z, b) == ({1, 2}, 2**80, 1j, b'x')"),
    ("x = float('nan')", "import math\nassert math.isnan(x)"),
    ("import numpy as np\nx = np.eye(1)", "import numpy\nassert numpy.array_equal(x, [[1.0]])"),
    ("import torch\nx = torch.ones(2)", "import torch\nassert torch.equal(x, torch.ones(2))"),
    ("def f(a, b=2): return a * b", "assert f(3) == 6\nassert f(3, b=5) == 15"),
    ("def f(g, a): return g(a)\ndef h(a): return -a", "assert f(h, 3) == -3"),
    ("def f(): raise KeyError('no')", "try:\n    f()\n    1 / 0\nexcept KeyError:\n    pass"),
    ("def f(): print('hello')", "import contextlib, io\ns = io.StringIO()\n"
     "with contextlib.redirect_stdout(s):\n    f()\nassert s.getvalue() == 'hello\\n'"),
    ("def f(a): a.sort()", "a = [3, 1]\nf(a)\nassert a == [1, 3]"),
    ("x = 1", "def helper():\n    return x + 1\nassert helper() == 2 and [x for _ in 'a'] == [1]"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "test"), RIGHT)
def test_right_answers_pass(judge, answer: str, test: str):
    """Values, functions, exceptions, printed text and changed arguments cross."""
    found = judge(answer, test)
    assert (found.status, found.points) == ("passed", 4.0), found.message


@pytest.mark.parametrize(
    ("answer", "test", "message"),
    [
        ("x = 2", "assert x == 1, 'x is not 1'", "AssertionError: x is not 1"),
        ("", "assert x == 1", "NameError: name 'x' is not defined"),
        ("x = True", "assert type(x) is int", "AssertionError"),
        ("def f(): raise MemoryError", "f()", "MemoryError"),
        ("class Odd(ValueError): pass\ndef f(): raise Odd('no')", "f()", "ValueError: no"),
        ("def f():\n    while True: pass", "f()", "TimeoutError: the test, or what it calls"),
        ("x = 1", "while x:\n    pass", "TimeoutError: the test, or what it calls"),
        ("x = range(10**15)", "for _ in x:\n    pass", "TimeoutError: the test, or what it calls"),
        ("import os\ndef f(): os._exit(0)", "f()", "Killed: the submission's code ended"),
    ],
)
def test_wrong_answers_fail(judge, answer: str, test: str, message: str):
    """A failed test gives no points and tells why."""
    found = judge(answer, test)
    assert (found.status, found.points) == ("failed", 0.0)
    assert found.message.startswith(message)


def test_partial_points(judge):
    """A number as the last value of a test is its points, as in nbgrader."""
    assert judge("x = 3", "x / 2").points == 1.5
    assert judge("x = 3", "x / 2").status == "partial"
    assert judge("x = 9", "x").status == "review"
    assert judge("x = 3", "x / 2;").points == 4.0
    assert judge("x = 3", "'three'").points == 4.0


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("class Point:\n    x = 1\np = Point()", "assert p.x == 1"),
        ("def f():\n    yield 1", "assert list(f()) == [1]"),
        ("def f(g): return g(1)", "assert f(lambda a: a + 1) == 2"),
        ("class P: pass", "try:\n    P()\nexcept Exception:\n    pass"),
        (
            "import random\ndef f(): return random.random()",
            "import random\nrandom.seed(5)\nassert f() == 0.6229016948897019",
        ),
        ("def f(): return 1", "import inspect\nassert 'return 1' in inspect.getsource(f)"),
        ("x = 1", "%time x"),
    ],
)  # fmt: skip
def test_what_cannot_cross_is_for_an_instructor(judge, answer: str, test: str):
    """Where a test needs more than values, nothing is concluded."""
    found = judge(answer, test)
    assert (found.status, found.points) == ("review", None)
    assert found.message


@pytest.mark.parametrize(
    "answer",
    [
        "import builtins\nbuiltins.sum = lambda a: 6\nsum = lambda a: 6",
        "expected = 6\ndef check(a): return True",
        "class Same(int):\n    def __eq__(self, other): return True\nx = Same(1)",
        "import atexit, sys\nsys.modules['math'] = None\nx = 5\ndef isclose(*a): return True",
        "class X:\n    def __reduce__(self): return print, ('taken',)\nx = X()",
        "def x(): return None\nexpected = None",
    ],
)  # fmt: skip
def test_nothing_of_a_test_can_be_replaced(judge, answer: str):
    """Neither names of the test and the course, nor built-ins, nor an object that equals all."""
    test = "import math\nexpected = sum([1, 2, 3])\nassert check(x)\nassert x == expected"
    before = "def check(value):\n    return isinstance(value, int) and value == 6"
    assert judge(answer, test, before=before).points in (0.0, None)


def test_a_test_hides_its_values(judge):
    """A student's function does not find what a test has set, even where it knows the name."""
    answer = "expected = None\ndef f(): return globals()['expected']"
    assert judge(answer, "expected = 7\nassert f() == expected").points == 0.0


def test_an_answer_may_have_the_name_of_a_builtin(judge):
    """Where the instructor's answer defines `round`, the student's is meant."""
    test = "assert round(2.5) == 3"
    assert judge("def round(x): return 3", test, reference="def round(x): return 3").points == 4.0
    assert judge("def round(x): return 3", test).points == 0.0


def test_a_local_name_of_the_reference_answer_hands_nothing_over(judge):
    """Only names that an answer binds in the notebook become the student's."""
    reference = "def f():\n    expected = 1\n    return expected"
    found = judge(
        "expected = 2\ndef f(): return 2",
        "assert f() == expected",
        before="expected = 1",
        reference=reference,
    )
    assert found.points == 0.0


def test_imports_of_the_reference_answer_are_there(judge):
    """A test may rely on what the instructor's own answer imports."""
    found = judge(
        "import math\nx = math.pi", "assert math.isclose(x, 3.14159, rel_tol=1e-5)",
        reference="import math\nx = math.pi",
    )  # fmt: skip
    assert found.points == 4.0


def test_a_removed_function_is_removed_where_the_student_calls_it(judge):
    """`del` in a test reaches the student's process, and so does giving the name back."""
    test = (
        "kept = helper\ndel helper\ntry:\n    f()\nexcept NameError:\n    pass\n"
        "else:\n    raise AssertionError\nfinally:\n    helper = kept\nassert f() == 5"
    )
    answer = "def helper(): return 5\ndef f(): return helper()"
    assert judge(answer, test).points == 4.0
    assert judge("def helper(): return 5\ndef f(): return 5", test).points == 0.0


def test_a_test_that_builds_something_huge_is_given_up(judge):
    """What a student returns cannot exhaust the machine through a test."""
    assert judge("x = range(10**15)", "assert len(list(x)) == 3").points in (0.0, None)


def test_files_of_the_course_are_there(judge, tmp_path: Path):
    """A test reads files beside the instructor's notebook."""
    (tmp_path / "data.txt").write_text("1")
    test = "from pathlib import Path\nassert x == int(Path('data.txt').read_text())"
    assert judge("x = 1", test).points == 4.0
