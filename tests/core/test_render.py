"""What a person sees of a verdict."""

from html.parser import HTMLParser

import pytest
import torch

from autograder.compare import Reference, compare
from autograder.render import headline, render_verdict
from autograder.render_summary import render_summary
from autograder.steps import ManualStep, Stage, ValueStep
from autograder.verdict import Diagnosis, Status, StepVerdict

REFERENCE = Reference.of(torch.ones(2, 2, dtype=torch.float64))


_SENTENCES = (
    "is right",
    "is right in the notebook's own sizes only",
    "is wrong",
    "raised an error",
    "is not done yet",
    "is not finite",
    "is of the wrong type",
    "is made with autograd",
    "took too long",
    "ended its process",
)


class _Tags(HTMLParser):
    """Collects tags and checks that they are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser


def test_success_is_one_quiet_line() -> None:
    """A right answer is one line with its band."""
    comparison = compare(REFERENCE.value.clone(), REFERENCE)
    exact = StepVerdict("dh", Status.CORRECT, 1.0, comparison=comparison)
    assert render_verdict(exact).text == "✓ dh is right (exact)"
    comparison = compare(REFERENCE.value + 1e-15, REFERENCE)
    equal = StepVerdict("dh", Status.CORRECT, 1.0, comparison=comparison)
    assert headline(equal) == "✓ dh is right (equal, largest difference 1.1e-15)"


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_icon_word_and_color(status: Status) -> None:
    """No status is told by color alone, and none lacks a look."""
    rendered = render_verdict(StepVerdict("dh", status, 1.0))
    icon, name, *words = rendered.text.split()
    assert icon in "✓✗○◐" and name == "dh"
    assert " ".join(words) in _SENTENCES
    found = _tags(rendered.html)
    assert "color:#" in rendered.html and icon in rendered.html
    assert "script" not in found.seen and found.attributes <= {"style"}


def test_messages_are_escaped() -> None:
    """Markup in a message (an exception of the student's, say) stays text."""
    message = "f(<b>x</b>) raised ValueError: <script>alert(1)</script> & `code<i>`"
    verdict = StepVerdict("f", Status.RAISED, 1.0, Diagnosis("raised", message))
    html = render_verdict(verdict).html
    assert "<script>" not in html and "<i>" not in html
    assert "&lt;script&gt;" in html and "<code>code&lt;i&gt;</code>" in html


def test_a_mimebundle_has_both_forms() -> None:
    """Jupyter takes the HTML, a terminal the text."""
    rendered = render_verdict(StepVerdict("dh", Status.NOT_ATTEMPTED, 1.0))
    assert rendered._repr_mimebundle_() == {
        "text/plain": rendered.text,
        "text/html": rendered.html,
    }


def test_the_summary_lists_every_step_and_the_next_one() -> None:
    """Points are added up, an instructor-graded step is listed as such, the next is named."""
    steps = [ValueStep(name, (), lambda: REFERENCE) for name in ("a", "b", "c")]
    stage = Stage("07_test", "Test", (steps[0], ManualStep("derivation"), *steps[1:]))
    verdicts = [
        StepVerdict("a", Status.CORRECT, 1.0),
        StepVerdict("b", Status.WRONG, 2.0, follows_from=("a", "c")),
        StepVerdict("c", Status.NOT_ATTEMPTED, 1.0),
    ]
    rendered = render_summary(stage, verdicts)
    assert rendered.text.splitlines() == [
        "07_test: 1 of 4 points",
        "  ✓ a                 right",
        "  ✎ derivation        graded by your instructor",
        "  ✗ b                 wrong, follows from a and c",
        "  ○ c                 not done yet",
        "Next: b",
    ]
    _tags(rendered.html)
    done = [StepVerdict(name, Status.CORRECT, 1.0) for name in "abc"]
    assert render_summary(stage, done).text.endswith("Every step is right.")


@pytest.mark.parametrize(
    ("factor", "told"),
    [(1 / 32, "1/32"), (-1.0, "-1"), (31 / 32, "31/32"), (141 / 853, "0.1653")],
)
def test_a_ratio_is_a_fraction_where_that_says_more(factor: float, told: str) -> None:
    """Small denominators are shown as fractions, other ratios with four digits."""
    tensor = torch.arange(1.0, 5.0, dtype=torch.float64)
    comparison = compare(factor * tensor, Reference.of(tensor))
    rendered = render_verdict(StepVerdict("dh", Status.WRONG, 1.0, comparison=comparison))
    assert f"yours is {told} times" in rendered.text


@pytest.mark.parametrize("factor", [0.0, 1e-18])
def test_nothing_is_no_ratio(factor: float) -> None:
    """That zeros are 0 times the right answer tells nothing that the entries do not."""
    tensor = torch.arange(1.0, 5.0, dtype=torch.float64)
    comparison = compare(factor * tensor, Reference.of(tensor))
    rendered = render_verdict(StepVerdict("dh", Status.WRONG, 1.0, comparison=comparison))
    assert "4 of 4 differ" in rendered.text and "times" not in rendered.text


def test_where_only_the_shape_is_wrong_no_entry_is_told() -> None:
    """A dimension of size 1 that a function was to keep: all entries agree, and it is wrong."""
    comparison = compare(REFERENCE.value.flatten()[:2], Reference.of(REFERENCE.value[:1]))
    rendered = render_verdict(StepVerdict("unbroadcast", Status.WRONG, 1.0, comparison=comparison))
    assert "Shape: yours (2,), expected (1, 2)" in rendered.text
    assert "Entries" not in rendered.text and "Largest" not in rendered.text


def test_a_single_number_has_no_ratio() -> None:
    """Any wrong number is a multiple of the right one, which tells nothing."""
    one = torch.tensor(1.0, dtype=torch.float64)
    comparison = compare(2 * one, Reference.of(one))
    rendered = render_verdict(StepVerdict("dz", Status.WRONG, 1.0, comparison=comparison))
    assert "Ratio" not in rendered.text


def test_a_verdict_as_json() -> None:
    """The JSON of a step has the documented keys and plain values."""
    verdict = StepVerdict("dh", Status.WRONG, 2.0, Diagnosis("transposed", "m"), ("r",))
    assert verdict.to_json() == {
        "name": "dh",
        "status": "wrong",
        "points": 0.0,
        "max_points": 2.0,
        "diagnosis": {"code": "transposed", "message": "m", "read": "", "also": []},
        "remarks": ["r"],
        "follows_from": [],
    }
    assert type(verdict.to_json()["status"]) is str
    assert StepVerdict("dh", Status.CORRECT, 2.0).to_json()["diagnosis"] is None
