"""An example shows the formula and nothing that tells who wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.anonymous import anonymous_code, anonymous_message, vocabulary

KNOWN = vocabulary(["dprobs = (1 / probs) * dlogprobs", "torch.zeros(n, dtype=torch.float64)"])
STUDENT = "quentin-zwart"


def _shown(source: str) -> str | None:
    example = anonymous_code(source, KNOWN, STUDENT)
    return example and example.code


def test_the_formula_stays() -> None:
    """With its operators, numbers, methods and keywords."""
    source = "dprobs = -2.5 * (dlogprobs / probs ** 2).sum(0, keepdim=True)"
    assert _shown(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "# Quentin\ndprobs = 1",
        "dprobs = 1  # by Quentin Zwart",
        '"""Quentin"""\ndprobs = 1',
        "def probs():\n    'Quentin'\n    return 1",
        "print('Quentin')",
        "print(f'{probs} Quentin {n:Quentin}')",
        "print(b'Quentin')",
        "quentin = 1\ndprobs = quentin",
        "def quentin(zwart): return zwart",
        "class Quentin: pass",
        "def probs(*quentin, **zwart): pass",
        "probs(quentin=1)",
        "probs.quentin()",
        "import quentin",
        "import quentin.zwart as n",
        "from quentin import probs",
        "from . import quentin",
        "import torch as quentin",
        "from torch.nn import functional as quentin",
        "global quentin",
        "try:\n    probs\nexcept ValueError as quentin:\n    pass",
        "match probs:\n    case {'Quentin': n, **quentin}: pass\n    case [*zwart]: pass",
        "lambda quentin: quentin",
        "[quentin for quentin in probs]",
        "(quentin := 1)",
        "%timeit 'Quentin'\ndprobs = 1",
        "!echo Quentin\ndprobs = 1",
        "torch.einsum('quentin,zwart->q', probs, n)",
        "probs['Quentin']",
        "x = 1; x: 'Quentin' = 2",
        "dprobs = probs  # type: Quentin",
    ],
)
def test_no_name_of_a_student_is_left(source: str) -> None:
    """Whatever kind of name or text it is in."""
    shown = _shown(source) or ""
    assert "quentin" not in shown.lower()
    assert "zwart" not in shown.lower()


@given(st.text())
def test_any_text_is_no_danger(source: str) -> None:
    """It is an example or it is none."""
    shown = _shown(source)
    assert shown is None or shown.strip()


@given(st.text(st.characters(categories=["L"]), min_size=3), st.sampled_from(["# {}", "'{}'"]))
def test_comments_and_strings_are_gone(word: str, form: str) -> None:
    """Of any alphabet."""
    shown = _shown(f"dprobs = torch.zeros(n)  {form.format(word) if '#' in form else ''}")
    assert shown == "dprobs = torch.zeros(n)"
    assert _shown(f"probs({word!r})") in (
        "probs('…')",
        f"probs({word!r})" if word in KNOWN.strings else "",
    )


def test_names_of_the_students_own_are_numbered() -> None:
    """The same name is the same number, so that the formula can be followed."""
    source = "mine = dlogprobs * 2\nyours = mine / probs\ndprobs = mine + yours"
    assert _shown(source) == (
        "name1 = dlogprobs * 2\nname2 = name1 / probs\ndprobs = name1 + name2"
    )


def test_what_einsum_sums_over_stays() -> None:
    """It is half of the formula."""
    source = "dprobs = torch.einsum('ij,jk->ik', probs, dlogprobs)"
    assert _shown(source) == source


def test_what_comes_from_torch_keeps_its_name() -> None:
    """Imported names are not the student's own."""
    source = "from torch.nn.functional import one_hot\ndprobs = one_hot(probs, n)"
    assert _shown(source) == source


def test_what_is_no_python_is_not_shown() -> None:
    """There is no telling what is a name in it."""
    assert _shown("this is what Quentin thinks") is None
    assert _shown("# only Quentin's comment") is None
    assert _shown("") is None


def test_a_long_cell_is_cut() -> None:
    """After fourteen lines or seven hundred characters; a very long one is none."""
    shown = _shown("\n".join(f"probs = {number}" for number in range(100)))
    assert shown is not None
    assert shown.splitlines()[13:] == ["probs = 13", "…"]
    wide = _shown("probs = " + " + ".join(["dlogprobs"] * 200))
    assert wide is not None
    assert len(wide) <= 702
    assert _shown("probs = 1\n" * 1000) is None


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("the cell raised NameError: name 'quentin' is not defined.", "the cell raised NameError."),
        ("the cell raised QuentinError: no.", "the cell raised an exception of its own."),
        ("the `dlogprobs` of `quentin` is missing.", "the `dlogprobs` of `…` is missing."),
        ("3 of 7 differ, only in row 2.", "3 of 7 differ, only in row 2."),
    ],
)
def test_a_message_says_only_what_is_ours(message: str, shown: str) -> None:
    """The words of an exception may be anybody's."""
    assert anonymous_message(message, KNOWN, None) == shown


def test_a_message_names_things_as_its_example_does() -> None:
    """And keeps words of the catalogue that the course does not use."""
    example = anonymous_code("mine = probs\ndprobs = mine", KNOWN, STUDENT)
    shown = anonymous_message("`mine` wants an `index_add_` of `probs`.", KNOWN, example)
    assert shown == "`name1` wants an `index_add_` of `probs`."
