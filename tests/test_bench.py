"""What the benchmark computes. How fast it is decides no test."""

import json

import pytest
import torch

from autograder import bench
from autograder.bench import check_latencies, main, stage_variables, step_times, summarize
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
    monkeypatch.setattr(bench, "wrong_variables", lambda: stage_variables(0.0))
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


def test_a_ratio_is_a_time_over_ours() -> None:
    """Ratios compare with the manual backward; latencies are told by median and maximum."""
    found = summarize(CHECKS, STEPS)
    assert found["ratio"] == pytest.approx({"lecture": 8.0, "autograd": 3.0, "manual": 1.0})
    assert found["check_ms"]["right"] == pytest.approx({"median": 2.0, "max": 3.0})


def test_the_table_and_the_json_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without options a table for people, with --json the same as data; exit code 0."""
    monkeypatch.setattr(
        bench, "check_latencies", lambda right, repetitions=5: CHECKS["right" if right else "wrong"]
    )
    monkeypatch.setattr(bench, "step_times", lambda X, Y: STEPS)
    assert main([]) == 0
    table = capsys.readouterr().out
    assert "median 2.0 ms, slowest 3.0 ms" in table
    assert "0.800 ms, 8.0 times ours" in table
    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == summarize(CHECKS, STEPS)


def test_an_interrupt_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C prints a sentence and no traceback."""

    def interrupted(right: bool, repetitions: int = 5) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench, "check_latencies", interrupted)
    assert main([]) == 130
    assert len(capsys.readouterr().err.splitlines()) == 1
