"""Whether a variable may be from an earlier run, because the cell that was to make it failed."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["remark_on_last_cell"]


def remark_on_last_cell(shell: Any, name: str, *, ended_by: type[BaseException]) -> str:
    """A sentence if the cell that ran last in an IPython shell was to make ``name``, and failed.

    Empty where it did not, where no shell is running (None), and where an ``ended_by`` ended the
    cell: that one comes when the variable is made.
    """
    result = getattr(shell, "last_execution_result", None)
    if result is None or result.success or isinstance(result.error_in_exec, ended_by):
        return ""
    made = rf"(?m)\b{re.escape(name)}\b[^=\n]*=(?!=)|^\s*def\s+{re.escape(name)}\b"
    if not re.search(made, result.info.raw_cell or ""):
        return ""
    return (
        f"the cell that ran last makes `{name}` and ended in an error, so this may be the "
        f"`{name}` of an earlier run: mend that cell and run it again."
    )
