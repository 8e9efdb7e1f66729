"""The eight submissions of the demonstration, made from a release as a student would."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.authoring.cells import grade_id
from autograder.authoring.rules import BEGIN, END

__all__ = ["SUBMISSIONS", "Submission", "Work"]


@dataclass(frozen=True)
class Work:
    """What a submission is made of: the release, the right answers, the checked steps in order."""

    release: NotebookNode
    answers: dict[str, str]
    steps: Sequence[str]

    @classmethod
    def of(cls, release: NotebookNode, solution: NotebookNode, steps: Sequence[str]) -> "Work":
        """The answers are the sources of the solution's editable graded cells."""
        answers = {}
        for cell in solution.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                lines = cell.source.splitlines()
                kept = [line for line in lines if line.strip() not in (BEGIN, END)]
                answers[str(grade_id(cell))] = "\n".join(kept)
        return cls(release, answers, steps)

    def notebook(self, answers: dict[str, str]) -> NotebookNode:
        """The release with these answers typed in; cells without one keep their stub."""
        notebook = copy.deepcopy(self.release)
        for cell in notebook.cells:
            name = grade_id(cell)
            if name in answers:
                cell.source = answers[name]
        return notebook

    def index(self, notebook: NotebookNode, name: str) -> int:
        """Where the cell with this grade_id stands."""
        return [grade_id(cell) for cell in notebook.cells].index(name)


@dataclass(frozen=True)
class Submission:
    """One student: a name, what they did, in which stages, and how to make it."""

    student: str
    story: str
    stages: tuple[str, ...]
    make: Callable[[Work], NotebookNode]


def _half(work: Work) -> NotebookNode:
    """The first half of the steps, and no derivation."""
    done = work.steps[: len(work.steps) // 2]
    return work.notebook({name: work.answers[name] for name in done})


def _early_mistake(work: Work) -> NotebookNode:
    """The mean's 1/n is forgotten in the very first step; all else is right."""
    wrong = "dlogprobs = torch.zeros_like(logprobs)\ndlogprobs[range(n), Yb] = -1.0"
    return work.notebook(work.answers | {"dlogprobs": wrong})


def _lost_duplicates(work: Work) -> NotebookNode:
    """Characters that occur more than once in the batch keep one of their gradients."""
    wrong = "dC = torch.zeros_like(C)\ndC[Xb] = demb"
    return work.notebook(work.answers | {"dC": wrong})


def _exception(work: Work) -> NotebookNode:
    """A misspelt variable in the middle step; what comes after rests on it."""
    name = work.steps[len(work.steps) // 2]
    return work.notebook(work.answers | {name: f"{name} = not_a_variable"})


def _deleted_cell(work: Work) -> NotebookNode:
    """The check cell of a right answer is gone."""
    notebook = work.notebook(work.answers)
    del notebook.cells[work.index(notebook, "check-dh")]
    return notebook


def _duplicated_cell(work: Work) -> NotebookNode:
    """A solution cell was copied and pasted, with the metadata that nbgrader knows it by."""
    notebook = work.notebook(work.answers)
    place = work.index(notebook, "dh")
    twin = copy.deepcopy(notebook.cells[place])
    twin.id = "dh-pasted"
    notebook.cells.insert(place + 1, twin)
    return notebook


_FIRST = ("01_unrolled",)
_ALL = ("01_unrolled", "02_cross_entropy", "03_batchnorm")

SUBMISSIONS = (
    Submission("perfect", "every answer is right", _ALL, lambda work: work.notebook(work.answers)),
    Submission("untouched", "the release as it is", _ALL, lambda work: work.notebook({})),
    Submission("early-mistake", "dlogprobs lacks 1/n, the rest is right", _FIRST, _early_mistake),
    Submission("lost-duplicates", "only dC is wrong: duplicates lost", _FIRST, _lost_duplicates),
    Submission("exception", "a step half-way raises", _FIRST, _exception),
    Submission("deleted-cell", "all right, but check-dh is deleted", _FIRST, _deleted_cell),
    Submission("duplicated-cell", "all right, but dh is there twice", _FIRST, _duplicated_cell),
    Submission("half-done", "the first half of the steps", _ALL, _half),
)
