"""The landing page: what the stages are, where to begin, how the checks work."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.lab.copies import copy_path
from autograder.lab.files import replace

__all__ = ["LANDING_PAGE", "landing_page", "write_landing_page"]

LANDING_PAGE = "START_HERE.md"

# Not read from `autograder.stages`: those need torch, and a start should not wait for it.
_ABILITIES = {
    "00_warmup": (
        "Warm-up",
        "say what a gradient measures, check one with finite differences, and use the four rules "
        "the whole course rests on",
    ),
    "01_unrolled": (
        "The network, unrolled",
        "write the 26 gradients of a small language model, one operation at a time, from the loss "
        "back to the embedding",
    ),
    "02_cross_entropy": (
        "Cross entropy in one step",
        "derive the gradient of softmax and loss together, write it in one line, and say why "
        "fusing is faster and safer",
    ),
    "03_batchnorm": (
        "Batch norm in one step",
        "derive the gradient through mean and variance, write it in one line, and read it as a "
        "projection",
    ),
    "04_training": (
        "Training without autograd",
        "train the network with your own backward pass and let it invent names",
    ),
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

The notebooks here are your own copies: an update of the course never changes them. To begin a
stage anew, run `autograder lab --reset 01_unrolled` in a terminal; your old copy is kept beside it.

*This page is written anew at each start of* `autograder lab`*, so keep no notes in it.*
"""


def landing_page(stages: Iterable[str], newer: Iterable[Path] = ()) -> str:
    """The course map in Markdown, with links relative to the work folder.

    `newer` are the notebooks, relative to that folder, that hold a newer release of a stage.
    """
    rows = []
    for stage in stages:
        title, ability = _ABILITIES.get(stage, (stage, ""))
        rows.append(f"| [{stage[:2]} · {title}]({stage}/{stage}.ipynb) | {ability} |\n")
    text = _HEAD + "".join(rows)
    links = ", ".join(f"[{path.name}]({path.as_posix()})" for path in newer)
    if links:
        text += (
            f"\n**The course has a newer release** of a stage, put beside your own copy: {links}.\n"
        )
    return text + _FOOT


def write_landing_page(work: Path, stages: Iterable[str]) -> Path:
    """Write the landing page into the work folder; returns its path."""
    stages = list(stages)
    newer = [
        path.relative_to(work)
        for stage in stages
        for path in sorted(copy_path(work, stage).parent.glob(f"{stage}.new*.ipynb"))
    ]
    page = work / LANDING_PAGE
    replace(page, landing_page(stages, newer).encode())
    return page
