"""Another list of names, for whole courses: everybody who grades has to read the same one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from autograder.grading.errors import GradingError
from autograder.names import NAMES_FILE_VARIABLE, NamesError, load_names

__all__ = ["WrongNames", "settle_names_file"]


class WrongNames(GradingError):
    """NAMES_FILE names a list that cannot be used; the message says why."""


def settle_names_file() -> None:
    """Make the path in NAMES_FILE, if there is one, mean the same file in every process.

    The sandbox has that file, read-only, and the judge reads it for its own values; the receipt
    has its digest. Raises WrongNames for a list that cannot be used.
    """
    stated = os.environ.get(NAMES_FILE_VARIABLE)
    if not stated:
        return
    path = Path(stated).expanduser().absolute()
    try:
        load_names(path)
    except NamesError as error:
        raise WrongNames(str(error)) from error
    if os.geteuid() == 0 and not path.stat().st_mode & stat.S_IROTH:
        raise WrongNames(
            f"The list of names {path} is closed to other users, as whom submissions run: "
            f"allow them to read it with `chmod o+r {path}`."
        )
    os.environ[NAMES_FILE_VARIABLE] = str(path)
