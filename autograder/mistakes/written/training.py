"""Mistakes of 04_training: one line of the backward pass goes wrong, and what follows from it.

The lines are the steps of the stages before, so their tables serve here too. A mistake in a line
shows in every result that is computed from it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from autograder.inference import PARAMETER_NAMES
from autograder.mistakes.mistake import Mistake
from autograder.mistakes.written.formula import Edit, compiled, edit
from autograder.mistakes.written.training_lines import LINES, OVERALL
from autograder.stages.training import KEPT

__all__ = ["WRITTEN"]

_RESULTS = tuple(f"d{name}" for name in PARAMETER_NAMES)
_FORMULAS = {line.step: line for line, _ in LINES}
_RIGHT = {name: line.filled({}) for name, line in _FORMULAS.items()}
_READS = {name: _FORMULAS[name].read_by(body) for name, body in _RIGHT.items()}

# What the right lines make of the arguments seen last: all mistakes in a line start from it.
_SEEN: list[tuple[Mapping[str, Any], dict[str, Any]]] = []
_MOST_SEEN = 8


def _after(line: str) -> frozenset[str]:
    """The lines that are computed from this one, itself among them."""
    after = {line}
    for name in _RIGHT:  # in backward order
        if after.intersection(_READS[name]):
            after.add(name)
    return frozenset(after)


_AFTER = {line: _after(line) for line in _RIGHT}


def _right_values(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """All variables of the backward pass by name, for the arguments of `backward`."""
    for seen, values in _SEEN:
        if seen is namespace:
            return values
    parameters = zip(PARAMETER_NAMES, namespace["parameters"], strict=True)
    kept = zip(KEPT, namespace["kept"], strict=True)
    Xb, Yb = namespace["Xb"], namespace["Yb"]
    values = {**dict(parameters), **dict(kept), "Xb": Xb, "Yb": Yb, "n": len(Xb)}
    for name, body in _RIGHT.items():
        values[name] = _value(values, _READS[name], body)
    _SEEN.insert(0, (namespace, values))
    del _SEEN[_MOST_SEEN:]
    return values


def _value(values: Mapping[str, Any], names: tuple[str, ...], body: str) -> Tensor:
    return compiled(names, body)(*(values[name] for name in names))


def _mistakes() -> Iterator[Mistake]:
    for number, result in enumerate(_RESULTS):
        for line, tables in LINES:
            if result in _AFTER[line.step]:
                for entry, body in line.wrong_forms(*tables):
                    yield _mistake(number, line.step, body, entry)
        for code, message, factor in OVERALL:
            yield _mistake(number, result, f"({_RIGHT[result]}) * {factor}", edit(code, message))


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

    return Mistake("backward", entry.code, entry.message, make, entry.cost, number, entry.source)


WRITTEN: tuple[Mistake, ...] = tuple(_mistakes())
