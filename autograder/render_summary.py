"""A whole stage at a glance."""

from collections.abc import Mapping, Sequence
from html import escape

from autograder.render import LOOKS, Look, Rendered
from autograder.steps import ManualStep, Stage
from autograder.verdict import Status, StepVerdict

__all__ = ["render_summary"]

_MANUAL = Look("✎", "graded by your instructor", LOOKS[Status.NOT_ATTEMPTED].color)


def render_summary(
    stage: Stage, verdicts: Sequence[StepVerdict], hints: Mapping[str, int] | None = None
) -> Rendered:
    """Each step with its status, the points, the hints used, and the step to do next.

    ``hints`` has the number of hints shown for each step that had any.
    """
    by_name = {verdict.name: verdict for verdict in verdicts}
    hints = hints or {}
    lines, rows = [], []
    width = max(18, *(len(step.name) + 2 for step in stage.steps))
    for step in stage.steps:
        look, word = _MANUAL, _MANUAL.word
        if not isinstance(step, ManualStep):
            verdict = by_name[step.name]
            look, word = LOOKS[verdict.status], _word(verdict)
        used = hints.get(step.name, 0)
        shown = f"{used} hint{'s' if used > 1 else ''}" if used else ""
        lines.append(f"  {look.icon} {step.name:<{width}}{word}" + (f" ({shown})" * bool(used)))
        rows.append(
            f'<tr><td style="color:{look.color};font-weight:bold">{look.icon}</td>'
            f'<td style="text-align:left"><code>{escape(step.name)}</code></td>'
            f'<td style="text-align:left">{escape(word)}</td>'
            f'<td style="text-align:left">{shown}</td></tr>'
        )
    points = sum(verdict.points for verdict in verdicts)
    possible = sum(verdict.max_points for verdict in verdicts)
    total = f"{stage.name}: {points:g} of {possible:g} points"
    following = next((v.name for v in verdicts if not v.status.passed), None)
    ending = f"Next: {following}" if following else "Every step is right."
    closing = [ending]
    if hints:
        closing.append(f"Hints used: {sum(hints.values())} (never graded)")
    html = (
        f"<div><b>{escape(total)}</b><table>{''.join(rows)}</table>"
        f"{''.join(f'<div>{escape(line)}</div>' for line in closing)}</div>"
    )
    return Rendered("\n".join([total, *lines, *closing]), html)


def _word(verdict: StepVerdict) -> str:
    """The status, and the diagnosis in a word or two."""
    look = LOOKS[verdict.status]
    if verdict.follows_from:
        return f"{look.word}, follows from {' and '.join(verdict.follows_from)}"
    if verdict.status.passed and verdict.remarks:
        return f"{look.word}, with a note"
    code = verdict.diagnosis.code if verdict.diagnosis else ""
    if code in ("", "differs", verdict.status):  # these say no more than the status
        return look.word
    return f"{look.word}: {code.replace('_', ' ')}"
