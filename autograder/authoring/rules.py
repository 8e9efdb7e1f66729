"""What the markers of a stage must obey, each rule with the sentence that mends its breach.

nbgrader itself notices few of these, and some (a step without its check) never: the step would
silently be worth nothing.
"""

import re
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from autograder.authoring.cells import describe
from autograder.authoring.markers import Marker, StageLike

__all__ = ["BEGIN", "END", "broken_rules", "solution_lines"]

# nbgrader looks for these words without the number signs; the whole line is the convention here.
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_DELIMITER = re.compile(r"(BEGIN|END) SOLUTION")
_CELL_TYPE = {"solution": "code", "check": "code", "locked": "code", "manual": "markdown"}
_GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")


def broken_rules(notebook: NotebookNode, markers: Sequence[Marker], stage: StageLike) -> list[str]:
    """One sentence for each rule that the markers of ``notebook`` break, in cell order."""
    problems = []
    for marker in markers:
        here = describe(stage.name, marker.ordinal, marker.cell)
        problems += [f"{here}: {text}" for text in _alone(marker, stage)]
    problems += _stray_delimiters(notebook, markers, stage)
    problems += _closing_semicolons(notebook, stage)
    problems += _together(markers, stage)
    return problems


def _alone(marker: Marker, stage: StageLike) -> Iterator[str]:
    """What can be said of one marked cell without looking at the others."""
    steps = [step.name for step in stage.steps]
    cell = marker.cell
    if not _GRADE_ID.fullmatch(marker.name):
        yield f"'{marker.name}' is not a name; use letters, digits, - and _."
    elif marker.kind != "locked" and marker.name not in steps:
        yield (
            f"{stage.name} has no step '{marker.name}'; correct the name, or add the step to the "
            f"stage (it has {', '.join(steps)})."
        )
    elif marker.kind != "locked":
        judged = marker.name in [step.name for step in stage.checked]
        if judged and marker.kind == "manual":
            yield "a check judges this step; give it solution and check cells in place of manual."
        elif not judged and marker.kind != "manual":
            yield f'an instructor grades this step; mark one markdown cell manual="{marker.name}".'
    wanted = _CELL_TYPE[marker.kind]
    if cell.cell_type != wanted:
        yield f"a {marker.kind} cell is a {wanted} cell; this one is {cell.cell_type}."
    if marker.kind == "solution":
        yield from _blocks(cell.source)
    if marker.kind == "check" and not re.search(rf"""["']{marker.name}["']""", cell.source):
        yield f'the cell does not check its own step; write check("{marker.name}").'


def _blocks(source: str) -> Iterator[str]:
    """What is wrong with the BEGIN and END lines of a solution cell."""
    found = [line.strip() for line in source.splitlines() if _DELIMITER.search(line)]
    if not found:
        yield f"the answer is not marked; put it between {BEGIN} and {END}."
    elif found != [BEGIN, END] * (len(found) // 2):
        yield f"write each answer between one line {BEGIN} and one line {END}."
    elif not any(line.strip() for line in solution_lines(source)):
        yield f"there is no answer between {BEGIN} and {END}."


def solution_lines(source: str) -> list[str]:
    """The lines of a solution cell that nbgrader takes out of a release."""
    lines, inside = [], False
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            lines.append(line)
    return lines


def _stray_delimiters(
    notebook: NotebookNode, markers: Sequence[Marker], stage: StageLike
) -> Iterator[str]:
    """Answer delimiters outside the solution cells, where nbgrader fails or leaks the answer."""
    solutions = {marker.ordinal for marker in markers if marker.kind == "solution"}
    for ordinal, cell in enumerate(notebook.cells, start=1):
        if ordinal not in solutions and _DELIMITER.search(cell.source):
            here = describe(stage.name, ordinal, cell)
            yield f"{here}: {BEGIN} or {END} outside a solution cell; give the cell its marker."


def _closing_semicolons(notebook: NotebookNode, stage: StageLike) -> Iterator[str]:
    """A semicolon hides a cell's value in Jupyter, but not when nbval runs it: they differ."""
    for ordinal, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.rstrip().endswith(";"):
            here = describe(stage.name, ordinal, cell)
            yield f"{here}: ends with a semicolon; give its value a name, or end with plt.show()."


def _together(markers: Sequence[Marker], stage: StageLike) -> Iterator[str]:
    """Names given twice, and steps whose cells are missing or in the wrong order."""
    first: dict[str, Marker] = {}
    for marker in markers:
        earlier = first.setdefault(marker.grade_id, marker)
        if earlier is not marker:
            here = describe(stage.name, marker.ordinal, marker.cell)
            yield (
                f"{here}: the name '{marker.grade_id}' is already that of cell "
                f"{earlier.ordinal}; rename or remove one of the two."
            )
    of_kind = {kind: {m.name: m for m in first.values() if m.kind == kind} for kind in _CELL_TYPE}
    for step in stage.steps:
        solution, check = (of_kind[kind].get(step.name) for kind in ("solution", "check"))
        if solution and not check:
            here = describe(stage.name, solution.ordinal, solution.cell)
            yield f'{here}: nothing checks this step; add a cell marked check="{step.name}".'
        elif check and not solution:
            here = describe(stage.name, check.ordinal, check.cell)
            yield f'{here}: the step has no answer; add a cell marked solution="{step.name}".'
        elif solution and check and check.ordinal < solution.ordinal:
            here = describe(stage.name, check.ordinal, check.cell)
            yield f"{here}: the check comes before its solution; move it below."
        elif not solution and step.name not in of_kind["manual"]:
            yield (
                f"{stage.name}: no cell belongs to the step '{step.name}'; add its solution and "
                "check cells, or take the step out of the stage."
            )
