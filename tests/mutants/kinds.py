"""What the bank of mistakes and right answers is made of, and how an answer becomes a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import indent

__all__ = ["Across", "Bank", "Mistake", "Mistakes", "Right", "cell_of", "edited"]

# Step -> code of the mistake -> what students type for it.
Mistakes = Mapping[str, Mapping[str, Sequence[str]]]
# Step -> right ways to write it.
Right = Mapping[str, Sequence[str]]

SIGNATURES = {
    "numerical_gradient": "function, x, step",
    "unbroadcast": "gradient, shape",
    "softmax_jacobian": "x",
    "example_gradient": "x, y",
    "logsumexp": "x",
    "project": "g, r",
    "backward": "parameters, kept, Xb, Yb",
}


@dataclass(frozen=True)
class Mistake:
    """A wrong answer to one step, with the code of what is wrong with it."""

    step: str
    code: str
    source: str


@dataclass(frozen=True)
class Across:
    """A right way that concerns several cells: answers, and cells put before others."""

    name: str
    answers: Mapping[str, str]
    before: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Bank:
    """All that is known of one stage.

    ``slow`` are steps whose solution takes long: they are left out wherever they are not asked
    about, but for one submission, which has this quicker right answer.
    """

    stage: str
    mistakes: Mistakes
    right: Right
    across: Sequence[Across] = ()
    slow: Mapping[str, str] = field(default_factory=dict)

    def all_mistakes(self) -> Iterator[Mistake]:
        """Every mistake, step by step."""
        for step, codes in self.mistakes.items():
            for code, sources in codes.items():
                for source in sources:
                    yield Mistake(step, code, source)


def cell_of(step: str, source: str) -> str:
    """The cell for an answer: statements as they are, an expression given the step's name.

    For a step that is a function the source is what follows its first line: an expression to
    return, or the statements of its body; a source that defines the name itself stays as it is.
    """
    if source.startswith((f"def {step}(", f"{step} = ")):
        return source
    expression = _is_expression(source)
    if step in SIGNATURES:
        body = f"return {source}" if expression else source
        return f"def {step}({SIGNATURES[step]}):\n{indent(body, '    ')}"
    return f"{step} = {source}" if expression else source


def edited(source: str, *changes: tuple[str, str]) -> str:
    """``source`` with texts replaced; each has to be there once."""
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(f"{old!r} is there {source.count(old)} times")
        source = source.replace(old, new)
    return source


def _is_expression(source: str) -> bool:
    try:
        compile(source, "<answer>", "eval")
    except SyntaxError:
        return False
    return True
