"""Forty students as a course has them, the same each time: made from the solution by seeds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring.layout import CHECKOUT
from autograder.demo.submissions import Work
from autograder.stages import stage as find_stage

__all__ = ["KINDS", "STAGE", "Made", "make_submissions"]

STAGE = "01_unrolled"

# The kinds take turns, so that every sample of successive students has nearly the same mixture.
KINDS = ("solved", "partly", "wrong", "extra cells", "solved", "partly", "mixed", "untouched")

_MISTAKES = (
    "{name} = -{name}",
    "{name} = 2 * {name}",
    "{name} = {name} / n",
    "{name} = torch.zeros_like({name})",
    "{name} = {name}.sum()",
    "{name} = {name} + 1e-3",
)
_CELLS = (
    "dlogits_shape = logits.shape\nprint(dlogits_shape, logits.dtype)",
    "for name, value in [('h', h), ('W2', W2)]:\n    print(name, tuple(value.shape))",
    "def largest(tensor):\n    return tensor.abs().max().item()\nlargest(logits)",
    "counts.sum(1, keepdim=True)[:4]",
)
_FIGURE = "plt.imshow(probs.detach(), cmap='gray')\nplt.colorbar();"


@dataclass(frozen=True)
class Made:
    """One student's notebook, and the points it deserves if that is the same for both graders.

    ``points`` None: one early error fails what follows from it in a notebook's own checks, and
    nothing but its own step in the judge's.
    """

    student: str
    kind: str
    notebook: NotebookNode
    points: float | None


def make_submissions(count: int) -> Iterator[Made]:
    """The first ``count`` students."""
    release = nbformat.read(CHECKOUT.release(STAGE), as_version=4)
    solution = nbformat.read(CHECKOUT.solution(STAGE), as_version=4)
    steps = find_stage(STAGE).checked
    work = Work.of(release, solution, [step.name for step in steps])
    worth = {step.name: step.points for step in steps}
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        answers, points = _answers(kind, work, worth, random.Random(number))
        notebook = work.notebook(answers)
        if kind in ("extra cells", "mixed"):
            _add_cells(notebook, work, random.Random(number))
        yield Made(f"student{number:04d}", kind, notebook, points)


def _answers(
    kind: str, work: Work, worth: dict[str, float], chance: random.Random
) -> tuple[dict[str, str], float | None]:
    """What the student typed in, and the points if they are the same for both."""
    answers = dict(work.answers)
    if kind == "untouched":
        return {}, 0.0
    if kind == "partly":
        done = work.steps[: chance.randint(4, len(work.steps) - 2)]
        return {name: answers[name] for name in done}, sum(worth[name] for name in done)
    if kind in ("wrong", "mixed"):
        for name in chance.sample(work.steps, chance.randint(1, 4)):
            answers[name] += "\n" + chance.choice(_MISTAKES).format(name=name)
        if kind == "mixed":  # and the end is not reached
            for name in work.steps[chance.randint(16, len(work.steps) - 1) :]:
                answers.pop(name)
        return answers, None
    return answers, sum(worth.values())


def _add_cells(notebook: NotebookNode, work: Work, chance: random.Random) -> None:
    """Some cells of one's own behind checks: prints, a helper, a figure."""
    for source in (*chance.sample(_CELLS, 2), _FIGURE):
        place = work.index(notebook, f"check-{chance.choice(work.steps[:12])}") + 1
        cell = new_code_cell(source)
        cell.id = f"own-{place}-{len(notebook.cells)}"
        notebook.cells.insert(place, cell)
