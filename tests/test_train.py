"""`make train`: what it trains, what it reports, and how it fails."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.inference import calibrate, mean_loss
from autograder.names import NamesError, build_dataset, load_names, split_names
from autograder.train import main, train

NAMES = load_names()[::10]
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The number of threads that `main` sets; what it was comes back."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def quietly(steps: int, note: object) -> range:
    """A loop without progress."""
    return range(steps)


def first_two(steps: int, note: object) -> range:
    """A loop that ends early, while the schedule is that of all the steps."""
    return range(min(steps, 2))


@pytest.fixture
def some_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short list of names, made the one that NAMES_FILE names."""
    file = tmp_path / "names.txt"
    file.write_text("\n".join(NAMES[:300]) + "\n")
    monkeypatch.setenv("NAMES_FILE", str(file))
    return file


def test_training_lowers_the_loss() -> None:
    """A few hundred steps learn something, and the network has the lecture's 12,297 parameters."""
    first, later = (train(NAMES, steps, 1, quietly) for steps in (1, 400))
    assert sum(parameter.numel() for parameter in later.parameters) == 12_297
    assert all(parameter.dtype is torch.float32 for parameter in later.parameters)
    assert later.train_loss < 2.8 < first.train_loss
    assert later.validation_loss < 2.8 < first.validation_loss


def test_the_seed_decides_everything() -> None:
    """The same seed ends in the same bits, another one elsewhere."""
    first, again, other = (train(NAMES, 20, seed, quietly) for seed in (1, 1, 2))
    pairs = list(zip(first.parameters, again.parameters, other.parameters, strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs)
    assert not any(torch.equal(a, c) for a, _, c in pairs)


def test_the_losses_are_those_of_the_parameters() -> None:
    """Train and validation loss can be computed again from what is returned."""
    run = train(NAMES, 50, 1, quietly)
    training, validation, _ = split_names(NAMES)
    X, Y = build_dataset(training)
    statistics = calibrate(run.parameters, X)
    assert run.windows == len(X)
    assert run.train_loss == pytest.approx(mean_loss(run.parameters, statistics, X, Y))
    held_out = mean_loss(run.parameters, statistics, *build_dataset(validation))
    assert run.validation_loss == pytest.approx(held_out)


def test_the_rate_falls_half_way() -> None:
    """With two steps the second is a tenth as long as with four, where it has the full rate."""
    one, two, four = (train(NAMES, steps, 1, first_two).parameters[3] for steps in (1, 2, 4))
    assert float((two - one).norm()) == pytest.approx(0.1 * float((four - one).norm()), rel=1e-3)


def test_progress_shows_the_mean_loss_of_late() -> None:
    """The note of the loop tells a loss that can be read at any step."""
    notes = []

    def noting(steps: int, note: object) -> Iterator[int]:
        for step in range(steps):
            yield step
            notes.append(note())  # type: ignore[operator]

    train(NAMES, 3, 1, noting)
    assert len(notes) == 3
    assert all(2.0 < float(note.removeprefix("loss ")) < 6.0 for note in notes)


def test_too_few_names_are_refused() -> None:
    """A list that cannot be split in three is a NamesError."""
    with pytest.raises(NamesError, match="at least ten"):
        train(NAMES[:5], 1, 1, quietly)


def test_the_report_stands_beside_the_lectures(
    some_names: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both losses of the run and of the lecture are printed; stderr stays empty."""
    assert main(["--steps", "20", "--seed", "3"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("300 names, 20 steps, seed 3\n2 of 20 steps, loss ")
    lecture = next(line for line in out.splitlines() if line.startswith("the lecture"))
    assert lecture.split()[-2:] == ["2.07", "2.11"]
    assert err == ""


@pytest.mark.parametrize("to_file", [True, False])
def test_json_holds_the_result(
    to_file: bool, some_names: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--json writes the result to a file, or alone to stdout."""
    file = tmp_path / "result.json"
    assert main(["--steps", "5", "--json", str(file) if to_file else "-"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(file.read_text() if to_file else out)
    assert found["names"] == 300
    assert found["parameters"] == 12_297
    assert found["steps"] == 5
    assert f"{found['train_loss']:.4f}" in (out if to_file else err)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        ("", "no name"),
        ("anna\nb3n\n", "Line 2"),
        ("anna\nben\n", "at least ten"),
    ],
)
def test_a_bad_list_is_one_sentence(
    content: str | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A list that cannot be used ends in exit code 2 and says why."""
    file = tmp_path / "names.txt"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("NAMES_FILE", str(file))
    assert main(["--steps", "1"]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--steps", "0"],
        ["--steps", "many"],
        ["--seed", "-1"],
        ["--seed", str(2**63)],
        ["--json", "no/such/folder/result.json"],
        ["--json", "."],
        ["more"],
    ],
)
def test_a_wrong_option_is_found_before_the_training(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage ends in exit code 2 at once."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "names," not in capsys.readouterr().out


def test_ctrl_c_stops_it_cleanly() -> None:
    """An interrupt in the middle of the training prints a sentence and no traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.train", "--steps", "100000000"],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "NAMES_FILE"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().endswith("seed 2147483647\n")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err == "train: stopped before the last step; nothing was measured.\n"
