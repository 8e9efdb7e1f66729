"""The verdict on a whole submission, as text and as HTML."""

from html import escape

from autograder.render import LOOKS, Rendered, marked_up
from autograder.verdict import SubmissionVerdict

__all__ = ["render_submission"]


def render_submission(verdict: SubmissionVerdict) -> Rendered:
    """A judged submission: a line for each step with the reason, then repairs, flags, the score."""
    width = max(18, *(len(step.name) + 2 for step in verdict.steps))
    lines, rows = [], []
    for step in verdict.steps:
        look = LOOKS[step.status]
        points = f"{step.points:g}/{step.max_points:g}"
        reasons = [step.diagnosis.message] if step.diagnosis else []
        reason = " · ".join([look.word, *reasons, *step.remarks])
        lines.append(f"  {look.icon} {step.name:<{width}}{points:>6}  {reason}")
        rows.append(
            f'<tr><td style="color:{look.color};font-weight:bold">{look.icon}</td>'
            f'<td style="text-align:left"><code>{escape(step.name)}</code></td>'
            f'<td style="text-align:right">{points}</td>'
            f'<td style="text-align:left">{marked_up(reason)}</td></tr>'
        )
    for name, possible in verdict.manual.items():
        lines.append(f"  ✎ {name:<{width}}{f'?/{possible:g}':>6}  graded by the instructor")
        rows.append(
            f"<tr><td>✎</td><td style='text-align:left'><code>{escape(name)}</code></td>"
            f"<td style='text-align:right'>?/{possible:g}</td>"
            "<td style='text-align:left'>graded by the instructor</td></tr>"
        )
    notes = [f"repaired: {repair}" for repair in verdict.repairs]
    notes += [f"look at {flag.step}: {flag.message}" for flag in verdict.flags]
    total = f"{verdict.stage}: {verdict.score:g} of {verdict.max_score:g} points"
    seed = f"seed {verdict.receipt.seed}"
    html = (
        f"<div><b>{escape(total)}</b><table>{''.join(rows)}</table>"
        f"<ul>{''.join(f'<li>{marked_up(note)}</li>' for note in notes)}</ul></div>"
    )
    return Rendered(
        "\n".join([*lines, *(f"  ! {note}" for note in notes), f"{total} ({seed})"]), html
    )
