"""Which names a cell gives a value is read from its source, whatever the source is."""

import ast

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.authoring.layout import CHECKOUT
from autograder.grading.notebook.statements import read_source
from autograder.stages import STAGES


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "a = x = 1",
        "(x, b) = 1, 2",
        "[x] = [1]",
        "(a,\n x) = 1, 2",
        "x: int = 3",
        "if a: x = 2",
        "with a:\n    x = 2",
        "x = (\n 1 +\n 2)",
        "x = 1 \\\n  + 2",
        "a = 1; x = 2",
        "%%time\nx = 3",
        "def x(a):\n    return a",
        "class x:\n    pass",
        's = "it\'s"\nx = 1',
    ],
)
def test_these_store_a_name_afresh(source):
    """Without a look at what it was before."""
    assert "x" in read_source(source).stores
    assert not read_source(source).goes_on("x")


@pytest.mark.parametrize(
    "source",
    [
        "x += 1",
        "x **= 2",
        "x[range(n), y] -= 1",
        "x[0] = 1",
        "x.grad = 1",
        "x.index_add_(0, a, b)",
        "x[a][b].zero_()",
        "x = x + 1",
        "x = f(a, x)",
        "x = g(a)[x]",
    ],
)
def test_these_go_on_with_the_value_of_a_name(source):
    """So the cell belongs to the one that gave the name its value."""
    assert read_source(source).goes_on("x")


@pytest.mark.parametrize(
    "source",
    [
        "f(x=1)",
        "a = x == 1",
        "a <= x",
        "a[x] = 1",
        "a.x = 1",
        "xx = 1",
        "'''x = 1'''",
        '"""\nx = 1\n',
        "# x = 1",
        "def f():\n    x = 1",
        "def f():\n    if a:\n        b\n\n    x = 1",
        "print(x)",
        "dprobs[range(n), x] -= 1",
    ],
)
def test_these_do_neither(source):
    """The name is only read, or it is another one."""
    assert "x" not in read_source(source).stores
    assert not read_source(source).goes_on("x")


@pytest.mark.parametrize("source", ["f(", "'''a", '"""a\nb', "if a:", "def f(x):\n", "x = [1,"])
def test_these_are_unfinished(source):
    """The next cell goes on with them."""
    assert read_source(source).unfinished


@pytest.mark.parametrize("source", ["f()", "'a", "'''a'''", "if a: b", "", "# (", "f()]"])
def test_these_are_finished(source):
    """As far as brackets, texts and blocks tell."""
    assert not read_source(source).unfinished


@pytest.mark.parametrize("name", STAGES)
def test_pythons_own_parser_agrees_on_every_cell_of_the_course(name):
    """On the names that are plainly bound outside of functions."""
    notebook = nbformat.read(CHECKOUT.solution(name), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            bound = set()
            for statement in ast.parse(cell.source).body:
                if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    bound.add(statement.name)
                elif isinstance(statement, ast.Assign):
                    targets = [node for target in statement.targets for node in ast.walk(target)]
                    bound |= {
                        node.id
                        for node in targets
                        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                    }
            assert bound <= read_source(cell.source).stores


@given(st.text(st.sampled_from("'\"\\\n([{)]} x=.,:#+_1") | st.characters(), max_size=60))
def test_any_text_is_read(source):
    """Statements are in order, and none is outside of the text."""
    lines = [(s.first, s.last) for s in read_source(source).statements]
    assert lines == sorted(lines)
    assert all(0 <= first <= last <= source.count("\n") for first, last in lines)
