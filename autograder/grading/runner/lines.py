"""Which line of a cell raised an exception."""

from __future__ import annotations

__all__ = ["CELL", "line_of"]

CELL = "<ipython-input-"  # how IPython names the file of a cell


def line_of(error: BaseException | None) -> int:
    """The line of a cell that raised: of the cell that ran, or of the one that defines what did.

    Counted from 1; 0 if no cell is to blame.
    """
    line, file = 0, ""
    try:
        trace = error.__traceback__ if error is not None else None
        while trace is not None:
            here = trace.tb_frame.f_code.co_filename
            if here == file or (not file and here.startswith(CELL)):
                line, file = trace.tb_lineno, here
            trace = trace.tb_next
    except BaseException:  # the student's exception may fail in any way
        return 0
    return line
