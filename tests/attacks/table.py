"""The table of attacks: what each tried, the points with and without it, and what happened."""

from __future__ import annotations

from collections.abc import Sequence

from tests.attacks.attack import ROOMS
from tests.attacks.outcome import Outcome

__all__ = ["line_of", "summary", "verdict_on"]

_WIDTH = 56


def verdict_on(outcome: Outcome) -> tuple[str, ...]:
    """What is wrong about how an attack ended; nothing, if it came to nothing."""
    attack, faults = outcome.attack, list(outcome.faults)
    if outcome.happened not in attack.outcomes:
        faults.append(f"ended as: {outcome.happened}")
    if outcome.after > outcome.before and outcome.happened != "flagged" and not attack.scores:
        faults.append("gained points that nobody looks at")
    return tuple(faults)


def line_of(outcome: Outcome) -> str:
    """One line for a terminal; nothing of what a submission said is in it."""
    attack = outcome.attack
    told = outcome.happened
    if told == "scored":
        told = f"counts: {attack.scores}" if attack.scores else "SCORED"
    if faults := verdict_on(outcome):
        told += f" !! {'; '.join(faults)}"
    points = f"{outcome.before:5g} {outcome.after:5g}"
    return f"{attack.room:<10} {attack.name[:_WIDTH]:<{_WIDTH}} {points}  {told}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many attacks there were in each room, and how they ended."""
    lines = []
    for room in ROOMS:
        ended = [outcome.happened for outcome in outcomes if outcome.attack.room == room]
        counts = {kind: ended.count(kind) for kind in sorted(set(ended))}
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        lines.append(f"{room:<10} {len(ended):>3} attacks: {told}")
    wrong = [outcome for outcome in outcomes if verdict_on(outcome)]
    largest = max((outcome.memory for outcome in outcomes), default=0)
    lines.append(
        f"{len(outcomes)} attacks, {len(wrong)} got through; "
        f"at most {largest >> 20} MiB of the grader's own memory"
    )
    return "\n".join(lines)
