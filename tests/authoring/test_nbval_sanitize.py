"""What nbval forgives between two runs of a solution, and what it does not."""

import re

import pytest
from nbval.plugin import get_sanitize_patterns

from autograder.authoring.layout import CHECKOUT

PATTERNS = get_sanitize_patterns(
    (CHECKOUT.root / "solutions" / "nbval_sanitize.cfg").read_text("utf-8")
)

SAME = {
    "an address": ("<object at 0x7f5f9a6ac480>", "<object at 0x7fd3733cc480>"),
    "a duration": ("took 12.3 ms", "took 0.9 s"),
    "a running clock": ("left 1:02", "left 10:59:01"),
    "a rate": ("1,203 steps/s", "987.5 steps per second"),
    "rounding of float64": ("largest difference 3.3e-17", "largest difference -5.55e-16"),
    "no rounding at all": ("largest difference 3.3e-17", "largest difference 0.0e+00"),
    "closeness of a right answer": (
        "dC is right (exact)",
        "dC is right (equal, largest difference 1e-18)",
    ),
    "the fifth decimal": ("loss 3.28461", "loss 3.28464"),
    "the padding of a tensor": ("[ 1.0,  2.0]", "[ 1.0, 2.0]"),
}
DIFFERENT = {
    "a loss": ("loss 3.2846", "loss 3.2847"),
    "a sign": ("-0.1250", "0.1250"),
    "a real error": ("largest difference 3.3e-17", "largest difference 3.3e-07"),
    "a shape": ("(32, 27)", "(27, 32)"),
    "a verdict": ("dprobs: exact", "dprobs: wrong"),
    "a count": ("12297 parameters", "12298 parameters"),
}


def sanitized(text: str) -> str:
    """The text after all patterns, in their order, as nbval applies them."""
    for pattern, replacement in PATTERNS:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.mark.parametrize(("first", "second"), SAME.values(), ids=SAME.keys())
def test_what_varies_from_run_to_run_is_forgiven(first, second):
    """Neither the clock nor the order of a sum fails a solution."""
    assert sanitized(first) == sanitized(second)


@pytest.mark.parametrize(("first", "second"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_a_student_would_see_differ_is_not(first, second):
    """A changed result is a changed output."""
    assert sanitized(first) != sanitized(second)


def test_every_pattern_of_the_file_is_read():
    """nbval skips silently what it does not understand."""
    text = (CHECKOUT.root / "solutions" / "nbval_sanitize.cfg").read_text("utf-8")
    assert len(PATTERNS) == text.count("\nregex") == text.count("\nreplace") > 0
