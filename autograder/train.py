"""Train the network of stage 04 in full, with gradients written by hand: `make train`.

The recipe is the lecture's: contexts of 3 characters, embedding 10, hidden 200, minibatches of
32, 200,000 updates with rate 0.1, from half-way on 0.01; batch norm calibrated on the training
set; the names shuffled and split 80/10/10. The list is the course's own, or NAMES_FILE.
"""

import argparse
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autograder.inference import calibrate, mean_loss
from autograder.manual_backward import ManualNetwork
from autograder.minibatch import draw_minibatch
from autograder.names import NamesError, build_dataset, load_names, split_names
from autograder.progress import progress
from autograder.stages.unrolled import Sizes, draw_parameters

__all__ = ["LECTURE_LOSSES", "Run", "main", "train"]

STEPS = 200_000
SEED = 2147483647  # the lecture's
LECTURE_LOSSES = {"train": 2.07, "validation": 2.11}
_SIZES = Sizes(hidden=200)
_INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended

Loop = Callable[[int, Callable[[], str]], Iterable[int]]


@dataclass(frozen=True)
class Run:
    """A finished training: the parameters, and the mean loss in nats of two splits."""

    parameters: list[Tensor]
    statistics: tuple[Tensor, Tensor]
    windows: int
    train_loss: float
    validation_loss: float


def train(names: Sequence[str], steps: int, seed: int, loop: Loop) -> Run:
    """Train on 80 % of ``names`` and measure; the same arguments give the same parameters.

    ``loop(steps, note)`` yields the step numbers and may show progress; ``note()`` tells the mean
    loss of the last steps. Raises NamesError if the names cannot be split.
    """
    training, validation, _ = split_names(names)
    X, Y = build_dataset(training, _SIZES.context)
    generator = torch.Generator().manual_seed(seed)
    network = ManualNetwork(list(draw_parameters(generator, _SIZES, torch.float32).values()))
    recent: deque[Tensor] = deque(maxlen=1000)

    def note() -> str:
        return f"loss {torch.stack(list(recent)).mean():.3f}"

    for step in loop(steps, note):
        recent.append(network.backward(*draw_minibatch(X, Y, _SIZES.n, generator)))
        network.update(0.1 if step < steps / 2 else 0.01)

    statistics = calibrate(network.parameters, X)
    return Run(
        parameters=network.parameters,
        statistics=statistics,
        windows=len(X),
        train_loss=mean_loss(network.parameters, statistics, X, Y),
        validation_loss=mean_loss(
            network.parameters, statistics, *build_dataset(validation, _SIZES.context)
        ),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code (2: the names or an option cannot be used)."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)  # the matrices are small: a second thread would only wait
    # JSON on stdout stays alone there.
    report = sys.stderr if options.json == "-" else sys.stdout
    try:
        names = load_names()
        told = f"{len(names):,} names, {options.steps:,} steps, seed {options.seed}"
        print(told, file=report, flush=True)  # also into a pipe before the long work
        run = train(names, options.steps, options.seed, lambda n, note: progress(n, note, report))
        print(_table(run), file=report)
        _write_json(options.json, _as_json(run, len(names), options))
    except NamesError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"train: {options.json} cannot be written ({error.strerror}); "
            "name another file with --json.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("train: stopped before the last step; nothing was measured.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m autograder.train",
        description="Train the network of stage 04 with gradients written by hand. "
        "The names are the course's own, or those in the file that NAMES_FILE names.",
    )
    parser.add_argument("--steps", type=_steps, default=STEPS, help="updates (%(default)s)")
    parser.add_argument("--seed", type=_seed, default=SEED, help="of every draw (%(default)s)")
    parser.add_argument(
        "--json", metavar="FILE", type=_file, help="write the result there too; - is stdout"
    )
    return parser


def _steps(text: str) -> int:
    return _whole_number(text, 1, 10**9)


def _seed(text: str) -> int:
    return _whole_number(text, 0, 2**63 - 1)


def _whole_number(text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
    return int(text)


def _file(text: str) -> str:
    # Asked before the training, because its end is a bad moment to learn of it.
    if text != "-" and (Path(text).is_dir() or not Path(text).parent.is_dir()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a file in a folder that exists")
    return text


def _table(run: Run) -> str:
    def row(title: str, first: str, second: str) -> str:
        return f"{title:<22}{first:>8}{second:>12}"

    lecture = LECTURE_LOSSES
    return "\n".join(
        [
            row("mean loss", "train", "validation"),
            row("this run", f"{run.train_loss:.4f}", f"{run.validation_loss:.4f}"),
            row("the lecture", f"{lecture['train']:.2f}", f"{lecture['validation']:.2f}"),
            "The lecture took 200,000 steps on a list of names of its own (32,033 of them).",
        ]
    )


def _as_json(run: Run, names: int, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "names": names,
        "windows": run.windows,
        "parameters": sum(tensor.numel() for tensor in run.parameters),
        "steps": options.steps,
        "seed": options.seed,
        "train_loss": run.train_loss,
        "validation_loss": run.validation_loss,
        "lecture": LECTURE_LOSSES,
        "torch": torch.__version__,
    }


def _write_json(file: str | None, content: dict[str, Any]) -> None:
    if file is None:
        return
    text = json.dumps(content, indent=2) + "\n"
    if file == "-":
        sys.stdout.write(text)
    else:
        Path(file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
