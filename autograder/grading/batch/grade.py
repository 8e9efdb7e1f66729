"""`autograder grade`: all submissions of a stage, from the folder to gradebook and feedback.

This process gives out work and records what comes back; it is the only one that writes journal
and gradebook. What a student has written is read and run elsewhere.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Mapping
from typing import Any

from autograder.grading.batch.chosen import choose, tell_of_others
from autograder.grading.batch.display import Display
from autograder.grading.batch.plan import Plan, Wanted, make_plan
from autograder.grading.batch.pool import Answer, Pool
from autograder.grading.batch.preview import preview
from autograder.grading.batch.settings import Outcome, Request, Summary
from autograder.grading.batch.stop import Stop
from autograder.grading.batch.store import Store
from autograder.grading.batch.work import entry_of, judging_job, outcome_of
from autograder.grading.errors import GradingError
from autograder.grading.record.assignment import ensure_assignment
from autograder.grading.record.course import CourseFolder
from autograder.grading.record.gradebook import Recorder
from autograder.grading.record.journal import Entry, Journal, journal_path
from autograder.grading.record.lock import course_lock
from autograder.grading.record.recorded import Recorded
from autograder.grading.versions import digest_of, versions

__all__ = ["grade"]

_BATCH = 16  # verdicts that are recorded together, if they have come by then
_ATTEMPTS = 2  # of a submission that the machine could not judge
_MOST_LACKING = 4  # then the machine is at fault, and not a submission
_SOON = 0.25  # seconds that a verdict waits for others, each of which would cost a transaction
_PATIENCE = 0.2


def grade(request: Request, pool: Pool | None = None) -> Summary:
    """Do what was asked. Raises NoSuchStudent, WrongAssignment, GradingError, KeyboardInterrupt.

    ``pool`` is one that was begun already; whoever began it closes it.

    Whatever was recorded by then stays, and the same request goes on from there.
    """
    course = CourseFolder(request.course)
    chosen = choose(request, course)
    if not chosen.students:
        return tell_of_others(Summary(request.stage), chosen)
    return tell_of_others(_grade(request, course, chosen.students, pool), chosen)


def _grade(
    request: Request, course: CourseFolder, students: tuple[str, ...], pool: Pool | None
) -> Summary:
    """Grade these students, whose folders can be graded."""
    stage = request.stage
    source = course.source(stage)
    if request.dry_run:
        return preview(request, course, students, pool)
    with contextlib.ExitStack() as stack:
        stack.enter_context(course_lock(course.root))
        if pool is None:
            pool = stack.enter_context(Pool(request.sandbox, request.jobs))
        ensure_assignment(course, stage, source)
        recorder = stack.enter_context(Recorder(course, stage))
        journal = stack.enter_context(Journal(journal_path(course.root, stage)))
        recorded = recorder.recorded()
        plan = make_plan(
            course,
            stage,
            students,
            journal,
            recorded,
            Wanted(digest_of(source), versions(), request.seed),
            again=request.again,
            feedback=request.feedback,
        )
        batch = _Batch(request, course, plan, recorded, pool, Store(course, journal, recorder))
        if journal.unreadable:
            told = f"{journal.unreadable} damaged lines of the journal {journal.path} were left out"
            batch.summary.notes.append(f"{told}; what they told is judged again.")
        return batch.run(stack)


class _Batch:
    def __init__(
        self,
        request: Request,
        course: CourseFolder,
        plan: Plan,
        recorded: Mapping[str, Recorded],
        pool: Pool,
        store: Store,
    ) -> None:
        self.summary = Summary(request.stage, other=plan.other)
        self._request, self._course, self._plan = request, course, plan
        self._recorded, self._pool, self._store = recorded, pool, store
        self._open = 0  # jobs without an answer
        self._lacking = 0  # in a row
        self._attempts: dict[str, int] = {}
        self._stop = Stop()

    def run(self, stack: contextlib.ExitStack) -> Summary:
        """All that the plan says."""
        plan = self._plan
        for student in [*plan.record, *plan.place, *plan.feedback, *plan.done]:
            self._tell(plan.known[student], judged=False)
        stack.enter_context(self._stop)
        self._display = stack.enter_context(Display(len(plan.judge), quiet=self._request.quiet))
        with self._stop.later():
            known = [plan.known[student] for student in plan.record]
            if known:
                self._store.record(known)
            self._store.place(plan.known[student] for student in plan.place)
        pages = [*plan.record, *plan.place, *plan.feedback] if self._request.feedback else []
        if plan.judge or pages:
            first = [judging_job(self._request, self._course, name) for name in plan.judge[:1]]
            self._pool.wait(len(plan.judge) or 1, *first)
        for student in pages:
            self._write_page(student)
        for student in plan.judge:
            self._judge(student)
        while self._open:
            self._display.running(min(self._open, self._request.jobs))
            batch = self._some_answers()
            with self._stop.later():
                self._take(batch)
        self._store.sweep(self._request.stage)
        self.summary.cpu_seconds = time.process_time() + self._pool.cpu_seconds()
        self.summary.notes += self._store.faults
        return self.summary

    def _judge(self, student: str) -> None:
        self._open += 1
        self._pool.give(judging_job(self._request, self._course, student))

    def _write_page(self, student: str) -> None:
        self._open += 1
        self._pool.give(self._store.feedback_job(student, self._request.stage))

    def _some_answers(self) -> list[Answer]:
        """At least one answer, and those that come soon after it: they are recorded in one go."""
        answers: list[Answer] = []
        while not answers:
            with contextlib.suppress(queue.Empty):
                answers.append(self._pool.answers.get(timeout=_PATIENCE))
        end = time.monotonic() + _SOON
        while len(answers) < min(_BATCH, self._open):
            try:
                answers.append(self._pool.answers.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                break
        return answers

    def _take(self, answers: list[Answer]) -> None:
        """Keep what came back."""
        self._open -= len(answers)
        graded: list[tuple[Entry, str]] = []
        for answer in answers:
            student, result = answer.job["student"], answer.result
            if answer.job["do"] == "feedback":
                self._take_page(student, result)
            elif "lacking" in result:
                self._take_lack(student, result["lacking"])
            elif "failed" in result:
                self._lacking = 0
                self._clear(student, result["failed"])
            else:
                self._lacking = 0
                entry = entry_of(student, self._request.stage, result)
                graded.append((entry, result["notebook"]))
        if graded:
            self._store.keep(graded)
        for entry, _ in graded:
            self._tell(entry, judged=True)
            self._display.advance(failed=entry.refused is not None)
            if self._request.feedback:
                self._write_page(entry.student)

    def _take_page(self, student: str, result: Mapping[str, Any]) -> None:
        if "unwritten" in result:
            self._lack(
                f"feedback cannot be written ({result['unwritten']}); all scores are recorded: "
                "mend that and grade again for the pages."
            )
        elif "failed" in result:
            self.summary.notes.append(f"{student}: no feedback: {result['failed']}")

    def _take_lack(self, student: str, told: str) -> None:
        """The machine could not judge: again, unless it is the machine."""
        self._lacking += 1
        self._attempts[student] = self._attempts.get(student, 0) + 1
        if self._lacking >= _MOST_LACKING:
            raise GradingError(f"{told} (several times in a row; what was recorded stays.)")
        if self._attempts[student] < _ATTEMPTS:
            self._judge(student)
            return
        self._lack(f"{student}: {told}")
        self._display.advance(failed=True)

    def _clear(self, student: str, told: str) -> None:
        receipt = {"submission": self._plan.files[student]}
        names = self._recorded[student].points if student in self._recorded else {}
        fault = f"{student}: {told} Its scores are cleared, and it waits for an instructor."
        entry = Entry(student, self._request.stage, receipt, None, told, dict.fromkeys(names))
        self._store.clear(entry)
        self.summary.outcomes[student] = Outcome(student, None, fault, judged=True)
        self._display.advance(failed=True)

    def _lack(self, sentence: str) -> None:
        if sentence not in self.summary.lacking:
            self.summary.lacking.append(sentence)

    def _tell(self, entry: Entry, *, judged: bool) -> None:
        self.summary.outcomes[entry.student] = outcome_of(entry, self._recorded, judged=judged)
