"""Every word and table that a person sees of a verdict, as text and as HTML.

The HTML needs no JavaScript and no style sheet, so that it also works in an untrusted notebook
and in feedback. A status is told by an icon, a word and a color together.
"""

from dataclasses import dataclass
from html import escape

from autograder.compare import Band, Comparison
from autograder.differences import entries_in_words, ratio_in_words
from autograder.figures.drawing import Drawing
from autograder.verdict import Status, StepVerdict

__all__ = ["LOOKS", "Evidence", "Look", "Rendered", "headline", "marked_up", "render_verdict"]


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


@dataclass(frozen=True)
class Evidence:
    """What the notebook shows of a wrong answer besides its verdict.

    ``drawings`` stand for themselves; ``graph`` says in a text what the one of the graph shows.
    ``read`` is the title of the section to read again and ``anchor`` its place in the notebook;
    ``hint`` tells how to get a hint.
    """

    drawings: tuple[Drawing, ...] = ()
    graph: str = ""
    read: str = ""
    anchor: str = ""
    hint: str = ""


_NONE = Evidence()


def headline(verdict: StepVerdict) -> str:
    """The verdict in one line, with the reason if there is one."""
    look = LOOKS[verdict.status]
    told = f"{look.icon} {verdict.name} {look.verb}{look.word}" + _closeness(verdict)
    return told + _joined(_reason(verdict))


def render_verdict(verdict: StepVerdict, evidence: Evidence = _NONE) -> Rendered:
    """A verdict with all that is known of it: one quiet line when the step is right."""
    look = LOOKS[verdict.status]
    findings = _findings(verdict)
    read = evidence.read or (verdict.diagnosis.read if verdict.diagnosis else "")
    last = (("Graph", evidence.graph), ("Read", read), ("Hint", evidence.hint))
    told = findings + [(label, finding) for label, finding in last if finding]
    text = headline(verdict) + "".join(f"\n  {label}: {finding}" for label, finding in told)
    rows = [(label, marked_up(finding)) for label, finding in findings]
    if read:
        link = marked_up(read)
        link = f'<a href="{escape(evidence.anchor)}">{link}</a>' if evidence.anchor else link
        rows.append(("Read", link))
    if evidence.hint:
        rows.append(("Hint", marked_up(evidence.hint)))
    cells = "".join(
        f'<tr><td style="text-align:left;vertical-align:top;padding:1px 12px 1px 0;'
        f'font-weight:bold">{escape(label)}</td>'
        f'<td style="text-align:left;padding:1px 0">{finding}</td></tr>'
        for label, finding in rows
    )
    table = f'<table style="margin:4px 0 0 0;border:none">{cells}</table>' if cells else ""
    pictures = " ".join(drawing.html for drawing in evidence.drawings)
    shown = f'<div style="padding:6px 0 0 0">{pictures}</div>' if pictures else ""
    reason = _reason(verdict)
    html = (
        f'<div style="border-left:4px solid {look.color};padding:2px 0 2px 10px">'
        f'<span style="color:{look.color};font-weight:bold">{look.icon}</span> '
        f"<code>{escape(verdict.name)}</code> {look.verb}<b>{look.word}</b>"
        f"{escape(_closeness(verdict))}{marked_up(_joined(reason))}"
        f"{table}{shown}</div>"
    )
    return Rendered(text, html)


def _joined(reason: str) -> str:
    """A sentence as it follows the verdict: a new one after a stop, else after a colon."""
    return f"{'.' if reason[0].isupper() else ':'} {reason}" if reason else ""


def _reason(verdict: StepVerdict) -> str:
    """Why the step is not right, in a sentence."""
    if verdict.follows_from:
        names = " and ".join(f"`{name}`" for name in verdict.follows_from)
        are = "is" if len(verdict.follows_from) == 1 else "are"
        mend = "that" if len(verdict.follows_from) == 1 else "those"
        return (
            f"your rule for this step is right, and this follows from your {names}, which {are} "
            f"wrong; mend {mend} first."
        )
    if verdict.diagnosis is None:
        return ""
    if verdict.diagnosis.code == "differs" and verdict.comparison is not None:
        return "it is none of the mistakes that we know; here is what differs."
    return verdict.diagnosis.message


def _closeness(verdict: StepVerdict) -> str:
    comparison = verdict.comparison
    if not verdict.status.passed or comparison is None:
        return ""
    if comparison.band is Band.EXACT:
        return " (exact)"
    return f" (equal, largest difference {comparison.max_difference:.1e})"


def _findings(verdict: StepVerdict) -> list[tuple[str, str]]:
    findings = []
    if verdict.comparison is not None and not verdict.status.passed:
        findings += _difference(verdict.comparison)
    return findings + [("Note", remark) for remark in verdict.remarks]


def _difference(comparison: Comparison) -> list[tuple[str, str]]:
    if not comparison.shapes_fit or comparison.passed:  # then nothing but the shape is wrong
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
    if ratio is not None and comparison.entries > 1 and abs(ratio - 1) > 1e-6 < abs(ratio):
        findings.append(("Ratio", f"yours is {ratio_in_words(ratio)} times the expected one"))
    return findings


def marked_up(finding: str) -> str:
    """Escaped HTML in which `names` stand in code type."""
    parts = escape(finding).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
