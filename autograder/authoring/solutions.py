"""Make the solution notebooks: ``python -m autograder.authoring.solutions [STAGE ...] [--force]``.

A stage runs again only if its authored file, the part of the package that it uses, the names or
the pinned versions have changed since; the notebook's metadata holds the digest of all these.
"""

import sys
from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode

from autograder.authoring import METADATA_KEY
from autograder.authoring.command import run_command
from autograder.authoring.convert import convert, to_text
from autograder.authoring.execute import execute
from autograder.authoring.layout import Checkout, write_if_changed
from autograder.authoring.markers import StageLike
from autograder.authoring.sources import digest

__all__ = ["build_solution", "is_fresh", "main"]


def _prepared(checkout: Checkout, stage: StageLike) -> NotebookNode:
    """The stage's notebook, complete but for the outputs."""
    notebook = convert(checkout.authored(stage.name), stage)
    notebook.metadata[METADATA_KEY]["digest"] = digest(checkout, stage.name)
    return notebook


def _matches(checkout: Checkout, stage: str, prepared: NotebookNode) -> bool:
    """Whether the stored solution is ``prepared`` with outputs."""
    try:
        text = checkout.solution(stage).read_text(encoding="utf-8")
        stored = nbformat.reads(text, as_version=4)
    except (OSError, ValueError):  # missing, or not a notebook: NotJSONError is a ValueError
        return False
    for cell in stored.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return to_text(stored) == to_text(prepared)


def is_fresh(checkout: Checkout, stage: StageLike) -> bool:
    """Whether the stored solution is what would be made now, as far as that shows without a run.

    A solution notebook that was edited by hand is not fresh. Raises AuthoringError when the
    authored file breaks a rule.
    """
    return _matches(checkout, stage.name, _prepared(checkout, stage))


def build_solution(checkout: Checkout, stage: StageLike, force: bool = False) -> bool:
    """Convert and execute a stage if it is not fresh, or if ``force``; tell whether it ran.

    Raises AuthoringError, and leaves the stored notebook as it was, when anything fails.
    """
    notebook = _prepared(checkout, stage)
    if not force and _matches(checkout, stage.name, notebook):
        return False
    execute(notebook, stage.name, checkout.root)
    write_if_changed(checkout.solution(stage.name), to_text(notebook))
    return True


def _make(checkout: Checkout, stage: StageLike, force: bool) -> str:
    ran = build_solution(checkout, stage, force)
    path = checkout.relative(checkout.solution(stage.name))
    return f"{path}: {'executed' if ran else 'up to date'}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see ``command`` for the exit codes."""
    return run_command("solutions", __doc__, _make, arguments)


if __name__ == "__main__":
    sys.exit(main())
