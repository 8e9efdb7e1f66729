"""What of a student's HTML comes onto the page, and what does not."""

import pytest
from bleach._vendor import html5lib  # a parser that reads HTML as browsers do
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.feedback.allowed import TAGS
from autograder.grading.feedback.clean import clean_html, picture

HARMLESS = {"style", "align", "valign", "href", "rel", "title", "open", "src", "alt", "width"} | {
    *("height", "start", "class", "colspan", "rowspan", "scope"),
}

PIECES = st.sampled_from(
    [
        *(
            "<b>",
            "</b>",
            "<p>",
            "<table>",
            "<td>",
            "</table>",
            "<a href=",
            '"',
            "'",
            ">",
            "<",
            "=",
            "/",
        ),
        *(
            "<script>",
            "</script>",
            "<svg>",
            "<math>",
            "<style>",
            "</style>",
            "<!--",
            "-->",
            "<![CDATA[",
        ),
        *(
            "<img src=x onerror=alert(1)>",
            "<iframe src=//x>",
            "<form action=//x>",
            "<textarea>",
            "&lt;",
        ),
        *(
            "<noscript>",
            "<title>",
            "</title>",
            "<template>",
            "<select>",
            "<plaintext>",
            "<xmp>",
            "\0",
        ),
        *(
            "javascript:",
            "<mglyph>",
            "<annotation-xml encoding=text/html>",
            "<foreignObject>",
            "\n",
        ),
        *(
            ' style="position:fixed"',
            " onclick=alert(1)",
            "<base href=//x>",
            "<meta http-equiv=refresh>",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_whatever_comes_in_only_harmless_elements_come_out(html: str):
    """For any input, a browser's parser finds nothing but allowed tags and attributes."""
    tree = html5lib.parseFragment(clean_html(html), namespaceHTMLElements=False)
    for element in tree.iter():
        if element is not tree and element.tag != "DOCUMENT_FRAGMENT":
            assert element.tag in TAGS
            assert set(element.attrib) <= HARMLESS
            assert not element.get("href", "#").lower().startswith(("javascript", "data"))
            assert element.get("src", "data:image/").startswith("data:image/")


@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_clean_html_is_clean(html: str):
    """Cleaning once is enough: a second time changes nothing."""
    assert clean_html(clean_html(html)) == clean_html(html)


@pytest.mark.parametrize(
    ("given_html", "expected"),
    [
        ("<b>x</b> &amp; y", "<b>x</b> &amp; y"),
        ("<script>alert(1)</script>x", "x"),
        ("<b onclick='x()'>y</b>", "<b>y</b>"),
        ('<img src="https://host.example/a.png">', "<img>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href=" java\nscript:alert(1)">x</a>', "<a>x</a>"),
        ('<p style="position:fixed;top:0">x</p>', "<p>x</p>"),
        ('<p style="color:red;background:url(//x)">x</p>', '<p style="color:red">x</p>'),
        ('<p style="margin:-500px">x</p>', "<p>x</p>"),
        ('<p style="padding:99999px">x</p>', "<p>x</p>"),
        ('<td colspan="1000000">x', "<td>x</td>"),
        ('<span class="cell test">x</span>', "<span>x</span>"),
        ("<style>*{display:none}</style>x", "x"),
        ("<iframe srcdoc='<script>1</script>'></iframe>x", "x"),
        ("</main></section>x", "x"),
        ("<b>never closed", "<b>never closed</b>"),
        ('<b title="never closed', ""),
        ("1 < 2", "1 &lt; 2"),
    ],
)
def test_examples(given_html: str, expected: str):
    """Scripts, handlers, frames, what loads from elsewhere and what leaves its place are gone."""
    assert clean_html(given_html) == expected


def test_tables_and_styles_of_verdicts_stay():
    """What our own renderer writes, and a data frame's table, look as they are meant to."""
    verdict = (
        '<div style="border-left:4px solid #D55E00;padding:2px 0 2px 10px">'
        '<span style="color:#D55E00;font-weight:bold">✗</span></div>'
    )
    assert clean_html(verdict) == verdict
    table = '<table><tr><th scope="row">a</th><td colspan="2">1</td></tr></table>'
    assert clean_html(table) == table


@pytest.mark.parametrize("piece", ["<div>", "<b x>", "<a><b>", "<p>", "<", "<td>", "<script>", "&"])
def test_hostile_nesting_does_not_grow(piece: str):
    """A hundred thousand open tags give a page of bounded depth, no longer than a few times."""
    html = (piece * 100_000)[:390_000]
    cleaned = clean_html(html)
    assert len(cleaned) < 6 * len(html)
    assert cleaned.count("</") <= 60 or cleaned.count("</") == 0


def test_formatting_that_is_never_closed_does_not_multiply():
    """Browsers repeat unclosed formatting in each paragraph: n tags and n paragraphs make n²."""
    html = "".join(f"<b title={i}>" for i in range(2000)) + "<p>x" * 2000
    assert len(clean_html(html)) < 3 * len(html)


def test_too_much_is_said_to_be_too_much():
    """Half a million characters are not shown, and the page says so."""
    assert clean_html("x" * 500_000) == "<p>(500,000 characters of HTML are not shown.)</p>"


def test_picture():
    """Base64 of a kind of picture becomes an image; anything else nothing."""
    assert picture("image/png", "AA\nAA==\n") == '<img alt="" src="data:image/png;base64,AAAA==">'
    assert picture("image/png", '"><script>') == ""
    assert picture("text/html", "AAAA") == ""


def test_an_end_that_never_ends_is_looked_for_once():
    """However often what is to be dropped seems to end."""
    assert clean_html("data:image/<script>" + "</script " * 200_000) == "data:image/"
    assert clean_html("a<script>b</script\n>c") == "ac"
