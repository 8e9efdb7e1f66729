"""Put a submission back into an instructor's notebook, cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.grading.ingest import RawNotebook
from autograder.grading.notebook.align import align
from autograder.grading.notebook.answer import Answer
from autograder.grading.notebook.answers import settle_answers
from autograder.grading.notebook.assignment import Kind, SourceCell, read_assignment
from autograder.grading.notebook.order import in_order
from autograder.grading.notebook.pieces import take_apart
from autograder.grading.notebook.stub import COURSE_STUBS, Stubs
from autograder.grading.notebook.wording import Repair, Repairs
from autograder.steps import Stage

__all__ = ["Rebuilt", "Slot", "rebuild", "rebuild_from"]

_FIRST_REPAIRS = 50  # of those that reading the file told; hostile files have thousands


@dataclass(frozen=True)
class Slot:
    """A cell of the rebuilt notebook.

    ``kind`` is that of a ``Cell`` to run; or ``check`` (a test cell, from the instructor);
    ``manual`` (prose to be graded); ``prose`` (the course's, graded tasks included); ``note``
    (the student's own prose). ``number`` is that of the first submitted cell it comes from, or 0.
    """

    kind: str
    name: str
    cell_type: str
    source: str = field(repr=False)
    number: int = 0


@dataclass(frozen=True)
class Rebuilt:
    """The whole notebook in the course's order, and what was mended."""

    slots: tuple[Slot, ...]
    repairs: tuple[str, ...]
    unanswered: frozenset[str]  # the grade_ids whose cell is missing or untouched


class _Rebuild:
    def __init__(self, raw: RawNotebook, assignment: Sequence[SourceCell]):
        self.assignment = assignment
        self.repairs = Repairs()
        self.pieces = take_apart(raw.cells, assignment)
        self.alignment = align(self.pieces, assignment)
        self.answers, self.free = settle_answers(self.alignment, assignment, self.repairs)
        setups = [cell.index for cell in assignment if cell.kind is Kind.LOCKED and cell.is_code]
        self.setup = setups[0] if setups else -1

    def owned(self) -> list[tuple[int, int]]:
        """Which piece is which cell of the course: pairs of place and index, by place."""
        pairs = {place: index for index, place in self.alignment.exact.items()}
        for answer in self.answers.values():
            for place in answer.places or answer.untouched[:1]:
                pairs.setdefault(place, answer.cell.index)
        return sorted(pairs.items())

    def note(self, moved: set[int]) -> None:
        """Note the repairs of cells as a whole."""
        for answer in self.answers.values():
            self._note_answer(answer)
        for cell in self.assignment:
            fixed = cell.kind in (Kind.LOCKED, Kind.CHECK, Kind.TASK)
            if fixed and cell.released.strip() and cell.index not in self.alignment.exact:
                if cell.index not in self.alignment.claims:
                    self.repairs.add(Repair.DELETED, cell.name)
                elif "AUTOTEST" not in cell.released:  # a release has other words in its place
                    self.repairs.add(Repair.CHANGED, cell.name)
            if cell.index in moved and cell.name:
                self.repairs.add(Repair.MOVED, cell.name)
            copied = cell.name and cell.index in self.alignment.exact and self._copied(cell)
            if copied:
                self.repairs.add(Repair.COPIES, cell.name)

    def _copied(self, cell: SourceCell) -> bool:
        text = self.pieces[self.alignment.exact[cell.index]].text
        return any(self.pieces[place].text == text for place in self.alignment.copies)

    def _note_answer(self, answer: Answer) -> None:
        found = [self.pieces[place] for place in answer.places]
        cell = answer.cell
        wanted = "code" if cell.is_code else "markdown"
        if any(piece.kind != wanted for piece in found):
            self.repairs.add(Repair.RETYPED, cell.name)
        if any(piece.checks for piece in found):
            self.repairs.add(Repair.CHECKS, cell.name)
        if any(piece.part for piece in found):
            self.repairs.add(Repair.SEPARATED, cell.name)
        claimed = {claim.place for claim in self.alignment.claims.get(cell.index, ())}
        named = any(piece.grade_id == cell.name for piece in found)
        if claimed & set(answer.places) and not named:
            self.repairs.add(Repair.RECOGNIZED, cell.name)

    def own(self, cell: SourceCell) -> Slot | None:
        """The rebuilt cell of a cell of the course; None if it was plain and is gone."""
        cell_type = "code" if cell.is_code else "markdown"
        place = self.alignment.exact.get(cell.index)
        number = self.pieces[place].number if place is not None else 0
        if cell.answered:
            answer = self.answers[cell.index]
            places = answer.places or answer.untouched
            number = self.pieces[places[0]].number if places else 0
            kind = "solution" if cell.kind is Kind.SOLUTION else "manual"
            return Slot(kind, cell.name, cell_type, answer.source, number)
        if cell.kind is Kind.CHECK:
            return Slot("check", cell.name, cell_type, cell.source, number)
        if cell.kind is Kind.PLAIN:
            if place is None:
                return None
            return Slot("course" if cell.is_code else "prose", "", cell_type, cell.source, number)
        if not cell.is_code:
            return Slot("prose", cell.name, cell_type, cell.source, number)
        kind = "setup" if cell.index == self.setup else "locked"
        return Slot(kind, cell.name, cell_type, cell.source, number)

    def slots(self, anchors: Mapping[int, int]) -> Iterator[Slot]:
        """The cells in the course's order; the student's own follow what they stood behind.

        ``anchors`` maps the places of pieces that stand in the course's order to their cells.
        What a student put before the set-up follows it: there is nothing to run it with before.
        """
        added: dict[int, list[Slot]] = {}
        behind = self.setup
        for place, piece in enumerate(self.pieces):
            if place in anchors:
                behind = max(anchors[place], self.setup)
            elif place in self.free:
                kind = "extra" if piece.is_code else "note"
                slot = Slot(kind, "", piece.kind, piece.source, piece.number)
                added.setdefault(behind, []).append(slot)
        yield from added.get(-1, ())
        for cell in self.assignment:
            own = self.own(cell)
            if own is not None:
                yield own
            yield from added.get(cell.index, ())


def rebuild(
    raw: RawNotebook, source: NotebookNode, stage: Stage | None = None, stubs: Stubs = COURSE_STUBS
) -> Rebuilt:
    """The submission put back into an instructor's notebook, with or without a stage's steps.

    Works for any nbgrader notebook: cells are matched by grade_id, by id, by the words that the
    instructor put there, and by the names that an answer defines. Raises ValueError if
    ``source`` is not an instructor's notebook; never because of the submission.
    """
    return rebuild_from(raw, read_assignment(source, stubs, stage))


def rebuild_from(raw: RawNotebook, assignment: Sequence[SourceCell]) -> Rebuilt:
    """The same for an instructor's notebook that has been read already."""
    work = _Rebuild(raw, assignment)
    owned = work.owned()
    kept = in_order(owned)
    work.note(moved={index for place, index in owned if place not in kept})
    slots = tuple(work.slots({place: index for place, index in owned if place in kept}))
    read = list(raw.repairs[:_FIRST_REPAIRS])
    if len(raw.repairs) > len(read):
        read.append(f"There were {len(raw.repairs) - len(read):,} more faults like these.")
    unanswered = frozenset(a.cell.name for a in work.answers.values() if not a.places)
    return Rebuilt(slots, (*read, *work.repairs.sentences()), unanswered)
