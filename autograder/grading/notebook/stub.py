"""What students get of an instructor's cell: ``nbgrader generate_assignment``, cell by cell."""

import re
from dataclasses import dataclass

__all__ = ["COURSE_STUBS", "NBGRADER_STUBS", "Stubs", "untouched_source", "without_hidden_parts"]

_HIDDEN = ("HIDDEN TESTS", "MARK SCHEME")


@dataclass(frozen=True)
class Stubs:
    """What stands in a release where an answer was, in code and in prose."""

    code: str
    text: str


# nbgrader_config.py says the same to nbgrader; a test holds the two together.
COURSE_STUBS = Stubs(
    code="# Your answer goes here, in place of the next line.\nraise NotImplementedError()",
    text="*Your answer goes here, in place of this line. LaTeX is welcome.*",
)
NBGRADER_STUBS = Stubs(
    code="# YOUR CODE HERE\nraise NotImplementedError()", text="YOUR ANSWER HERE"
)


def without_hidden_parts(source: str) -> str:
    """The source without the regions that a release never has: hidden tests, marking schemes."""
    for region in _HIDDEN:
        kept, inside = [], False
        for line in source.split("\n"):
            if f"BEGIN {region}" in line:
                inside = True
            elif f"END {region}" in line:
                inside = False
            elif not inside:
                kept.append(line)
        source = "\n".join(kept)
    return source


def untouched_source(source: str, is_code: bool, stubs: Stubs) -> str:
    """An instructor's solution cell with the stub in place of each answer, or of everything.

    As nbgrader's ClearSolutions does it; a region that never ends swallows the rest of the cell
    here, where nbgrader refuses to make the release, so that no answer can ever be left.
    """
    stub = (stubs.code if is_code else stubs.text).split("\n")
    kept, inside, replaced = [], False, False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line:
            indent = re.match(r"\s*", line)
            kept += [(indent[0] if indent else "") + text for text in stub]
            inside = replaced = True
        elif "END SOLUTION" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return without_hidden_parts("\n".join(kept if replaced else stub))
