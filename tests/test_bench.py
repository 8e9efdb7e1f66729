"""What the benchmark computes. How fast it is decides no test."""

import json
from pathlib import Path

import pytest
import torch

from autograder.bench import __main__ as command
from autograder.bench import code
from autograder.bench.__main__ import main
from autograder.bench.code import check_latencies, stage_variables, step_times, summarize
from autograder.bench.courses import BenchError, Course, our_course, stock_course
from autograder.bench.grading import check_scores, per_one
from autograder.bench.one_submission import bare_forks, costs
from autograder.bench.submissions import KINDS, make_submissions
from autograder.check import Check, CheckFailed
from autograder.stages.unrolled import STAGE


@pytest.fixture(autouse=True)
def threads_kept() -> None:
    """The benchmark sets the number of threads: what it was comes back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_right_and_wrong_answers_are_what_they_are_called() -> None:
    """All 26 answers pass where they should be right, and none where they should be wrong."""
    right, wrong = (Check(STAGE.name, stage_variables(shift)) for shift in (0.0, 1.0))
    assert len(STAGE.steps) == 26
    for step in STAGE.steps:
        right(step.name)
        with pytest.raises(CheckFailed):
            wrong(step.name)


@pytest.mark.parametrize("right", [True, False])
def test_every_step_of_the_stage_is_measured(right: bool) -> None:
    """One latency for each step, in seconds."""
    latencies = check_latencies(right, repetitions=1)
    assert list(latencies) == [step.name for step in STAGE.steps]
    assert all(0 < seconds < 60 for seconds in latencies.values())


def test_a_check_that_errs_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the check finds a wrong answer right, there is no benchmark but an error."""
    monkeypatch.setattr(code, "wrong_variables", lambda: stage_variables(0.0))
    with pytest.raises(RuntimeError, match="'dlogprobs'"):
        check_latencies(right=False, repetitions=1)


def test_every_way_of_training_is_measured() -> None:
    """One median for each way, in seconds."""
    X = torch.randint(0, 27, (100, 3), generator=torch.Generator().manual_seed(1))
    times = step_times(X, X[:, 0].contiguous(), turns=2)
    assert set(times) == {"lecture", "autograd", "manual"}
    assert all(0 < seconds < 60 for seconds in times.values())


CHECKS = {"right": {"a": 0.001, "b": 0.003, "c": 0.002}, "wrong": {"a": 0.005}}
STEPS = {"lecture": 0.0008, "autograd": 0.0003, "manual": 0.0001}

COMPARED = {
    "stock_seconds": 5.1,
    "stock_marginal": 5.0,
    "ours_seconds": 0.1,
    "ours_marginal": 0.05,
    "times": 51.0,
    "times_marginal": 100.0,
}
GRADING = {
    "submissions": 40,
    "stock_sample": 8,
    "jobs": 2,
    "scores_compared": 30,
    "autograde": COMPARED,
    "with_feedback": COMPARED,
    "cpu_ms": {"whole": 200.0, "marginal": 100.0},
    "one": {
        "child_ms": 60.0,
        "judge_ms": 40.0,
        "bare_fork_ms": 30.0,
        "child_over_bare_fork": 2.0,
        "private_mb": 50.0,
    },
    "help_seconds": 0.1,
}


def test_a_ratio_is_a_time_over_ours() -> None:
    """Ratios compare with the manual backward; latencies are told by median and maximum."""
    found = summarize(CHECKS, STEPS)
    assert found["ratio"] == pytest.approx({"lecture": 8.0, "autograd": 3.0, "manual": 1.0})
    assert found["check_ms"]["right"] == pytest.approx({"median": 2.0, "max": 3.0})


def test_the_table_and_the_json_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without options tables for people, with --json the same as data; exit code 0."""
    monkeypatch.setattr(command, "measure_code", lambda: summarize(CHECKS, STEPS))
    monkeypatch.setattr(command, "measure_grading", lambda plan: GRADING)
    assert main([]) == 0
    table = capsys.readouterr().out
    assert "median 2.0 ms, slowest 3.0 ms" in table
    assert "0.800 ms, 8.0 times ours" in table
    assert "51 times as many (target: 50)" in table
    assert main(["--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"code": summarize(CHECKS, STEPS), "grading": GRADING}
    assert main(["--only", "code", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["code"]


def test_an_interrupt_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C prints a sentence and no traceback."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "measure_code", interrupted)
    assert main([]) == 130
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_batch_in_which_one_more_takes_longer_is_told_so() -> None:
    """The growth is that of the largest batch over the smallest."""
    assert per_one({100: 0.2, 2000: 0.21}) == pytest.approx(1.05)


def test_the_same_students_hand_in_the_same_every_time() -> None:
    """Every kind is there, and a second making has the same sources and points."""
    first, second = (list(make_submissions(16)) for _ in range(2))
    assert {made.kind for made in first} == set(KINDS)
    for one, other in zip(first, second, strict=True):
        assert [cell.source for cell in one.notebook.cells] == [
            cell.source for cell in other.notebook.cells
        ]
        assert (one.student, one.points) == (other.student, other.points)
    assert len({tuple(cell.source for cell in made.notebook.cells) for made in first}) > 10


def test_scores_that_cannot_be_end_the_benchmark() -> None:
    """A solved notebook has full marks by both graders, else there is no measurement."""
    (solved,) = make_submissions(1)
    assert solved.points == 26
    assert check_scores([solved], {solved.student: 26.0}, {solved.student: 26.0}) == 2
    assert check_scores([solved], {}, {solved.student: 26.0}) == 1
    with pytest.raises(BenchError, match=r"25\.0 points by autograder and should have 26"):
        check_scores([solved], {solved.student: 26.0}, {solved.student: 25.0})
    with pytest.raises(BenchError, match="by nbgrader"):
        check_scores([solved], {solved.student: 0.0}, {solved.student: 26.0})


def test_a_course_is_graded_by_both(tmp_path: Path) -> None:
    """A solved and a half-solved notebook, made as for the benchmark, get their points by both."""
    made = list(make_submissions(2))
    for course in (stock_course(tmp_path / "stock"), our_course(tmp_path / "ours")):
        course.hand_in(made)
        if course.root.name == "stock":
            took = course.nbgrader("autograde", "--create")
        else:
            took = course.grade(1, "--no-feedback")
        assert took.wall > 0 and took.cpu > 0
        assert course.scores() == {one.student: one.points for one in made}


def test_a_submission_has_its_costs_told(tmp_path: Path) -> None:
    """Seconds of its process, of the judge, of a bare fork; bytes of memory."""
    made = list(make_submissions(1))
    course = our_course(tmp_path)
    course.hand_in(made)
    (cost,) = costs(course.root, made)
    (bare,) = bare_forks(made)
    assert cost.child > 0 and cost.judge > 0 and bare > 0
    assert 1e6 < cost.memory < 1e9


def test_what_fails_is_told_with_its_words(tmp_path: Path) -> None:
    """A command that ends with another code than 0 is no measurement."""
    with pytest.raises(BenchError, match="ended with code"):
        Course(tmp_path).nbgrader("autograde")
