"""Markdown and formulas."""

import pytest

from autograder.grading.feedback.prose import latex_html, prose_html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$x^2$", '<p><span class="tex">x^2</span></p>\n'),
        ("$$x_i$$", '<p><span class="tex display">x_i</span></p>\n'),
        ("$a < b$", '<p><span class="tex">a &lt; b</span></p>\n'),
        (
            "\\begin{align}a\\end{align}",
            '<p><span class="tex display">\\begin{align}a\\end{align}</span></p>\n',
        ),
        ("it costs \\$5", "<p>it costs $5</p>\n"),
        ("`$x$`", "<p><code>$x$</code></p>\n"),
        ("a <script>alert(1)</script>", "<p>a </p>\n"),
        ("[a](javascript:alert(1))", "<p><a>a</a></p>\n"),
        ("![a](https://host.example/a.png)", '<p><img alt="a"></p>\n'),
    ],
)
def test_examples(source: str, expected: str):
    """Formulas are marked for typesetting, the rest is clean."""
    assert prose_html(source) == expected


def test_a_picture_of_the_notebook_itself_is_shown():
    """An attachment is put into the page; one that is no picture is not."""
    attachments = {"a.png": {"image/png": "AAAA"}, "b.png": {"text/html": "<b>"}}
    html = prose_html("![x](attachment:a.png) ![y](attachment:b.png)", attachments)
    assert 'src="data:image/png;base64,AAAA"' in html
    assert html.count("src=") == 1


@pytest.mark.parametrize("source", ["\\\\[" * 5000, "x" * 50_000, "\\begin{a}" * 2000])
def test_what_would_take_long_is_shown_as_it_is(source: str):
    """Prose that is very long, or full of formulas that never end, is not parsed."""
    assert prose_html(source).startswith("<pre>")


def test_latex_outputs():
    """A LaTeX output is a formula in its delimiters, or text with formulas in it."""
    assert latex_html("$\\displaystyle x$") == '<span class="tex">\\displaystyle x</span>'
    assert latex_html("$$x$$") == '<span class="tex display">x</span>'
    assert "<p>a <span" in latex_html("a $x$ and $y$")
