"""Settle what a submission's answer to each step is."""

from collections.abc import Iterator, Sequence

from autograder.grading.notebook.align import Alignment, Claim
from autograder.grading.notebook.answer import Answer, is_untouched, stands_alone
from autograder.grading.notebook.assignment import Kind, SourceCell
from autograder.grading.notebook.separate import separate
from autograder.grading.notebook.statements import read_source
from autograder.grading.notebook.wording import Repair, Repairs

__all__ = ["settle_answers"]

_MOST_JOINED = 10  # cells below an answer that can go on with it


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
        if alone and cell.kind is Kind.SOLUTION:
            chosen = self.around(max(alone, key=lambda c: (c.score, c.place)), kept, alone)
            self.free |= {claim.place for claim in kept} - {claim.place for claim in chosen}
            kept = chosen
            if len(alone) > 1:
                self.repairs.add(Repair.SEVERAL, cell.name)
        answer.places = [claim.place for claim in kept]
        answer.source = self.join(answer.places)
        if len(kept) > 1:
            self.repairs.add(Repair.JOINED, cell.name)

    def around(self, main: Claim, kept: Sequence[Claim], alone: Sequence[Claim]) -> list[Claim]:
        """The claim that counts and what belongs to it above, if it does not begin the answer.

        What belongs to it below is found by ``go_on``, as if it had no name.
        """
        if main.begins:
            return [main]
        others = {claim.place for claim in alone}
        start = end = kept.index(main)
        while start and kept[start - 1].place not in others:
            start -= 1
        return list(kept[start : end + 1])

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
        return self.pieces[place].code.stores

    def _unnamed(self) -> Iterator[int]:
        """Free pieces, and cells of the instructor that a student wrote an answer into."""
        yield from sorted(self.free)
        used = {place for answer in self.answers.values() for place in answer.places}
        for cell in self.assignment:
            claims = [] if cell.answered else self.alignment.claims.get(cell.index, [])
            before = read_source(cell.released if claims and cell.is_code else "").stores
            for claim in claims:
                if claim.place not in used and not before & self._stored(claim.place):
                    yield claim.place

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
        keys, above, waiting = answer.cell.keys, read_source(answer.source), list[int]()
        stored = set(above.stores)
        place, end = answer.places[-1] + 1, answer.places[-1] + 1 + _MOST_JOINED
        while place in self.free and place < end and self.pieces[place].is_code:
            waiting.append(place)
            piece = self.pieces[place].code
            hangs = above.unfinished or (len(waiting) == 1 and piece.extends(above))
            begins = any(key in piece.stores and key not in stored for key in keys)
            if hangs or begins or any(piece.goes_on(key) for key in keys):
                answer.places += waiting
                answer.source = "\n".join([answer.source.rstrip("\n"), self.join(waiting)])
                self.free.difference_update(waiting)
                above = read_source(answer.source) if above.unfinished else piece
                stored |= above.stores
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
