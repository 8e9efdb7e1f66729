"""Which mistake explains a wrong answer.

A mistake is named only if it makes the same tensor as the student in every state that was
observed, of which there have to be two at least. The simplest is named: the lowest cost, then one
whose traces are in the text of the cell, then the simplest idea, then one written by hand, then the
order of the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.compare import compare
from autograder.mistakes import Mistake
from autograder.mistakes.derived.total import CONSTANT
from autograder.mistakes.search import Search, evidence
from autograder.mistakes.simplest import place_of
from autograder.mistakes.target import Pair
from autograder.mistakes.together import sentence, together
from autograder.observation import Observation
from autograder.sections import section_of
from autograder.steps import Stage, Step
from autograder.story import shape_story, story
from autograder.verdict import Diagnosis

__all__ = ["diagnose"]

# Of a step with several results, those nearest to the loss say most: this is the backward order.
_RESULTS = {"backward": (3, 4, 6, 5, 1, 2, 0)}
_MOST_RESULTS = 2  # that are searched: what is wrong with one of them shows in the others
_LONGEST = 10_000  # characters: searching a hostile text for traces takes its square
_FACTORS = {"missing_mean_factor", "extra_mean_factor", "wrong_constant"}


def diagnose(
    stage: Stage, step: Step, observations: Sequence[Observation], *, source: str = ""
) -> Diagnosis:
    """What is wrong with an answer to ``step`` that was observed in random states.

    ``source`` is the text of the student's cell: it decides between mistakes that make the same
    tensor. The code is "differs" where no mistake, and no pair of them, makes the answer.
    """
    found = _find(stage, step, observations, _evidence_in(source))
    return replace(found, read=section_of(stage.name, step.name).title)


def _evidence_in(source: str) -> str:
    """The lines of a text that tell something; none of a text as long as nobody's answer is.

    A comment is no evidence. A `#` in a text ends the line, too: no answer depends on one.
    """
    lines = (line.partition("#")[0].rstrip() for line in source.splitlines())
    text = "\n".join(filter(None, lines))
    return text if len(text) <= _LONGEST else ""


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
        Search(stage, step, result, _wrong_first(wrong[result]), source)
        for result in results[:_MOST_RESULTS]
        if len(wrong[result]) > 1
    ]
    right = [
        Search(stage, step, result, seen, source)
        for result, seen in by_result.items()
        if result not in wrong
    ]
    # Many a sum comes to zeros in another shape; those in the right one are a mistake by name.
    first = wrong[results[0]] if results else ()
    if searches and shape_story(step, first) and (zero := _zero(searches[0], step, first, False)):
        return zero
    if found := _single(searches, right, source):
        return found
    if searches and (zero := _zero(searches[0], step, first, True)):
        return zero
    # Two mistakes are looked for where the first of them shows.
    if searches and (pair := searches[0].pair()):
        return _both(pair)
    return Diagnosis("differs", story(step, wrong[results[0]] if results else observations))


def _zero(
    search: Search, step: Step, observations: Sequence[Observation], but_for_rounding: bool
) -> Diagnosis | None:
    """An answer that is zero everywhere, and what is known of its shape if that is wrong."""
    mistake = search.zero() if search.is_zero(but_for_rounding=but_for_rounding) else None
    if mistake is None:
        return None
    told = shape_story(step, observations)
    return Diagnosis(mistake.code, f"{sentence(mistake.message)} {told}".strip())


def _wrong_first(observations: Sequence[Observation]) -> list[Observation]:
    """A state in which the answer happens to be right rejects nothing: it goes last."""
    return sorted(observations, key=lambda one: compare(one.answer, one.expected).passed)


def _single(searches: Sequence[Search], right: Sequence[Search], source: str) -> Diagnosis | None:
    """The mistake that explains most results, the simplest of these.

    One that would show in a result that is ``right`` goes last.
    Only what explains the first result that can be explained is looked for in the others: a
    mistake made before it shows there, too.
    """
    for place, search in enumerate(searches):
        others = searches[place + 1 :]
        found = search.singles(bool(others), {earlier.result for earlier in searches[:place]})
        if found:
            ranks = [
                (
                    -_shared(mistake, others),
                    any(other.is_refuted(mistake) for other in right) if len(found) > 1 else False,
                    mistake.cost,
                    evidence(mistake, source),
                    place_of(mistake.code),
                )
                for mistake in found
            ]
            best = found[ranks.index(min(ranks))]
            return Diagnosis(best.code, sentence(best.message))
    return None


def _shared(mistake: Mistake, others: Sequence[Search]) -> int:
    """How many other results the same mistake explains."""
    return sum(other.explained_by(mistake.code, mistake.message) for other in others)


def _both(pair: Pair) -> Diagnosis:
    """Two mistakes as one diagnosis, where they are not two sides of a single one."""
    codes = tuple(dict.fromkeys(part.code for part in pair.parts if part.code))
    if set(codes) == {"missing_sum", "extra_sum"}:
        return Diagnosis("wrong_axis", "Summed over the wrong dimension.")
    if len(codes) > 1 and set(codes) <= _FACTORS:
        return Diagnosis("wrong_constant", CONSTANT)
    return Diagnosis(codes[0], together(pair), also=codes[1:])
