"""Grade an attack for real, and tell what came of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import nbformat

from autograder.grading.ingest import Refused
from autograder.grading.judge import Judged
from autograder.grading.runner_process import Runner
from autograder.grading.runners import Runners
from autograder.grading.submission import open_case
from autograder.render_submission import render_submission
from autograder.stages import stage as find_stage
from autograder.verdict import Status
from tests.attacks.attack import Attack
from tests.attacks.base import attacked, half_answered, honest
from tests.attacks.reading import disguised, faults_of
from tests.attacks.scene import Scene, descendants, left_behind, peak_memory

__all__ = ["Grader", "Outcome"]

_SEED = 20_260_101
_SHORT = {
    "autograder.grading.passes._SECONDS": 2.0,
    "autograder.grading.own_run._SECONDS": 3.0,
    "autograder.grading.functions._SECONDS": 2.0,
    "autograder.grading.runner_process._GRACE": 1.0,
    "autograder.grading.process._SECONDS": 25.0,
}


@dataclass(frozen=True)
class Outcome:
    """What came of an attack; ``before`` are the points of the same notebook without it."""

    attack: Attack
    before: float
    after: float
    happened: str
    detail: str
    judged: Judged | None
    memory: int
    faults: tuple[str, ...]


class _Opener:
    """Opens processes as a judging process of a batch does: also such as begin further on."""

    def __init__(self, runners: Runners) -> None:
        self.after = runners.after

    def __call__(self) -> Runner:
        return self.after(())


class Grader:
    """Grades notebooks of a scene with forks of one zygote."""

    def __init__(self, runners: Runners, scene: Scene) -> None:
        self.runners = runners
        self.scene = scene
        self._bases: dict[str, Judged] = {}

    def judge(self, path: Path, stage: str) -> Judged:
        """The verdict on a file, with the outputs of its cells."""
        case = open_case(path, course=self.scene.course, stage=find_stage(stage), seed=_SEED)
        return case.judge(_Opener(self.runners), feedback=True)

    def notebook(self, notebook: nbformat.NotebookNode, stage: str, who: str = "bank") -> Judged:
        """The verdict on a notebook."""
        path = self.scene.course / who / f"{stage}.ipynb"
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        try:
            return self.judge(path, stage)
        finally:
            path.unlink()

    def base(self, stage: str) -> Judged:
        """The verdict on the base notebook of a stage."""
        if stage not in self._bases:
            self._bases[stage] = self.notebook(half_answered(stage), stage)
        return self._bases[stage]

    def _zygote(self) -> int:
        return self.runners._zygote._process.pid if self.runners._zygote else 0

    def attack(self, attack: Attack) -> Outcome:
        """Grade an attack, an honest notebook after it, and look around."""
        base = self.base(attack.stage)
        path = self.scene.submission / attack.stage / f"{attack.stage}.ipynb"
        shutil.rmtree(self.scene.submission, ignore_errors=True)
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(attacked(attack, self.scene.places)), encoding="utf-8")
        if attack.file:
            attack.file(path)
        files, processes, zygote = self.scene.fingerprint(), descendants(), self._zygote()
        judged, refused = None, ""
        with _times(attack.short), peak_memory() as peak:
            try:
                judged = self.judge(path, attack.stage)
            except Refused as refusal:
                refused = str(refusal)
        faults = [f"left process {pid}" for pid in sorted(left_behind(processes))]
        if self.scene.fingerprint() != files:
            faults.append("changed files outside")
        if self._zygote() != zygote:
            faults.append("ended the zygote")
        if self.scene.visited():
            faults.append("reached the network")
        if judged and self.scene.leaked(_everything(judged)):
            faults.append("leaked what it read")
        if judged and attack.room == "reader":
            faults += faults_of(judged)
        if disguised(refused):
            faults.append("a refusal with control characters")
        after = self.notebook(honest("02_cross_entropy"), "02_cross_entropy").verdict
        if (after.score, after.flags) != (after.max_score, ()):
            faults.append(f"an honest notebook after it got {after.score:g}")
        happened, detail = _happened(base, judged) if judged else ("refused", refused)
        points = judged.verdict.score if judged else 0.0
        before = base.verdict.score
        return Outcome(attack, before, points, happened, detail, judged, peak[0], tuple(faults))


def _everything(judged: Judged) -> str:
    cells = [[dict(output) for output in ended.outputs] for ended in judged.cells]
    messages = [[ended.error_name, ended.error_message] for ended in judged.cells]
    told = [judged.verdict.to_json(), cells, messages, render_submission(judged.verdict).text]
    return json.dumps(told, default=str)


def _happened(base: Judged, judged: Judged) -> tuple[str, str]:
    """One word for what an attack came to, and what says so."""
    before = {step.name: step for step in base.verdict.steps}
    flagged = {flag.step: flag.message for flag in judged.verdict.flags}
    gained = [s.name for s in judged.verdict.steps if s.points > before[s.name].points]
    lost = [s for s in judged.verdict.steps if s.points < before[s.name].points]
    if gained and not flagged:
        return "scored", f"{len(gained)} steps, {gained[0]} first"
    if gained:
        return "flagged", flagged.get(gained[0]) or next(iter(flagged.values()))
    stopped = [s for s in judged.verdict.steps if s.status is Status.USED_AUTOGRAD]
    if stopped:
        return "blocked", stopped[0].diagnosis.message if stopped[0].diagnosis else ""
    if lost:
        return "cost points", f"{len(lost)} steps, {lost[0].name} {lost[0].status}"
    changed = [s for s in judged.verdict.steps if s.status is not before[s.name].status]
    if changed:
        return "no points", f"{changed[0].name} {changed[0].status}"
    if judged.verdict.repairs != base.verdict.repairs:
        return "repaired", judged.verdict.repairs[0]
    ended = [cell for cell in judged.cells if cell.status != "ok"]
    old = [cell for cell in base.cells if cell.status != "ok"]
    if len(ended) > len(old):
        return "no effect", next(f"{c.status} {c.error_name}" for c in ended if c not in old)
    return "no effect", ""


@contextmanager
def _times(short: bool) -> Iterator[None]:
    """Seconds instead of minutes for cells that do not end by themselves."""
    with ExitStack() as stack:
        for name, value in _SHORT.items() if short else ():
            stack.enter_context(mock.patch(name, value))
        yield
