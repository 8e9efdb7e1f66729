"""Three hints for a step: the shapes around it, the rule in words, the formula; never code.

`hint(stage, step, level, namespace)` is what `check.hint("dbndiff")` shows. The first hint is
derived from the forward graph; the other two are written, one module for each stage.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.hints import batchnorm, cross_entropy, training, unrolled, warmup
from autograder.hints.hint import Hint
from autograder.hints.plain import plain_formula, plain_prose
from autograder.hints.shapes import shapes_in_words
from autograder.sections import Section, section_of
from autograder.steps import Stage, Step

__all__ = ["LEVELS", "RenderedHint", "hint", "written_hint"]

LEVELS = 3

_HINTS: Mapping[str, Mapping[str, Hint]] = {
    "00_warmup": warmup.HINTS,
    "01_unrolled": unrolled.HINTS,
    "02_cross_entropy": cross_entropy.HINTS,
    "03_batchnorm": batchnorm.HINTS,
    "04_training": training.HINTS,
}
_TITLES = ("shapes", "the rule", "the formula")


@dataclass(frozen=True)
class RenderedHint:
    """A hint to show: Markdown where formulas can be typeset, text for a terminal."""

    text: str
    markdown: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/markdown": self.markdown}


def written_hint(stage: str, step: str) -> Hint:
    """What is written for a step; raises KeyError for one that has no hint."""
    return _HINTS[stage][step]


def hint(stage: Stage, step: Step, level: int, namespace: Mapping[str, Any]) -> RenderedHint:
    """The hints for ``step`` up to ``level``, from 1 to LEVELS (more counts as LEVELS).

    All of them, for a cell that is run again shows its new output only. ``namespace`` holds the
    notebook's variables, whose shapes the first hint tells; nothing in it is changed. Raises
    ValueError for a level below 1, and KeyError for a step that an instructor grades.
    """
    if level < 1:
        raise ValueError(f"the first hint has level 1, not {level}")
    level = min(level, LEVELS)
    written = written_hint(stage.name, step.name)
    section = section_of(stage.name, step.name)
    parts = [_shapes(step, written, namespace)]
    parts += [_rule(written, section), _formula(written)][: level - 1]
    markdown = "\n\n".join(
        f"**Hint {number} of {LEVELS} for `{step.name}`: {title}**\n\n{part}"
        for number, (title, part) in enumerate(zip(_TITLES, parts, strict=False), 1)
    )
    return RenderedHint(_text(markdown), markdown)


def _shapes(step: Step, written: Hint, namespace: Mapping[str, Any]) -> str:
    sentences = [*([written.shapes] if written.shapes else []), *shapes_in_words(step, namespace)]
    # An empty line before and after a list, none between its items.
    return re.sub(r"\n\n(?=- )", "\n", "\n\n".join(sentences)).replace(".\n- ", ".\n\n- ", 1)


def _rule(written: Hint, section: Section) -> str:
    if not section.title:
        return written.rule
    title = f"[{section.title}]({section.anchor})" if section.anchor else section.title
    return f"{written.rule}\n\nRead again: {title}"


def _formula(written: Hint) -> str:
    lines = [f"$${formula}$$" for formula in written.formula]
    named = [
        f"${letter}$ is `{name}`" for letter, name in written.letters.items() if letter != name
    ]
    named += [f"${letter}$ is {meaning}" for letter, meaning in written.words.items()]
    return "\n\n".join([*lines, *([f"Here {'; '.join(named)}."] if named else [])])


def _text(markdown: str) -> str:
    """The same for a terminal."""
    text = re.sub(r"\$\$(.*?)\$\$", lambda match: f"    {plain_formula(match[1])}", markdown)
    text = re.sub(r"\[(.*?)\]\(#.*?\)", r"\1", text)
    lines = [plain_prose(line.replace("**", "")) for line in text.split("\n") if line]
    return "\n".join(lines)
