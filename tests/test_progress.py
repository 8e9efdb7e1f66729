"""The progress bar in a notebook, on a terminal and in a file."""

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.progress import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_it_yields_every_step() -> None:
    """The loop runs as `range` would."""
    assert list(progress(7, stream=io.StringIO())) == list(range(7))


def test_plain_lines_tell_each_tenth() -> None:
    """A file gets ten lines, the note at the end of each."""
    stream = io.StringIO()
    for _ in progress(2_000, note=lambda: "loss 2.5", stream=stream):
        pass
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0] == "200 of 2,000 steps, loss 2.5"
    assert lines[-1] == "2,000 of 2,000 steps, loss 2.5"


@pytest.mark.parametrize("steps", [1, 3, 11])
def test_few_steps_have_few_lines(steps: int) -> None:
    """No step is told twice, and the last one always."""
    stream = io.StringIO()
    list(progress(steps, stream=stream))
    lines = stream.getvalue().splitlines()
    assert len(lines) == len(set(lines)) == min(steps, 10)
    assert lines[-1].startswith(f"{steps} of {steps} steps")


def test_a_terminal_has_one_line_that_changes() -> None:
    """The bar is written over itself; what was longer is blanked out; a line end closes it."""
    stream = Terminal()
    notes = iter(["a long note", "short"])
    list(progress(2, note=lambda: next(notes), stream=stream))
    _, first, second = stream.getvalue().split("\r")
    assert first.startswith("[" + "#" * 15 + "." * 15 + "] 1 of 2 steps")
    assert second.rstrip() == "[" + "#" * 30 + "] 2 of 2 steps, short"
    assert len(second.rstrip("\n")) == len(first)
    assert second.endswith("\n")


def test_a_terminal_line_is_ended_when_the_loop_is_left() -> None:
    """After a break or an error, the prompt does not stand behind the bar."""
    stream = Terminal()
    loop = progress(2, stream=stream)
    next(loop), next(loop)
    loop.close()
    assert stream.getvalue().endswith("\n")


def test_a_loop_needs_a_step() -> None:
    """No steps at all is a mistake of the caller."""
    with pytest.raises(ValueError, match="0 steps"):
        next(progress(0))


def test_a_notebook_has_one_output_that_ends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a kernel one display is updated; nothing goes to stdout or stderr."""
    shown: list[Any] = []
    handle = SimpleNamespace(update=shown.append)
    monkeypatch.setattr("IPython.display.display", lambda first, display_id: handle)
    ipython = sys.modules["IPython"]
    monkeypatch.setattr(ipython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    assert list(progress(500)) == list(range(500))
    assert len(shown) == 100
    bundle = shown[-1]._repr_mimebundle_()
    assert bundle["text/plain"] == "500 of 500 steps"
    assert "width:100%" in bundle["text/html"]


def test_without_a_kernel_there_is_no_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cells that run in a plain shell write lines to stdout, and nothing to stderr."""
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace())
    list(progress(10))
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 10
    assert err == ""
