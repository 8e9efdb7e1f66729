"""Mistakes of 04_training: one line of the backward pass goes wrong, and what follows from it.

The lines are the steps of the stages before, so their tables serve here too. A mistake in a line
shows in every result that is computed from it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from autograder.inference import PARAMETER_NAMES
from autograder.mistakes.derived import Remembering
from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Edit, compiled
from autograder.mistakes.written.training_lines import LINES
from autograder.mistakes.written.training_tables import OVERALL, SWAPPED
from autograder.stages.training import KEPT

__all__ = ["WRITTEN"]

_RESULTS = tuple(f"d{name}" for name in PARAMETER_NAMES)
# Batch norm makes every column of `dhprebn` sum to zero, whatever arrives there: this result does
# not show what went wrong before.
_ZERO, _SUMS_TO_ZERO = "db1", "dhprebn"
_FORMULAS = {line.step: line for line, _ in LINES}
_RIGHT = {name: line.filled({}) for name, line in _FORMULAS.items()}
_READS = {name: _FORMULAS[name].read_by(body) for name, body in _RIGHT.items()}


def _after(line: str) -> frozenset[str]:
    """The lines that are computed from this one, itself among them."""
    after = {line}
    for name in _RIGHT:  # in backward order
        if after.intersection(_READS[name]):
            after.add(name)
    return frozenset(after)


_AFTER = {line: _after(line) for line in _RIGHT}


def _right_values(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """All variables of the backward pass by name; computed once where that can be remembered."""
    if isinstance(namespace, Remembering):
        return namespace.once(_right_values, lambda: _computed(namespace))
    return _computed(namespace)


def _computed(namespace: Mapping[str, Any]) -> dict[str, Any]:
    parameters = zip(PARAMETER_NAMES, namespace["parameters"], strict=True)
    kept = zip(KEPT, namespace["kept"], strict=True)
    Xb, Yb = namespace["Xb"], namespace["Yb"]
    values = {**dict(parameters), **dict(kept), "Xb": Xb, "Yb": Yb, "n": len(Xb)}
    for name, body in _RIGHT.items():
        values[name] = _value(values, _READS[name], body)
    return values


def _value(values: Mapping[str, Any], names: tuple[str, ...], body: str) -> Tensor:
    return compiled(names, body)(*(values[name] for name in names))


def _shown_in(line: str) -> frozenset[str]:
    """The results in which a mistake in this line shows."""
    after = _AFTER[line]
    return after if _SUMS_TO_ZERO in {line} | (_AFTER.keys() - after) else after - {_ZERO}


def _mistakes() -> Iterator[Mistake]:
    for number, result in enumerate(_RESULTS):
        for line, tables in LINES:
            if result in _shown_in(line.step):
                for entry, body in line.wrong_forms(*tables):
                    yield _mistake(number, line.step, body, entry)
        for mine, other, message, source in SWAPPED:
            if mine == result:
                yield _swapped(number, other, message, source)
        for code, message, factor in OVERALL if result != _ZERO else ():
            yield _scaled(number, code, message, factor)


def _mistake(number: int, line: str, body: str, entry: Edit) -> Mistake:
    """The result of this number when ``line`` has another body."""
    result = _RESULTS[number]
    names = _FORMULAS[line].read_by(body)
    following = [
        name for name in _RIGHT if name in _AFTER[line] and name != line and result in _AFTER[name]
    ]

    def make(namespace: Mapping[str, Any]) -> Tensor:
        values = dict(_right_values(namespace))
        values[line] = _value(values, names, body)
        for name in following:
            values[name] = _value(values, _READS[name], _RIGHT[name])
        answer: Tensor = values[result]
        return answer

    shows = frozenset(_RESULTS.index(name) for name in _shown_in(line).intersection(_RESULTS))
    return Mistake(
        "backward",
        entry.code,
        entry.message,
        make,
        entry.cost,
        number,
        entry.source,
        shows,
        entry.needs,
    )


def _scaled(number: int, code: str, message: str, factor: str) -> Mistake:
    """The right result of this number, times a factor that may be made from ``n``."""

    def make(namespace: Mapping[str, Any]) -> Tensor:
        values = _right_values(namespace)
        answer: Tensor = values[_RESULTS[number]] * compiled(("n",), factor)(values["n"])
        return answer

    return Mistake("backward", code, message, make, 1, number)


def _swapped(number: int, other: str, message: str, source: str) -> Mistake:
    """Another result in the place of this number."""

    def make(namespace: Mapping[str, Any]) -> Tensor:
        answer: Tensor = _right_values(namespace)[other]
        return answer

    return Mistake("backward", "wrong_index", message, make, 1, number, source)


WRITTEN: tuple[Mistake, ...] = tuple(_mistakes())
