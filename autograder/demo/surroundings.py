"""What nbgrader needs around it, and what it should not see."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["course_surroundings"]


@contextmanager
def course_surroundings(folder: Path) -> Iterator[None]:
    """While it lasts, nbgrader finds its programs and no settings of the person who runs it.

    nbgrader calls ``alembic`` by name to make a gradebook, and leaves half of one when PATH does
    not lead there. ``folder`` takes what IPython writes. No other list of names is in force.
    """
    before = dict(os.environ)
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, before.get("PATH", os.defpath)])
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    os.environ.pop("NAMES_FILE", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
