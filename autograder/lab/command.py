"""What `autograder lab` does, and every sentence it prints."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from autograder.course_files import checkout_directory, release_directory
from autograder.lab.copies import (
    RECORD,
    Change,
    UnknownStage,
    copy_path,
    put_copies,
    release_notebooks,
    reset_copy,
)
from autograder.lab.course_map import write_landing_page
from autograder.lab.server import ServerMissing, serve
from autograder.names import NAMES_FILE_VARIABLE, NamesError, load_names, split_names

__all__ = ["lab", "work_directory"]


def work_directory() -> Path:
    """Where the student's copies lie: `work/` of the checkout, or of the current folder.

    Inside a folder that holds copies already (JupyterLab's own terminal opens in one) it is that.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / RECORD).is_file():
            return folder
    return (checkout_directory() or here) / "work"


def lab(work: Path | None, reset: str | None, arguments: Sequence[str]) -> int:
    """Prepare the work folder and serve it, or only reset one stage; returns the exit code.

    0: done; 2: no such stage, or NAMES_FILE names a list that cannot be used; 3: there is no
    release yet, the folder cannot be written, or JupyterLab did not run.
    """
    folder = (work or work_directory()).expanduser().absolute()
    release = release_directory()
    if not release_notebooks(release):
        return _complain(
            f"There are no release notebooks in {release}; run `make notebooks` to generate them.",
            3,
        )
    try:
        if reset is not None:
            for change in reset_copy(release, folder, reset, datetime.now()):
                print(_told(change, folder))
            print(
                "If the notebook is open in JupyterLab, close its tab now, or choose File > Reload "
                "Notebook from Disk: saving the open tab would bring the old work back."
            )
            return 0
        if os.environ.get(NAMES_FILE_VARIABLE):
            _warn_of_a_short_list(load_names())  # better one sentence here than five tracebacks
        for change in put_copies(release, folder):
            print(_told(change, folder))
        write_landing_page(folder, release)
        print(f"JupyterLab starts in {folder}; Ctrl-C here stops it.", flush=True)
        code = serve(folder, arguments)
    except (UnknownStage, NamesError) as problem:
        return _complain(str(problem), 2)
    except ServerMissing as problem:
        return _complain(str(problem), 3)
    except OSError as error:
        return _complain(
            f"{error.filename or folder} cannot be written or read ({error.strerror}); "
            "mend that, or choose another folder with --work.",
            3,
        )
    if code != 0:
        return _complain(f"JupyterLab ended with code {code}; its own message is above.", 3)
    return 0


def _warn_of_a_short_list(names: Sequence[str]) -> None:
    """Say at the start what stage 04 would say: it alone needs enough names for three parts."""
    try:
        split_names(names)
    except NamesError as problem:
        print(f"{problem} Stages 00 to 03 work with this list, stage 04 does not.", file=sys.stderr)


def _told(change: Change, folder: Path) -> str:
    """One sentence about a file that was put into the work folder."""
    name = change.path.relative_to(folder).as_posix()
    if change.kind == "kept":
        return f"Your old copy is kept as {change.path}."
    if change.kind == "copied":
        return f"{name}: a fresh copy for you."
    mine = copy_path(folder, change.stage).relative_to(folder).as_posix()
    state = "untouched so far" if change.untouched else "with your work in it"
    return (
        f"{name}: a newer release, beside {mine} ({state}), which stays as it is; "
        f"`autograder lab --reset {change.stage}` would change over and keep the old copy."
    )


def _complain(sentence: str, code: int) -> int:
    """Print a sentence as an error and hand back the exit code that goes with it."""
    print(sentence, file=sys.stderr)
    return code
