"""The sentences that tell a person what was mended in a submission.

No word of the submission is in them: only the instructor's names, and numbers of cells.
"""

from enum import StrEnum

__all__ = ["Repair", "Repairs"]

_MOST_NAMES = 40


class Repair(StrEnum):
    """What can be mended; the value is the sentence, {} the steps, cells or names it is about."""

    MISSING = "No cell was found for {}; the untouched stub stands in."
    RECOGNIZED = "Recognized by the words that the course put there, for want of a name: {}."
    ASSUMED = "Assumed to be the answers, because nothing else defines these names: {}."
    NEARBY = "Assumed to be the answers, because they stand in the place of these: {}."
    COPIES = "There twice with the same text, counted once: {}."
    SEVERAL = "Answered in more than one cell, of which the last counts: {}."
    JOINED = "Spread over several cells, which were joined: {}."
    SEPARATED = "Answered in one cell with others, which was taken apart: {}."
    TOGETHER = "Answered in one cell with others, which cannot be taken apart: {}."
    RETYPED = "Not in a cell of the right type any more, read all the same: {}."
    MOVED = "Moved to another place, put back into the course's order: {}."
    CHECKS = "Calls of the check were taken out of the answers of these: {}."
    CHANGED = "Changed although they are the instructor's, whose version was used: {}."
    DELETED = "Deleted although they are the instructor's, and put back: {}."


class Repairs:
    """Collects what was mended, each kind with the names it happened to."""

    def __init__(self) -> None:
        self._names: dict[Repair, list[str]] = {}

    def add(self, repair: Repair, *names: str) -> None:
        """Note a repair of the steps or cells of these names."""
        known = self._names.setdefault(repair, [])
        known += [name for name in names if name not in known]

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind of repair that there was."""
        told = []
        for repair in Repair:
            names = self._names.get(repair, [])
            if names:
                more = len(names) - _MOST_NAMES
                shown = names[:_MOST_NAMES] + ([f"and {more} more"] if more > 0 else [])
                told.append(repair.value.format(", ".join(shown)))
        return tuple(told)
