"""Make what students get: ``python -m autograder.authoring.release [STAGE ...]``.

Each stage's solution is made fresh first; then nbgrader's generate_assignment takes the answers
and outputs out of it, with the settings of nbgrader_config.py, in a temporary course folder.
"""

import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.cells import describe
from autograder.authoring.command import run_command
from autograder.authoring.errors import AuthoringError
from autograder.authoring.layout import Checkout, write_if_changed
from autograder.authoring.leaks import leaks
from autograder.authoring.markers import StageLike
from autograder.authoring.solutions import build_solution

__all__ = ["build_release", "generate", "main"]


class _Generate(GenerateAssignment):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's converter, which keeps the exception that it would only log."""

    failure: Exception | None = None

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Convert one notebook, as nbgrader does."""
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.failure = error
            raise


def _configuration(checkout: Checkout, course: Path) -> Config:
    """nbgrader_config.py, less what only matters to an instructor's own course folder."""
    loader = PyFileConfigLoader("nbgrader_config.py", path=str(checkout.root))
    config = loader.load_config()
    config.CourseDirectory.root = str(course)
    # The gradebook learns of an assignment when an instructor generates it; making the course
    # needs none, and a new one costs seconds.
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    return config


def _failing_cell(traceback: TracebackType | None) -> NotebookNode | None:
    """The cell that the innermost of nbgrader's frames was working on."""
    cell = None
    while traceback:
        found: Any = traceback.tb_frame.f_locals.get("cell")
        cell = found if isinstance(found, NotebookNode) else cell
        traceback = traceback.tb_next
    return cell


def _message(checkout: Checkout, stage: str, failure: Exception) -> str:
    """What nbgrader could not do, and at which cell of the solution."""
    cell = _failing_cell(failure.__traceback__)
    notebook = nbformat.read(checkout.solution(stage), as_version=4)
    same = (n for n, c in enumerate(notebook.cells, 1) if cell and c.id == cell.id)
    ordinal = next(same, None)
    here = describe(stage, ordinal, notebook.cells[ordinal - 1]) if ordinal else stage
    return f"{here}: nbgrader cannot make a release of it: {failure}"


def generate(checkout: Checkout, stage: str) -> str:
    """The text of a stage's release notebook, made of the stored solution.

    Raises AuthoringError with the cell at which nbgrader failed.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        course = Path(folder).resolve()
        source = course / "solutions" / stage / f"{stage}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_bytes(checkout.solution(stage).read_bytes())
        config = _configuration(checkout, course)
        config.CourseDirectory.assignment_id = stage
        quiet = logging.getLogger("autograder.nbgrader")
        quiet.setLevel(logging.CRITICAL)  # its failures are told in our own words below
        directory = CourseDirectory(config=config, log=quiet)
        converter = _Generate(coursedir=directory, config=config, log=quiet)
        try:
            converter.start()
        except NbGraderException as error:
            failure = converter.failure or error
            raise AuthoringError(_message(checkout, stage, failure)) from failure
        return (course / "notebooks" / stage / f"{stage}.ipynb").read_text(encoding="utf-8")


def build_release(checkout: Checkout, stage: StageLike, force: bool = False) -> bool:
    """Make the solution fresh and the release from it; tell whether the release changed.

    Raises AuthoringError, and writes no release, when a line of an answer is still in it.
    """
    build_solution(checkout, stage, force)
    text = generate(checkout, stage.name)
    solution = nbformat.read(checkout.solution(stage.name), as_version=4)
    for name, line in leaks(solution, text):
        raise AuthoringError(f"{stage.name}, cell '{name}': the release holds the answer: {line}")
    return write_if_changed(checkout.release(stage.name), text)


def _make(checkout: Checkout, stage: StageLike, force: bool) -> str:
    changed = build_release(checkout, stage, force)
    path = checkout.relative(checkout.release(stage.name))
    return f"{path}: {'written' if changed else 'up to date'}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see ``command`` for the exit codes."""
    return run_command("release", __doc__, _make, arguments)


if __name__ == "__main__":
    sys.exit(main())
