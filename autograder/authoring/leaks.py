"""Find answers in a release: every line of an answer is a canary."""

import json

from nbformat import NotebookNode

from autograder.authoring.cells import grade_id
from autograder.authoring.rules import solution_lines

__all__ = ["canaries", "leaks"]

_SHORTEST = 8  # characters; "else:" and "n = 1" stand everywhere and betray nothing


def canaries(solution: NotebookNode) -> dict[str, list[str]]:
    """By grade_id, the lines of each answer that the student's part of the notebook lacks.

    An answer without any cannot be told from what students may read: most likely the prose gives
    it away. Written answers count line by line as well.
    """
    answers: dict[str, list[str]] = {}
    shown: list[str] = []
    for cell in solution.cells:
        lines = cell.source.splitlines()
        if not cell.metadata.get("nbgrader", {}).get("solution"):
            shown += lines
            continue
        secret = lines if cell.cell_type == "markdown" else solution_lines(cell.source)
        answers[str(grade_id(cell))] = [line.strip() for line in secret]
        shown += [line for line in lines if line not in secret]
    public = "\n".join(shown)
    return {
        name: [line for line in lines if len(line) >= _SHORTEST and line not in public]
        for name, lines in answers.items()
    }


def leaks(solution: NotebookNode, release: str) -> list[tuple[str, str]]:
    """Each canary that stands in the text of a release's file, with its answer's grade_id.

    The whole file counts: sources, outputs, metadata and attachments.
    """
    return [
        (name, line)
        for name, lines in canaries(solution).items()
        for line in lines
        if json.dumps(line, ensure_ascii=False)[1:-1] in release  # as a file spells the line
    ]
