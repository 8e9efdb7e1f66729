"""How fast the course's own code is, as ratios.

Two measurements, on one thread, with every import done before: what a call of `check` takes for
each step of stage 01, right and wrong; and one training step of stage 04 in the three ways of
`training_steps`. The three take turns, so that a busy moment of the machine falls on all of them,
and the medians are compared."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.check import Check, CheckFailed
from autograder.minibatch import draw_minibatch
from autograder.names import build_dataset, load_names
from autograder.stages import unrolled
from autograder.steps import GradientStep
from autograder.training_steps import TRAINING_STEPS

__all__ = ["check_latencies", "code_table", "measure_code", "step_times"]

_TURNS = 200  # of each way of training; its median is compared
_STEPS_A_TURN = 5  # enough that reading the clock costs nothing
_SIZES = unrolled.Sizes(hidden=200)
_RATE = 0.1


def stage_variables(shift: float, seed: int = 1) -> dict[str, Any]:
    """The variables of a finished notebook of stage 01: the forward pass and all 26 gradients.

    ``shift`` is added to every gradient: 0.0 makes all of them right, 1.0 all of them wrong.
    """
    inputs = unrolled.draw_inputs(torch.Generator().manual_seed(seed))
    gradients = unrolled.GRAPH.gradients(inputs)
    answers = {f"d{name}": gradient + shift for name, gradient in gradients.items()}
    return {**inputs, **unrolled.GRAPH.forward(inputs), **answers}


def wrong_variables() -> dict[str, Any]:
    """The same with ones for every gradient, and the cells that made them, as IPython keeps them.

    No mistake explains ones everywhere, so that a diagnosis looks through all that it knows.
    """
    variables = {**stage_variables(0.0), "torch": torch, "__name__": "__main__"}
    variables["_ih"] = cells = [
        f"{step.name} = torch.ones_like({step.variable})"
        for step in unrolled.STAGE.steps
        if isinstance(step, GradientStep)
    ]
    for cell in cells:
        exec(cell, variables)  # these lines, and nothing from elsewhere
    return variables


def check_latencies(right: bool, repetitions: int = 5) -> dict[str, float]:
    """Seconds that `check` takes for each step of stage 01, the median of some repetitions.

    Of wrong answers it finds the mistake, by running their cells again.

    Raises RuntimeError if the check does not find what it should: all right, or all wrong.
    """
    check = Check(unrolled.STAGE.name, stage_variables(0.0) if right else wrong_variables())

    def passes(name: str) -> bool:
        try:
            check(name)
        except CheckFailed:
            return False
        return True

    latencies = {}
    for step in unrolled.STAGE.steps:
        seconds = []
        for _ in range(repetitions):
            start = time.perf_counter()
            passed = passes(step.name)
            seconds.append(time.perf_counter() - start)
            if passed is not right:
                raise RuntimeError(f"check({step.name!r}) says the opposite of what is so")
        latencies[step.name] = statistics.median(seconds)
    return latencies


def step_times(X: Tensor, Y: Tensor, turns: int = _TURNS) -> dict[str, float]:
    """Median seconds of one training step, for each way of `TRAINING_STEPS`.

    A step draws a minibatch from ``X`` (N, 3) and ``Y`` (N,), runs forwards and backwards, and
    updates all parameters. Every way starts from the same numbers and sees the same minibatches.
    """
    runs: dict[str, Callable[[], None]] = {}
    for name, prepare in TRAINING_STEPS.items():
        generator = torch.Generator().manual_seed(1)
        start = unrolled.draw_parameters(generator, _SIZES, torch.float32)
        _, step = prepare(list(start.values()))
        runs[name] = _turn(step, X, Y, generator)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            seconds[name].append((time.perf_counter() - begin) / _STEPS_A_TURN)
    return {name: statistics.median(times) for name, times in seconds.items()}


def _turn(
    step: Callable[[Tensor, Tensor, float], Tensor],
    X: Tensor,
    Y: Tensor,
    generator: torch.Generator,
) -> Callable[[], None]:
    def run() -> None:
        for _ in range(_STEPS_A_TURN):
            step(*draw_minibatch(X, Y, _SIZES.n, generator), _RATE)

    return run


def measure_code() -> dict[str, Any]:
    """Both measurements, as plain JSON values."""
    check_latencies(right=True, repetitions=1)  # the first calls pay for what torch sets up
    checks = {"right": check_latencies(right=True), "wrong": check_latencies(right=False)}
    return summarize(checks, step_times(*build_dataset(load_names())))


def summarize(
    checks: Mapping[str, Mapping[str, float]], steps: Mapping[str, float]
) -> dict[str, Any]:
    """The measured seconds as plain JSON values: milliseconds, and each way's time over ours."""
    ours = steps["manual"]
    return {
        "torch": torch.__version__,
        "threads": 1,
        "check_ms": {
            kind: {
                "median": 1e3 * statistics.median(latencies.values()),
                "max": 1e3 * max(latencies.values()),
            }
            for kind, latencies in checks.items()
        },
        "step_ms": {name: 1e3 * seconds for name, seconds in steps.items()},
        "ratio": {name: seconds / ours for name, seconds in steps.items()},
    }


def code_table(found: Mapping[str, Any]) -> str:
    """What was measured, to be read."""
    lines = [f"torch {found['torch']}, one thread", "", "check, 26 steps of stage 01"]
    for kind, latency in found["check_ms"].items():
        told = f"median {latency['median']:.1f} ms, slowest {latency['max']:.1f} ms"
        lines.append(f"  {kind + ' answers':<42}{told}")
    lines += ["", "one training step of stage 04: minibatch, forward, backward, update"]
    titles = {
        "lecture": "the lecture: an operation a line, loops",
        "autograd": "autograd",
        "manual": "ours: backward by hand, fused",
    }
    for name, title in titles.items():
        ratio, milliseconds = found["ratio"][name], found["step_ms"][name]
        lines.append(f"  {title:<42}{milliseconds:.3f} ms, {ratio:.1f} times ours")
    return "\n".join(lines)
