"""Every word and table that a person sees of a verdict, as text and as HTML.

The HTML needs no JavaScript and no style sheet, so that it also works in an untrusted notebook
and in feedback. A status is told by an icon, a word and a color together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from autograder.compare import Band, Comparison
from autograder.differences import entries_in_words, ratio_in_words
from autograder.steps import ManualStep, Stage
from autograder.verdict import Status, StepVerdict

__all__ = ["LOOKS", "Look", "Rendered", "headline", "marked_up", "render_summary", "render_verdict"]


@dataclass(frozen=True)
class Rendered:
    """One thing to show, in the two forms that a notebook, a terminal or feedback can take."""

    text: str
    html: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.html}


@dataclass(frozen=True)
class Look:
    """How a status looks."""

    icon: str
    word: str
    color: str
    verb: str = "is "


# Blue, orange and gray of the Okabe-Ito palette: told apart by every kind of color vision.
_RIGHT, _WRONG, _OPEN = "#0072B2", "#D55E00", "#767676"

LOOKS = {
    Status.CORRECT: Look("✓", "right", _RIGHT),
    Status.CORRECT_SHAPE_DIFFERS: Look("✓", "right", _RIGHT),
    Status.HARD_CODED: Look("◐", "right in the notebook's own sizes only", _WRONG),
    Status.WRONG: Look("✗", "wrong", _WRONG),
    Status.RAISED: Look("✗", "raised an error", _WRONG, verb=""),
    Status.NOT_ATTEMPTED: Look("○", "not done yet", _OPEN),
    Status.NOT_FINITE: Look("✗", "not finite", _WRONG),
    Status.NOT_A_TENSOR: Look("✗", "of the wrong type", _WRONG),
    Status.TIMEOUT: Look("✗", "took too long", _WRONG, verb=""),
    Status.KILLED: Look("✗", "ended its process", _WRONG, verb=""),
    Status.USED_AUTOGRAD: Look("✗", "made with autograd", _WRONG),
}


def headline(verdict: StepVerdict) -> str:
    """The verdict in one line."""
    look = LOOKS[verdict.status]
    return f"{look.icon} {verdict.name} {look.verb}{look.word}" + _closeness(verdict)


def render_verdict(verdict: StepVerdict) -> Rendered:
    """A verdict with all that is known of it: one quiet line when the step is right."""
    look = LOOKS[verdict.status]
    findings = _findings(verdict)
    text = headline(verdict)
    text += "".join(f"\n  {label}: {finding}" for label, finding in findings)
    rows = "".join(
        f'<tr><td style="text-align:left;vertical-align:top;padding:1px 12px 1px 0;'
        f'font-weight:bold">{escape(label)}</td>'
        f'<td style="text-align:left;padding:1px 0">{marked_up(finding)}</td></tr>'
        for label, finding in findings
    )
    table = f'<table style="margin:4px 0 0 0;border:none">{rows}</table>' if rows else ""
    html = (
        f'<div style="border-left:4px solid {look.color};padding:2px 0 2px 10px">'
        f'<span style="color:{look.color};font-weight:bold">{look.icon}</span> '
        f"<code>{escape(verdict.name)}</code> {look.verb}<b>{look.word}</b>"
        f"{escape(_closeness(verdict))}{table}</div>"
    )
    return Rendered(text, html)


def render_summary(stage: Stage, verdicts: Sequence[StepVerdict]) -> Rendered:
    """A stage at a glance: each step with its status, the points, and the step to do next."""
    by_name = {verdict.name: verdict for verdict in verdicts}
    lines, rows = [], []
    width = max(18, *(len(step.name) + 2 for step in stage.steps))
    for step in stage.steps:
        if isinstance(step, ManualStep):
            look = Look("✎", "graded by your instructor", _OPEN)
            word = look.word
        else:
            verdict = by_name[step.name]
            look = LOOKS[verdict.status]
            origins = " and ".join(verdict.follows_from)
            word = f"{look.word}, follows from {origins}" if origins else look.word
        lines.append(f"  {look.icon} {step.name:<{width}}{word}")
        rows.append(
            f'<tr><td style="color:{look.color};font-weight:bold">{look.icon}</td>'
            f'<td style="text-align:left"><code>{escape(step.name)}</code></td>'
            f'<td style="text-align:left">{escape(word)}</td></tr>'
        )
    points = sum(verdict.points for verdict in verdicts)
    possible = sum(verdict.max_points for verdict in verdicts)
    total = f"{stage.name}: {points:g} of {possible:g} points"
    following = next((v.name for v in verdicts if not v.status.passed), None)
    ending = f"Next: {following}" if following else "Every step is right."
    html = (
        f"<div><b>{escape(total)}</b><table>{''.join(rows)}</table>"
        f"<div>{escape(ending)}</div></div>"
    )
    return Rendered("\n".join([total, *lines, ending]), html)


def _closeness(verdict: StepVerdict) -> str:
    comparison = verdict.comparison
    if not verdict.status.passed or comparison is None:
        return ""
    if comparison.band is Band.EXACT:
        return " (exact)"
    return f" (equal, largest difference {comparison.max_difference:.1e})"


def _findings(verdict: StepVerdict) -> list[tuple[str, str]]:
    findings = []
    if verdict.diagnosis is not None:
        findings.append(("Why", verdict.diagnosis.message))
    if verdict.comparison is not None and not verdict.status.passed:
        findings += _difference(verdict.comparison)
    if verdict.follows_from:
        names = " and ".join(f"`{name}`" for name in verdict.follows_from)
        findings.append(
            (
                "Upstream",
                f"your rule for this step is right: the answer follows from your {names}, which "
                f"{'is' if len(verdict.follows_from) == 1 else 'are'} wrong. Mend that first.",
            )
        )
    return findings + [("Note", remark) for remark in verdict.remarks]


def _difference(comparison: Comparison) -> list[tuple[str, str]]:
    if not comparison.shapes_fit:
        return [("Shape", f"yours {comparison.shape}, expected {comparison.expected_shape}")]
    shape = f"{comparison.shape}"
    if comparison.shape != comparison.expected_shape:
        shape += f" for {comparison.expected_shape}"
    findings = [("Shape", shape), ("Entries", entries_in_words(comparison))]
    worst = list(comparison.worst or ())
    findings.append(
        (
            "Largest",
            f"difference {comparison.max_difference:.3g}"
            + (f" at {worst}" if worst else "")
            + f": yours {comparison.worst_actual:.6g}, expected {comparison.worst_expected:.6g}",
        )
    )
    # A single number is always some multiple of the right one, and 1 would be no difference.
    ratio = comparison.ratio
    if ratio is not None and comparison.entries > 1 and abs(ratio - 1) > 1e-6:
        findings.append(("Ratio", f"yours is {ratio_in_words(ratio)} times the expected one"))
    return findings


def marked_up(finding: str) -> str:
    """Escaped HTML in which `names` stand in code type."""
    parts = escape(finding).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
