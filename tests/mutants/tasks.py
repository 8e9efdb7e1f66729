"""The submissions that try the bank: one mistake alone, or one of each step at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeVar

from tests.mutants.kinds import Across, Bank, Mistake, cell_of

__all__ = ["Task", "across", "alone", "right", "solution", "together"]

_UNANSWERED = "raise NotImplementedError()"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Task:
    """A submission and what has to come of it.

    ``wrong`` are its mistakes by step, ``right`` its unusual right answers by step; every other
    step is answered as in the solution, but for those ``left_out``.
    """

    stage: str
    seed: int
    wrong: Mapping[str, Mistake] = field(default_factory=dict)
    right: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    name: str = ""

    @property
    def answers(self) -> dict[str, str]:
        """The source of each cell that is not as in the solution."""
        cells = dict.fromkeys(self.left_out, _UNANSWERED)
        cells |= {step: cell_of(step, mistake.source) for step, mistake in self.wrong.items()}
        return cells | {step: cell_of(step, source) for step, source in self.right.items()}


def together(bank: Bank) -> Iterator[Task]:
    """As few submissions as hold every mistake: a mistake must cost its own step only."""
    by_step: dict[str, list[Mistake]] = {}
    for mistake in bank.all_mistakes():
        by_step.setdefault(mistake.step, []).append(mistake)
    for seed, wrong in enumerate(_rounds(by_step)):
        yield Task(bank.stage, seed, wrong=wrong, left_out=frozenset(bank.slow) - wrong.keys())


def alone(bank: Bank, every: int = 1) -> Iterator[Task]:
    """Each mistake, or one of ``every``, in a submission that is right in all other steps.

    Steps that take long have their answer in the first of these only.
    """
    for seed, mistake in enumerate(list(bank.all_mistakes())[::every]):
        yield Task(
            bank.stage,
            seed,
            wrong={mistake.step: mistake},
            right=bank.slow if not seed else {},
            left_out=frozenset(bank.slow) - {mistake.step} if seed else frozenset(),
        )


def right(bank: Bank) -> Iterator[Task]:
    """As few submissions as hold every right answer."""
    for seed, answers in enumerate(_rounds(bank.right)):
        left_out = frozenset(bank.slow) - answers.keys()
        yield Task(bank.stage, seed, right=answers, left_out=left_out)


def solution(bank: Bank, seeds: int) -> Iterator[Task]:
    """The solution as it is, judged with several seeds."""
    for seed in range(seeds):
        yield Task(bank.stage, seed, left_out=frozenset(bank.slow), name="the solution")


def across(bank: Bank) -> Iterator[Task]:
    """A submission for each right way that concerns several cells."""
    for seed, way in enumerate(bank.across):
        yield _across(bank, seed, way)


def _across(bank: Bank, seed: int, way: Across) -> Task:
    left_out = frozenset(bank.slow) - way.answers.keys()
    return Task(bank.stage, seed, {}, way.answers, way.before, left_out, way.name)


def _rounds(by_step: Mapping[str, Sequence[_T]]) -> Iterator[dict[str, _T]]:
    """The first of each step, the second of each that has two, and so on."""
    for entries in zip_longest(*by_step.values()):
        yield {
            step: entry for step, entry in zip(by_step, entries, strict=True) if entry is not None
        }
