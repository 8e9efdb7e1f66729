"""What the diagnosis makes of a bank: each formula's outcome, and the table of all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from autograder.diagnose import diagnose
from autograder.stages import STAGES
from autograder.verdict import Diagnosis
from tests.diagnose.banks import Entry
from tests.diagnose.observing import diagnosable, is_right, observe
from tests.mutants.kinds import cell_of

__all__ = ["Outcome", "Tried", "measure", "share", "table"]

# What the check and the judge decide before they ask for a diagnosis.
BEFORE = frozenset(
    [
        "raised",
        "not_attempted",
        "not_a_tensor",
        "not_finite",
        "aliasing",
        "hard_coded_size",
        "used_autograd",
        "shortcut",
        "wrong_dtype",
    ]
)

_WARM: set[tuple[str, str]] = set()


class Outcome(StrEnum):
    """What became of one formula. BEFORE: decided before a diagnosis, so not counted."""

    RIGHT = "right"
    UNNAMED = "unnamed"
    WRONG = "wrong"
    BEFORE = "before"


@dataclass(frozen=True)
class Tried:
    """A formula of a bank, with what it was called and how long that took."""

    entry: Entry
    outcome: Outcome
    diagnosis: Diagnosis | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        entry, named, message = self.entry, None, None
        if self.diagnosis:
            named = "+".join((self.diagnosis.code, *self.diagnosis.also))
            message = self.diagnosis.message
        return (
            f"{self.outcome}: {entry.stage} {entry.step} is {' or '.join(entry.codes) or 'right'}, "
            f"called {named}\n    {entry.source!r}\n    {message}"
        )


def measure(entries: Iterable[Entry]) -> list[Tried]:
    """What each formula is called; those of steps without tensors are left out."""
    return [
        _try(entry) for entry in entries if diagnosable(STAGES[entry.stage].by_name[entry.step])
    ]


def _try(entry: Entry) -> Tried:
    stage = STAGES[entry.stage]
    step = stage.by_name[entry.step]
    if not entry.codes and is_right(stage, step, entry.source):
        return Tried(entry, Outcome.RIGHT)
    observations = observe(stage, step, entry.source)
    if isinstance(observations, str):
        return Tried(entry, Outcome.BEFORE, Diagnosis(observations, "decided before"))
    if (stage.name, step.name) not in _WARM:  # formulas are made once, at a step's first check
        _WARM.add((stage.name, step.name))
        diagnose(stage, step, observations)
    start = time.process_time()
    found = diagnose(stage, step, observations, source=cell_of(entry.step, entry.source))
    return Tried(entry, _outcome(found, entry), found, time.process_time() - start)


def _outcome(found: Diagnosis, entry: Entry) -> Outcome:
    """A formula with one label may rightly be taken for two mistakes, one of them that."""
    named, labels = {found.code, *found.also}, set(entry.codes)
    if named <= labels or (named & labels and not entry.combined):
        return Outcome.RIGHT
    if BEFORE & labels:
        # It is not for the diagnosis to see these; but it may not call them something else.
        unseen = found.code == "differs" or "used_autograd" in labels
        return Outcome.BEFORE if unseen else Outcome.WRONG
    return Outcome.UNNAMED if found.code == "differs" and labels else Outcome.WRONG


def share(tried: Sequence[Tried]) -> float:
    """The part of the formulas that got their right code."""
    counted = [one for one in tried if one.outcome is not Outcome.BEFORE]
    return sum(one.outcome is Outcome.RIGHT for one in counted) / len(counted) if counted else 1.0


def table(tried: Sequence[Tried]) -> str:
    """A row for each step and one for all."""
    by_step: dict[tuple[str, str], Counter[Outcome]] = {}
    for one in tried:
        by_step.setdefault((one.entry.stage, one.entry.step), Counter())[one.outcome] += 1
    rows = [_row(stage, step, counts) for (stage, step), counts in by_step.items()]
    total = sum(by_step.values(), Counter())
    header = f"{'stage':17} {'step':19} {'formulas':>8} {'right':>6} {'unnamed':>8} {'wrong':>6}"
    return "\n".join([header, *rows, _row("in all", "", total)])


def _row(stage: str, step: str, counts: Mapping[Outcome, int]) -> str:
    numbers = [counts.get(o, 0) for o in (Outcome.RIGHT, Outcome.UNNAMED, Outcome.WRONG)]
    right, unnamed, wrong = numbers
    return f"{stage:17} {step:19} {sum(numbers):8} {right:6} {unnamed:8} {wrong:6}"
