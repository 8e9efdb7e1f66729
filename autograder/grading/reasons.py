"""Why an answer is wrong on fresh states: the mistake, the exception, a map of the differences."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping, Sequence

from torch import Tensor

from autograder.diagnosed import diagnosed, needs_diagnosis, observe
from autograder.exceptions import descriptions, explain
from autograder.figures.drawing import Drawing
from autograder.figures.error_map import error_map
from autograder.grading.answers import Trial
from autograder.grading.feedback.terminal import plain_text
from autograder.grading.results import Called, CellResult
from autograder.observation import Observation
from autograder.rerun import given_in
from autograder.steps import GradientStep, Stage, ValueStep
from autograder.verdict import Status, StepVerdict

__all__ = ["map_of", "observed", "with_explanation", "with_reason"]

_OWN_REASON = ("shortcut",)  # these say more than any formula that comes to the same
_ONLY = (
    "This answer is to be one expression: while it is graded, of the course's variables only {} "
    "are there, and of yours what is no computation (functions, imports, constants)."
)
_LONGEST_SOURCE = 20_000  # characters of a cell that is read for the sake of an exception
_LONGEST = 600  # characters of an explanation


def observed(step: GradientStep | ValueStep, trials: Sequence[Trial]) -> list[Observation]:
    """What was seen of the answer in the trials that can be told of."""
    seen = [
        observe(
            given_in(trial.situation, step.name), trial.answer, trial.situation.expected[step.name]
        )
        for trial in trials
        if trial.situation is not None
    ]
    return [one for one in seen if one is not None]


def with_reason(
    stage: Stage,
    step: GradientStep | ValueStep,
    verdict: StepVerdict,
    trials: Sequence[Trial],
    source: str,
    text: str,
) -> StepVerdict:
    """A verdict of these ``trials`` with the reason, as far as one can be found.

    ``source`` is the step's cell, ``text`` that with the cells that it depends on.
    """
    if verdict.status is Status.RAISED:
        raised = next((trial for trial in trials if trial.verdict is verdict), None)
        if raised is None or raised.situation is None or raised.ended is None:
            return verdict
        if raised.ended.error_name == "NameError" and isinstance(step, GradientStep) and step.reads:
            return _with_sentence(verdict, _ONLY.format(", ".join(f"`{r}`" for r in step.reads)))
        names = given_in(raised.situation, step.name)
        return with_explanation(stage, verdict, raised.ended, source, names)
    if not needs_diagnosis(verdict) or _code(verdict) in _OWN_REASON:
        return verdict
    return diagnosed(stage, step, verdict, observed(step, trials), text)


def _code(verdict: StepVerdict) -> str:
    return verdict.diagnosis.code if verdict.diagnosis else ""


def with_explanation(
    stage: Stage,
    verdict: StepVerdict,
    ended: CellResult | Called,
    source: str,
    names: Mapping[str, object],
) -> StepVerdict:
    """A verdict on code that raised, with what the exception means in a sentence or two.

    ``names`` are the variables that were there.
    """
    if verdict.diagnosis is None or not ended.error_line or len(source) > _LONGEST_SOURCE:
        return verdict
    what = ended.error_name, ended.error_message, source, ended.error_line
    try:
        told = plain_text(explain(*what, descriptions(names), stage) or "")
    except Exception as error:  # no exception may cost a student more than its explanation
        failed = f"no explanation of {ended.error_name}: {type(error).__name__}: {error}"
        warnings.warn(failed, RuntimeWarning, stacklevel=2)
        return verdict
    if not told:
        return verdict
    told = told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"
    return _with_sentence(verdict, told)


def _with_sentence(verdict: StepVerdict, sentence: str) -> StepVerdict:
    assert verdict.diagnosis is not None
    message = f"{verdict.diagnosis.message} {sentence}"
    diagnosis = dataclasses.replace(verdict.diagnosis, message=message)
    return dataclasses.replace(verdict, diagnosis=diagnosis)


def map_of(step: GradientStep | ValueStep, trials: Sequence[Trial]) -> Drawing | None:
    """A map of the differences in the first trial that failed, if its answer can be compared."""
    failed = next((trial for trial in trials if not trial.passed), None)
    comparison = failed.verdict.comparison if failed else None
    if failed is None or failed.situation is None or comparison is None:
        return None
    expected = failed.situation.expected[step.name].value
    if not comparison.shapes_fit or not expected.numel() or not isinstance(failed.answer, Tensor):
        return None
    return error_map(step.name, failed.answer, expected, comparison)
