"""A progress bar for long loops, with no package behind it.

In a notebook it is one output that changes in place; on a terminal, one line that does; anywhere
else (a file, a log, a test), ten plain lines. When it redraws depends on the steps alone, never on
the clock, so a finished loop always leaves the same output behind.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Protocol, TextIO

from autograder.render import Rendered

__all__ = ["progress"]

_BLUE, _PALE = "#0072B2", "#E5E5E5"
_CELLS = 30  # characters of the bar on a terminal

Note = Callable[[], str]


class _Bar(Protocol):
    redraws: int

    def draw(self, done: int, steps: int, note: str) -> None: ...

    def close(self) -> None: ...


def progress(steps: int, note: Note | None = None, stream: TextIO | None = None) -> Iterator[int]:
    """Yield 0, 1, ..., ``steps`` - 1, and show how far it has come.

    ``note`` is called at each redraw and returns a few words to show, the loss for instance.
    ``stream`` (default: stdout) is where a bar outside a notebook is written. Raises ValueError
    for fewer than one step.
    """
    if steps < 1:
        raise ValueError(f"{steps} steps is not a loop; ask for at least one")
    bar = _bar(stream)
    shown = 0
    try:
        for step in range(steps):
            yield step
            # Counted after the loop's body: a step that is under way is not done.
            if (step + 1) * bar.redraws // steps > shown:
                shown = (step + 1) * bar.redraws // steps
                bar.draw(step + 1, steps, note() if note else "")
    finally:
        bar.close()


def _bar(stream: TextIO | None) -> _Bar:
    if stream is None and _in_notebook():
        return _NotebookBar()
    stream = stream or sys.stdout
    return _TerminalBar(stream) if stream.isatty() else _Lines(stream)


def _in_notebook() -> bool:
    """Whether a kernel is behind this process: only then can an output be changed later."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def _told(done: int, steps: int, note: str) -> str:
    return f"{done:,} of {steps:,} steps" + (f", {note}" if note else "")


class _NotebookBar:
    """A colored bar in HTML, and its words for any other front end."""

    redraws = 100

    def __init__(self) -> None:
        from IPython.display import display

        self._handle = display(Rendered("", ""), display_id=True)  # type: ignore[no-untyped-call]

    def draw(self, done: int, steps: int, note: str) -> None:
        told = _told(done, steps, note)
        html = (
            f'<div style="display:flex;align-items:center;gap:10px">'
            f'<div style="width:300px;height:10px;background:{_PALE}">'
            f'<div style="width:{100 * done / steps:.0f}%;height:10px;background:{_BLUE}"></div>'
            f"</div><span>{told}</span></div>"
        )
        self._handle.update(Rendered(told, html))

    def close(self) -> None:
        pass


class _TerminalBar:
    """One line, written over itself."""

    redraws = 200

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = 0

    def draw(self, done: int, steps: int, note: str) -> None:
        filled = done * _CELLS // steps
        line = f"[{'#' * filled}{'.' * (_CELLS - filled)}] {_told(done, steps, note)}"
        # Blanks cover what a longer line before this one has left behind.
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def close(self) -> None:
        if self._width:
            self._stream.write("\n")


class _Lines:
    """A plain line for each tenth."""

    redraws = 10

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def draw(self, done: int, steps: int, note: str) -> None:
        self._stream.write(_told(done, steps, note) + "\n")
        self._stream.flush()

    def close(self) -> None:
        pass
