"""Shows an explanation below the traceback of a cell, where IPython is running."""

import linecache
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from autograder.exceptions.clue import descriptions
from autograder.exceptions.explain import explain
from autograder.render import Rendered, marked_up
from autograder.steps import Stage

__all__ = ["explanation_inside", "explanation_of", "install"]

_EVENT = "post_run_cell"
_MARK = "_explains_exceptions_of"
_PACKAGE = __name__.partition(".")[0]


def install(shell: Any, stage: Stage) -> None:
    """Explain the exceptions of this IPython shell's cells from now on, for ``stage``.

    ``shell`` is what `IPython.get_ipython()` returns; None, where no IPython is running, does
    nothing. Installed again it replaces what was there before. A cell's own traceback is shown as
    ever; the explanation follows it. Whatever goes wrong here is never raised.
    """
    if shell is None:
        return
    for callback in list(shell.events.callbacks[_EVENT]):
        if hasattr(callback, _MARK):
            shell.events.unregister(_EVENT, callback)
    shell.events.register(_EVENT, _callback(shell, stage))


def _callback(shell: Any, stage: Stage) -> Callable[[Any], None]:
    def after_cell(result: Any) -> None:
        try:
            sentence = explanation_of(result.error_in_exec, shell.user_global_ns, stage)
            if sentence:
                from IPython.display import display

                display(_rendered(sentence))  # type: ignore[no-untyped-call]
        except Exception:  # the student has an exception to look at, and needs no second one
            return

    setattr(after_cell, _MARK, stage.name)
    return after_cell


def explanation_of(
    error: BaseException | None, namespace: dict[str, Any], stage: Stage
) -> str | None:
    """The explanation of an exception that left a cell; None if there is none to give.

    What was raised inside this package is not explained: it speaks for itself.
    """
    if error is None:
        return None
    return _explained(error, _place(error.__traceback__, namespace), namespace, stage)


def explanation_inside(error: BaseException, function: object) -> str | None:
    """The explanation of an exception that a student's function ended in, called by this package.

    None if there is none to give. Whatever goes wrong here is never raised.
    """
    namespace, called = getattr(function, "__globals__", None), error.__traceback__
    if not isinstance(namespace, dict) or called is None:
        return None
    try:
        # The first frame is that of whoever called.
        return _explained(error, _place(called.tb_next, namespace), namespace, None)
    except Exception:  # the exception's own text must do
        return None


def _explained(
    error: BaseException,
    place: tuple[FrameType, int] | None,
    namespace: dict[str, Any],
    stage: Stage | None,
) -> str | None:
    if place is None:
        return None
    frame, line = place
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    names = {**namespace, **frame.f_locals}
    return explain(type(error).__name__, str(error), source, line, descriptions(names), stage)


def _place(
    traceback: TracebackType | None, namespace: dict[str, Any]
) -> tuple[FrameType, int] | None:
    """The innermost frame of the notebook's own code, and its line."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_globals is namespace:
            found = frame, traceback.tb_lineno
        elif str(frame.f_globals.get("__name__", "")).partition(".")[0] == _PACKAGE:
            return None
        traceback = traceback.tb_next
    return found


def _rendered(sentence: str) -> Rendered:
    html = (
        '<div style="border-left:4px solid #767676;padding:2px 0 2px 10px">'
        f"<b>What this means</b>: {marked_up(sentence)}</div>"
    )
    return Rendered(f"What this means: {sentence}", html)
