"""nbgrader's own test notebooks get the scores that nbgrader's own tests expect."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbgrader.utils import determine_grade, is_grade, is_solution

from autograder.grading.ingest import read_submission
from autograder.grading.plain.graded import grade_plain
from autograder.grading.plain.judge import PlainJudged, judge_plain
from autograder.grading.runners import Runners

FILES = Path(nbgrader.__file__).parent / "tests" / "apps" / "files"
COURSE = [
    *("submitted-unchanged", "autotest-simple", "autotest-hashed", "autotest-multi"),
    *("autotest-hidden", "test-hidden-tests", "validating-environment-variable"),
    *("side-effects", "timeout"),
]


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    """The sandbox that submissions run in."""
    with Runners() as opened:
        yield opened


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader's notebooks as an assignment that nbgrader itself has released."""
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.ClearSolutions.code_stub = {'python': '# YOUR CODE HERE'}\n"
    )
    shutil.copy(FILES / "autotests.yml", root)
    folder = root / "source" / "own"
    folder.mkdir(parents=True)
    for name in COURSE:
        shutil.copy(FILES / f"{name}.ipynb", folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "own", "--source_with_tests"],
        cwd=root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def judged(course: Path, runners: Runners) -> Callable[..., PlainJudged]:
    """Judge a submitted notebook as one of an assignment."""

    def judge(submitted: Path, assignment: str, **options: float) -> PlainJudged:
        source = course / "source_with_tests" / "own" / f"{assignment}.ipynb"
        return judge_plain(
            read_submission(submitted),
            nbformat.read(source, as_version=4),
            start=runners.open,
            **options,
        )

    return judge


def points(result: PlainJudged) -> dict[str, float | None]:
    """The points of each test."""
    return {test.name: test.points for test in result.tests}


@pytest.mark.parametrize(
    ("submitted", "score"),
    [
        ("submitted-unchanged", 1),
        ("submitted-changed", 2),
        ("submitted-cheat-attempt", 1),
        ("submitted-cheat-attempt-alternative", 1),
        ("submitted-grade-cell-changed", 1),
        ("submitted-locked-cell-changed", 1),
    ],
)
def test_submitted(judged: Callable[..., PlainJudged], submitted: str, score: float):
    """Unchanged, answered, cheated, tests edited: the score that `nbgrader autograde` gives."""
    result = judged(FILES / f"{submitted}.ipynb", "submitted-unchanged")
    assert result.score == score
    assert points(result) == {"foo": 1.0, "bar": score - 1.0}


@pytest.mark.parametrize(
    ("kind", "unchanged", "changed"), [("simple", 0, 1), ("hashed", 0, 1), ("multi", 0, 3)]
)
def test_automatic_tests(
    judged: Callable[..., PlainJudged], kind: str, unchanged: float, changed: float
):
    """Tests that nbgrader has written: none of the points for a stub, the right ones else."""
    for name, score in (("unchanged", unchanged), ("changed", changed)):
        result = judged(FILES / f"autotest-{kind}-{name}.ipynb", f"autotest-{kind}")
        assert result.score == score
        assert not [test for test in result.tests if test.status == "review"]


@pytest.mark.parametrize(
    ("submitted", "score"), [("unchanged", 0), ("changed-wrong", 0), ("changed-right", 1)]
)
def test_hidden_automatic_tests(judged: Callable[..., PlainJudged], submitted: str, score: float):
    """A hidden test finds the answer that only the visible tests let pass."""
    result = judged(FILES / f"autotest-hidden-{submitted}.ipynb", "autotest-hidden")
    assert result.score == score


def test_hidden_tests(judged: Callable[..., PlainJudged], course: Path):
    """The released notebook passes its visible tests and fails two hidden ones."""
    result = judged(course / "release" / "own" / "test-hidden-tests.ipynb", "test-hidden-tests")
    assert result.score == 1.5
    assert points(result) == {
        "correct_squares": 0.0,
        "squares_invalid_input": 1.0,
        "correct_sum_of_squares": 0.0,
        "sum_of_squares_uses_squares": 0.5,
    }


def test_timeout(judged: Callable[..., PlainJudged]):
    """A test that takes five seconds passes within thirty, and fails within two."""
    assert judged(FILES / "timeout.ipynb", "timeout").score == 1
    assert judged(FILES / "timeout.ipynb", "timeout", seconds=2).score == 0


def test_infinite_loop(runners: Runners):
    """A cell that never ends is ended, and the notebook is graded."""
    source = nbformat.read(FILES / "infinite-loop.ipynb", as_version=4)
    raw = read_submission(FILES / "infinite-loop.ipynb")
    result = judge_plain(raw, source, start=runners.open, seconds=1)
    assert [cell.status for cell in result.cells] == ["timeout"]


def test_side_effects(judged: Callable[..., PlainJudged], tmp_path: Path):
    """A file that a cell writes stays in the sandbox."""
    result = judged(FILES / "side-effects.ipynb", "side-effects")
    assert [cell.status for cell in result.cells] == ["ok"]
    assert not Path("side-effect.txt").exists()


def test_environment_variable(judged: Callable[..., PlainJudged]):
    """A test can tell that it is graded, by the variable that nbgrader sets."""
    name = "validating-environment-variable"
    assert judged(FILES / f"{name}.ipynb", name).score == 0


@pytest.mark.parametrize(
    ("submitted", "score", "open_"),
    [
        ("unchanged", 1, set()),
        ("changed", 2, {"baz", "quux"}),
        ("cheat-attempt", 1, {"baz", "quux"}),
    ],
)
def test_what_is_recorded(
    course: Path, runners: Runners, submitted: str, score: float, open_: set[str]
):
    """Points of all graded cells; what an instructor grades waits for one where it is answered."""
    source = course / "source_with_tests" / "own" / "submitted-unchanged.ipynb"
    file = FILES / f"submitted-{submitted}.ipynb"
    told = grade_plain(file, source, runners.open, assignment="own")
    assert sum(points or 0 for points in told["points"].values()) == score
    assert {name for name, points in told["points"].items() if points is None} == open_
    assert (told["comments"]["baz"] == "No response.") == (submitted == "unchanged")
    notebook = nbformat.reads(told["notebook"], as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:  # nbgrader itself reads the same points from it
        if is_grade(cell) and not is_solution(cell):
            name = cell.metadata.nbgrader.grade_id
            assert determine_grade(cell)[0] == told["points"][name]
