"""Texts of a terminal on the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.feedback.terminal import plain_text, terminal_html

TEXTS = st.lists(
    st.sampled_from(["\x1b[", "\x1b]0;", "\x07", "31m", "1;2m", "\x1b", "\x9b", "m", "<b>", "\r"])
    | st.text(max_size=3),
    max_size=20,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb\x1b[0mc", 'a<span class="ansi-1">b</span>c'),
        ("\x1b[1;92mb", '<span class="ansi-bold ansi-2">b</span>'),
        ("\x1b[38;5;196mb", "b"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("\x1b]0;a title\x07b", "b"),
        ("\x1b]8;;https://host.example\x1b\\link", "link"),
        ("\x1b[2J\x1b[Hgone", "gone"),
        ("10%\r20%\r100%\n", "100%\n"),
        ("a\r\nb", "a\nb"),
        ("\x00\x08a\x7f", "a"),
        ("a\u202eb", "ab"),
    ],
)
def test_examples(text: str, expected: str):
    """Colors stay, everything else that is meant for a terminal goes, HTML is escaped."""
    assert terminal_html(text) == expected


@given(TEXTS)
def test_no_control_character_comes_through(text: str):
    """Neither page nor plain text holds an escape or another control character."""
    for made in (terminal_html(text), plain_text(text)):
        assert not any(ord(character) < 32 and character not in "\n\t" for character in made)
        assert "\x1b" not in made and "\x9b" not in made
    assert "<b>" not in terminal_html(text)


def test_a_flood_is_shortened():
    """Of a million characters the first and the last fifty thousand are shown."""
    made = terminal_html("a" * 500_000 + "b" * 500_000)
    assert len(made) < 110_000
    assert "900,000 characters are not shown" in made
    assert made.startswith("aaa") and made.endswith("bbb")
