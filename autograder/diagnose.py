"""Which mistake explains a wrong answer.

A mistake is named only if it makes the same tensor as the student in every state that was
observed, of which there have to be two at least. The simplest is named: the lowest cost, then one
whose traces are in the text of the cell, then the simplest idea, then one written by hand, then the
order of the catalogue.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from autograder.compare import compare
from autograder.mistakes import Mistake, mistakes_of
from autograder.mistakes.derived import Change, Remembering, derived_of
from autograder.mistakes.pairs import pairs
from autograder.mistakes.target import Pair, Target
from autograder.observation import Observation
from autograder.sections import section_of
from autograder.steps import Stage, Step
from autograder.story import story
from autograder.verdict import Diagnosis

__all__ = ["diagnose"]

# Mistakes that make the same tensor at the same cost: the simpler idea goes first, and codes that
# are not listed last, in the order of the catalogue.
_SIMPLEST = (
    "zero_answer",
    "missing_branch",
    "branch_twice",
    "missing_upstream",
    "missing_local_derivative",
    "wrong_sign",
    "missing_mean_factor",
    "missing_sum",
    "mean_instead_of_sum",
    "extra_mean_factor",
    "bessel",
    "wrong_axis",
    "broadcast_shape",
    "extra_sum",
    "transposed",
    "missing_epsilon",
    "product_of_sums",
    "wrong_power",
    "wrong_constant",
    "forward_value_returned",
    "wrong_variable",
    "wrong_upstream",
)
# Of a step with several results, those nearest to the loss say most: this is the backward order.
_RESULTS = {"backward": (3, 4, 6, 5, 1, 2, 0)}
_AGAINST = 2
_FACTORS = {"missing_mean_factor", "extra_mean_factor", "wrong_constant"}
_PRECISION = {torch.float64: 1e-10, torch.float32: 1e-5}


def diagnose(
    stage: Stage, step: Step, observations: Sequence[Observation], *, source: str = ""
) -> Diagnosis:
    """What is wrong with an answer to ``step`` that was observed in random states.

    ``source`` is the text of the student's cell: it decides between mistakes that make the same
    tensor. The code is "differs" where no mistake, and no pair of them, makes the answer.
    """
    found = _find(stage, step, observations, source)
    return replace(found, read=section_of(stage.name, step.name).title)


def _find(stage: Stage, step: Step, observations: Sequence[Observation], source: str) -> Diagnosis:
    by_result: dict[int, list[Observation]] = {}
    for seen in observations:
        by_result.setdefault(seen.result, []).append(seen)
    wrong = {
        result: seen
        for result, seen in by_result.items()
        if not all(compare(one.answer, one.expected).passed for one in seen)
    }
    order = _RESULTS.get(step.name, ())
    results = sorted(wrong, key=lambda r: order.index(r) if r in order else r)
    searches = [
        _Search(stage, step, result, _wrong_first(wrong[result]), source)
        for result in results
        if len(wrong[result]) > 1
    ]
    if found := _single(searches, source):
        return found
    # Two mistakes are looked for where the first of them shows.
    if searches and (both := searches[0].pair()):
        return both
    return Diagnosis("differs", story(step, wrong[results[0]] if results else observations))


def _wrong_first(observations: Sequence[Observation]) -> list[Observation]:
    """A state in which the answer happens to be right rejects nothing: it goes last."""
    return sorted(observations, key=lambda one: compare(one.answer, one.expected).passed)


class _Search:
    """The search for what explains one result of a step."""

    def __init__(
        self, stage: Stage, step: Step, result: int, seen: Sequence[Observation], source: str
    ) -> None:
        self._stage, self._step, self._result, self._source = stage, step, result, source
        self._first, *self._rest = [_target(one) for one in seen]
        self._made: list[tuple[Mistake, Tensor]] = []

    def singles(self, dearer: bool) -> list[Mistake]:
        """The mistakes that make the answer in every state; the cheapest, or also ``dearer``."""
        matching: list[Mistake] = []
        for mistake in mistakes_of(self._stage, self._step):
            if mistake.result != self._result:
                continue
            if matching and mistake.cost > matching[0].cost and not dearer:
                break
            made = _made(mistake.make, self._first.namespace)
            if made is None:
                continue
            self._made.append((mistake, made))
            if mistake.code == "zero_answer" and bool(self._first.answer.any()):
                continue  # what is lost in rounding is not written as zero
            if self._first.near(made) and self._everywhere(mistake.make):
                matching.append(mistake)
        return matching

    def pair(self) -> Diagnosis | None:
        """The simplest two mistakes that make the answer together, if no single one does."""
        found = [
            pair
            for derived in derived_of(self._stage, self._step)
            if derived.result == self._result
            for pair in pairs(derived, self._made, self._first)
            if _believable(pair, self._source) and self._everywhere(pair.make)
        ]
        return _both(min(found, key=lambda pair: pair.cost)) if found else None

    def _everywhere(self, make: Callable[[Mapping[str, Any]], Tensor]) -> bool:
        for target in self._rest:
            made = _made(make, target.namespace)
            if made is None or not target.near(made):
                return False
        return True


def _single(searches: Sequence[_Search], source: str) -> Diagnosis | None:
    """The mistake that explains most results, the simplest of these."""
    found = [mistake for search in searches for mistake in search.singles(len(searches) > 1)]
    if not found:
        return None
    explained = Counter({(one.code, one.message): 0 for one in found})
    for code, message, _ in {(one.code, one.message, one.result) for one in found}:
        explained[code, message] += 1

    def simplicity(mistake: Mistake) -> tuple[int, int, int, int]:
        count = explained[mistake.code, mistake.message]
        return -count, mistake.cost, _evidence(mistake, source), _place(mistake.code)

    best = min(found, key=simplicity)
    return Diagnosis(best.code, _sentence(best.message))


def _believable(pair: Pair, source: str) -> bool:
    """Two mistakes together may make anything: what the cell's text speaks against is not meant."""
    return all(_evidence(part, source) < _AGAINST for part in pair.parts)


def _target(observation: Observation) -> Target:
    answer, scale = observation.answer, observation.expected.scale
    if answer.numel():
        scale = max(scale, float(answer.abs().max()))
    bound = max(_PRECISION[answer.dtype], _PRECISION[observation.expected.value.dtype]) * scale
    return Target(Remembering(observation.namespace), answer.detach().double(), bound)


def _made(make: Callable[[Mapping[str, Any]], Tensor], namespace: Remembering) -> Tensor | None:
    """What a mistake makes of a namespace; None if it does not apply there."""
    try:
        made = make(namespace)
    except Exception:  # a mistake that cannot be made in this state does not apply
        return None
    return made.double() if isinstance(made, Tensor) else None


def _place(code: str) -> int:
    return _SIMPLEST.index(code) if code in _SIMPLEST else len(_SIMPLEST)


def _evidence(mistake: Mistake | Change, source: str) -> int:
    """What the cell's text says: 0 for the mistake, 1 nothing, 2 against it."""
    if not mistake.source or not source:
        return 1
    return 0 if re.search(mistake.source, source) else _AGAINST


def _both(pair: Pair) -> Diagnosis:
    """Two mistakes as one diagnosis, where they are not two sides of a single one."""
    codes = tuple(dict.fromkeys(part.code for part in pair.parts if part.code))
    messages = [_sentence(part.message) for part in pair.parts if part.code]
    if len(codes) == 1:
        return Diagnosis(codes[0], messages[0])
    if set(codes) == {"missing_sum", "extra_sum"}:
        return Diagnosis("wrong_axis", "Summed over the wrong dimension.")
    if set(codes) <= _FACTORS:
        return Diagnosis("wrong_constant", "The answer is right up to a constant factor.")
    return Diagnosis(codes[0], f"Two things at once. {' '.join(messages)}", also=codes[1:])


def _sentence(message: str) -> str:
    """A message as a sentence: a capital letter and a full stop."""
    message = message[:1].upper() + message[1:]
    return message if message.endswith((".", "?", "!")) else f"{message}."
