"""The landing page: what the stages are, where to begin, how the checks work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.lab.copies import newer_releases, release_notebooks
from autograder.lab.files import replace

__all__ = ["LANDING_PAGE", "landing_page", "write_landing_page"]

LANDING_PAGE = "START_HERE.md"

# What each stage makes a student able to do; its title stands in the notebook itself.
_ABILITIES = {
    "00_warmup": (
        "say what a gradient measures, check one with finite differences, and use the four rules "
        "the whole course rests on"
    ),
    "01_unrolled": (
        "write the 26 gradients of a small language model, one operation at a time, from the loss "
        "back to the embedding"
    ),
    "02_cross_entropy": (
        "derive the gradient of softmax and loss together, write it in one line, and say why "
        "fusing is faster and safer"
    ),
    "03_batchnorm": (
        "derive the gradient through mean and variance, write it in one line, and read it as a "
        "projection"
    ),
    "04_training": "train the network with your own backward pass and let it invent names",
}

_HEAD = """\
# Backprop by hand

You will write every gradient of a small neural network yourself, and a check will tell you after
each one whether it is right. Work through the stages in order: **click a stage to open it.**

| stage | afterwards you can |
| :--- | :--- |
"""

_FOOT = """
## How it works

1. Run a cell with **Shift + Enter**, from the top of the notebook down.
2. Where a cell asks for your answer, write it, run the cell, then run the `check(...)` below it.
   A wrong answer is told at once: what differs, where, and whether an earlier step is to blame.
3. `check.summary()` shows the whole stage at a glance.
4. The **Validate** button in a notebook's toolbar runs everything once more from the top, as
   grading will. It takes a while; `check` is what you need while you work.

The notebooks here are your own copies: an update of the course never changes them.

To begin a stage anew, close its tab, open a terminal with **File > New > Terminal**, and type
`autograder lab --reset 01_unrolled`; your old copy is kept beside the fresh one. (In the course's
own folder, `make lab LAB_ARGS="--reset 01_unrolled"` does the same.)

*This page is written anew at each start of* `autograder lab`*, so keep no notes in it.*
"""


def landing_page(titles: Mapping[str, str], newer: Iterable[Path] = ()) -> str:
    """The course map in Markdown, with links relative to the work folder.

    `titles` are the stages' titles by name, in order; `newer` the notebooks, relative to that
    folder, that hold a newer release of a stage.
    """
    text = _HEAD + "".join(
        f"| [{title}]({stage}/{stage}.ipynb) | {_ABILITIES.get(stage, '')} |\n"
        for stage, title in titles.items()
    )
    links = ", ".join(f"[{path.name}]({path.as_posix()})" for path in newer)
    if links:
        text += (
            f"\n**The course has a newer release** of a stage, put beside your own copy: {links}.\n"
        )
    return text + _FOOT


def write_landing_page(work: Path, release: Path) -> Path:
    """Write the landing page into the work folder, from the release notebooks; returns its path."""
    titles = {
        stage: _title(stage, notebook) for stage, notebook in release_notebooks(release).items()
    }
    newer = [path.relative_to(work) for path in newer_releases(release, work)]
    page = work / LANDING_PAGE
    replace(page, landing_page(titles, newer).encode())
    return page


def _title(stage: str, notebook: Path) -> str:
    """The notebook's first heading, or else the stage's name, fit for a link in a table."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        heading = re.search(r"^# +(.+?) *$", "".join(cell["source"]), re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            return re.sub(r"([\[\]|])", r"\\\1", heading[1])
    return stage
