"""Settle what a submission's answer to each step is."""

from collections.abc import Iterator, Sequence

from autograder.grading.notebook.align import Alignment, Claim
from autograder.grading.notebook.answer import Answer, is_untouched, stands_alone
from autograder.grading.notebook.assignment import Kind, SourceCell
from autograder.grading.notebook.separate import separate
from autograder.grading.notebook.statements import read_source
from autograder.grading.notebook.wording import Repair, Repairs

__all__ = ["settle_answers"]


class _Settle:
    """Works out the answers one after the other, and knows which pieces are still free."""

    def __init__(self, alignment: Alignment, assignment: Sequence[SourceCell], repairs: Repairs):
        self.pieces = alignment.pieces
        self.alignment = alignment
        self.assignment = assignment
        self.repairs = repairs
        self.answers: dict[int, Answer] = {}
        claimed = {c.place for claims in alignment.claims.values() for c in claims}
        owned = set(alignment.exact.values()) | alignment.copies | claimed
        self.free = set(range(len(self.pieces))) - owned
        self.gone: set[int] = set()  # places of what is not run: copies of what is

    def join(self, places: Sequence[int]) -> str:
        """The pieces' sources, one below the other."""
        return "\n".join(self.pieces[place].source.rstrip("\n") for place in places)

    def distinct(self, cell: SourceCell, claims: Sequence[Claim]) -> list[Claim]:
        """The claims with different texts; of equal ones that with the highest score."""
        best: dict[str, Claim] = {}
        for claim in claims:
            text = self.pieces[claim.place].text
            if text not in best or claim.score > best[text].score:
                best[text] = claim
        kept = sorted(best.values(), key=lambda claim: claim.place)
        self.gone.update({c.place for c in claims} - {c.place for c in kept})
        if len(kept) < len(claims):
            self.repairs.add(Repair.COPIES, cell.name)
        return kept

    def settle(self, cell: SourceCell) -> None:
        """Decide between the claims on a cell that the student writes."""
        claims = self.alignment.claims.get(cell.index, [])
        answer = self.answers[cell.index] = Answer(cell, cell.released)
        untouched = [c.place for c in claims if is_untouched(self.pieces[c.place], cell)]
        answer.untouched = untouched
        touched = [claim for claim in claims if claim.place not in untouched]
        if not touched:
            return
        kept = self.distinct(cell, touched)
        alone = [c for c in kept if stands_alone(self.pieces[c.place], cell.keys)]
        if cell.kind is Kind.SOLUTION and len(alone) > 1:
            last = max(alone, key=lambda claim: (claim.score, claim.place))
            earlier = [c.place for c in alone if c.place < last.place]
            later = [c.place for c in alone if c.place > last.place]
            low, high = earlier[-1] if earlier else -1, later[0] if later else len(self.pieces)
            chosen = [c for c in kept if low < c.place < high]
            self.free.update(c.place for c in kept if c not in chosen)
            self.repairs.add(Repair.SEVERAL, cell.name)
            kept = chosen
        answer.places = [claim.place for claim in kept]
        answer.source = self.join(answer.places)
        if len(kept) > 1:
            self.repairs.add(Repair.JOINED, cell.name)

    def search(self, answer: Answer) -> None:
        """Look for the answer of a step whose cell is gone or untouched in cells of no name."""
        keys = set(answer.cell.keys)
        found = [p for p in self._unnamed() if not keys.isdisjoint(self._stored(p))]
        if found:
            near = [p for p in found if any(p > place for place in answer.untouched)]
            place = near[0] if near else found[-1]
            self.free.discard(place)
            answer.places, answer.source = [place], self.pieces[place].source
            self.repairs.add(Repair.ASSUMED, answer.cell.name)
            return
        for other in self.answers.values():
            if other.places and not keys.isdisjoint(read_source(other.source).stores):
                self._share(other, answer)
                return

    def _stored(self, place: int) -> frozenset[str]:
        piece = self.pieces[place]
        return read_source(piece.source).stores if piece.is_code else frozenset()

    def _unnamed(self) -> Iterator[int]:
        """Free pieces, and cells of the instructor that a student wrote an answer into."""
        yield from sorted(self.free)
        for cell in self.assignment:
            if not cell.answered:
                before = read_source(cell.released).stores if cell.is_code else frozenset()
                for claim in self.alignment.claims.get(cell.index, ()):
                    if not before & self._stored(claim.place) and not self._used(claim.place):
                        yield claim.place

    def _used(self, place: int) -> bool:
        return any(place in answer.places for answer in self.answers.values())

    def _share(self, other: Answer, answer: Answer) -> None:
        """Give a step its part of another step's cell, or all of it where they are interwoven."""
        parts = separate(other.source, other.cell.keys, answer.cell.keys)
        answer.places = list(other.places)
        if parts:
            other.source, answer.source = parts
            self.repairs.add(Repair.SEPARATED, answer.cell.name)
        else:
            answer.source = other.source
            self.repairs.add(Repair.TOGETHER, answer.cell.name)

    def go_on(self, answer: Answer) -> None:
        """Add the cells below an answer that go on with it, up to the next cell of the course."""
        source, waiting = answer.source, list[int]()
        place = answer.places[-1] + 1
        while place in self.free and self.pieces[place].is_code:
            waiting.append(place)
            piece = read_source(self.pieces[place].source)
            before = read_source(source)
            begins = any(k in piece.stores and k not in before.stores for k in answer.cell.keys)
            changes = any(piece.goes_on(key) for key in answer.cell.keys)
            hangs = before.unfinished or (before.extensible and piece.continues)
            if hangs or begins or changes:
                answer.places += waiting
                self.free.difference_update(waiting)
                source = answer.source = "\n".join([source.rstrip("\n"), self.join(waiting)])
                waiting = []
                self.repairs.add(Repair.JOINED, answer.cell.name)
            place += 1

    def prose(self, answer: Answer, before: int) -> None:
        """Take the student's own prose in the place of an answer in prose that is gone."""
        found, place = list[int](), before + 1
        while place < len(self.pieces) and (place in self.free or place in answer.untouched):
            if place in self.free and self.pieces[place].kind == "markdown":
                found.append(place)
            place += 1
        if found:
            self.free.difference_update(found)
            answer.places, answer.source = found, self.join(found)
            self.repairs.add(Repair.NEARBY, answer.cell.name)


def settle_answers(
    alignment: Alignment, assignment: Sequence[SourceCell], repairs: Repairs
) -> tuple[dict[int, Answer], set[int]]:
    """The answer to each cell that the student writes, by its index, and the pieces left free.

    Never takes a source from the instructor's answers: an answer that is not found is the stub.
    """
    work = _Settle(alignment, assignment, repairs)
    for cell in assignment:
        if cell.answered:
            work.settle(cell)
    solutions = [a for a in work.answers.values() if a.cell.kind is Kind.SOLUTION]
    for answer in solutions:
        if not answer.places:
            work.search(answer)
    for answer in solutions:
        if answer.places:
            work.go_on(answer)
    for answer in work.answers.values():
        if answer.cell.kind is Kind.MANUAL and not answer.places:
            work.prose(answer, _place_before(alignment, work.answers, answer.cell.index))
        if not answer.places and not answer.untouched:
            repairs.add(Repair.MISSING, answer.cell.name)
    return work.answers, work.free


def _place_before(alignment: Alignment, answers: dict[int, Answer], index: int) -> int:
    """The place of the piece that belongs to the nearest earlier cell of the course, or -1."""
    for earlier in range(index - 1, -1, -1):
        if earlier in alignment.exact:
            return alignment.exact[earlier]
        if earlier in answers and answers[earlier].places:
            return answers[earlier].places[-1]
    return -1
