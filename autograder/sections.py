"""Where a step is treated: the section of its notebook, by title and as a link.

Read from the release notebook that the package carries, so that a new heading needs no change
here. The anchor is the one that JupyterLab gives a heading: its text as it is rendered, with a
hyphen for each space. (nbconvert does the same, in feedback.) A heading with mathematics has none:
the text is taken after typesetting, so `$n - 1$` comes as "n−1", and JupyterLab does not follow
links that a browser writes in another way than they were given.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from autograder.course_files import release_directory

__all__ = ["Section", "anchors_in", "section_of"]

_HEADING = re.compile(r" {0,3}#{1,6}\s+(?P<text>.*?)\s*#*\s*$")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True)
class Section:
    """A section of a notebook: its title, with `names` in backticks, and a link within the page.

    Both are empty where there is no such section, the link alone where it could not be followed.
    """

    title: str
    anchor: str


def section_of(stage: str, step: str) -> Section:
    """The section of the notebook of ``stage`` in which ``step`` stands.

    That is the nearest heading above its solution cell. An empty section if the stage or the step
    has none, or in a checkout whose release notebooks have not been generated.
    """
    return _sections(stage).get(step, Section("", ""))


def anchors_in(markdown: str) -> list[str]:
    """The links, each beginning with `#`, that lead to the headings of a Markdown cell."""
    return [anchor for heading in _headings(markdown) if (anchor := _anchor(heading))]


@cache
def _sections(stage: str) -> dict[str, Section]:
    try:
        notebook = json.loads((release_directory() / stage / f"{stage}.ipynb").read_bytes())
    except FileNotFoundError:
        return {}
    sections: dict[str, Section] = {}
    heading = ""
    for cell in notebook["cells"]:
        grader: dict[str, Any] = cell["metadata"].get("nbgrader", {})
        if grader.get("solution") and heading:
            sections[grader["grade_id"]] = Section(_title(heading), _anchor(heading))
        elif cell["cell_type"] == "markdown":
            heading = [heading, *_headings("".join(cell["source"]))][-1]
    return sections


def _headings(markdown: str) -> Iterator[str]:
    fenced = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (match := _HEADING.match(line)):
            yield match["text"]


def _title(heading: str) -> str:
    """The heading as words: mathematics without its dollar signs, emphasis without its stars."""
    return re.sub(r"[$*]", "", heading)


def _anchor(heading: str) -> str:
    anchor = "#" + re.sub(r"[`*]", "", heading).replace(" ", "-")
    return anchor if anchor.isascii() and not set(anchor) & set('$"<>') else ""
